//! Open an account.

use crate::Known;
use crate::id::{Kind, text};
use crate::ledger::Data;
use driver::{Request, session};
use goose::goose::{GooseUser, TransactionResult};
use std::sync::Arc;

pub(super) const KNOWN: Known = Known {
    name: "open_account",
    summary: "open an account with nothing in it",
    steps: &["open"],
};

pub(super) async fn run(user: &mut GooseUser, data: Arc<Data>) -> TransactionResult {
    let session = session(user);
    let id = data.ids().id(Kind::Opened, session.arrival());
    let body = format!(r#"{{"id":"{}"}}"#, text(id));
    session
        .send(0, Request::post("/v1/accounts", body.as_bytes()))
        .await?;
    Ok(())
}
