//! Look at one account, in a cache if the service has one.

use crate::Known;
use crate::id::text;
use crate::ledger::Data;
use driver::{Request, session};
use goose::goose::{GooseUser, TransactionResult};
use std::sync::Arc;

pub(super) const KNOWN: Known = Known {
    name: "read_cached",
    summary: "read the balance of an account, from a cache if there is one",
    steps: &["cached_balance"],
};

pub(super) async fn run(user: &mut GooseUser, data: Arc<Data>) -> TransactionResult {
    let session = session(user);
    let account = text(data.reader(session.arrival()));
    let path = format!("/v1/accounts/{account}?consistency=cached");
    let named = |body: &[u8]| {
        body.windows(account.len())
            .any(|window| window == account.as_bytes())
    };
    session
        .send_checked(0, Request::get(&path), |reply| named(reply.body))
        .await?;
    Ok(())
}
