//! Look at an account and then at its latest movements: two requests that depend on each other, one transaction.

use crate::Known;
use crate::id::text;
use crate::ledger::Data;
use driver::{Request, session};
use goose::goose::{GooseUser, TransactionResult};
use std::sync::Arc;

pub(super) const KNOWN: Known = Known {
    name: "read_statement",
    summary: "read an account and its twenty latest movements",
    steps: &["account", "statement"],
};

pub(super) async fn run(user: &mut GooseUser, data: Arc<Data>) -> TransactionResult {
    let session = session(user);
    let account = text(data.reader(session.arrival()));
    let path = format!("/v1/accounts/{account}");
    session.send(0, Request::get(&path)).await?;
    let path = format!("/v1/accounts/{account}/statement?limit=20");
    session
        .send_checked(1, Request::get(&path), |reply| {
            reply.body.starts_with(b"{\"entries\":")
        })
        .await?;
    Ok(())
}
