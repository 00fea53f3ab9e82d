//! Goose as its authors ship it, for harness/side-by-side.sh: users that fetch one path through `user.get`, with Goose's own client and
//! metrics. Nothing of this crate is in it.
//!
//!     stock_goose --host http://127.0.0.1:8080 --users 100 --increase-rate 100 --run-time 10s --no-telnet
//!
//! The path is in the variable `STOCK_GOOSE_PATH`, `/` without it.

use goose::prelude::*;

async fn fetch(user: &mut GooseUser) -> TransactionResult {
    let path = std::env::var("STOCK_GOOSE_PATH");
    let _answer = user.get(path.as_deref().unwrap_or("/")).await?;
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let users = scenario!("fetch").register_transaction(transaction!(fetch));
        let attack = GooseAttack::initialize()?.register_scenario(users);
        Box::pin(attack.execute()).await.map(|_| ())
    })?;
    Ok(())
}
