//! Move units from one account to another.

use crate::Known;
use crate::id::text;
use crate::ledger::{Data, Fate};
use driver::{Request, session};
use goose::goose::{GooseUser, TransactionResult};
use std::sync::Arc;

pub(super) const KNOWN: Known = Known {
    name: "transfer",
    summary: "move units between two accounts under a key of its own",
    steps: &["transfer"],
};

pub(super) async fn run(user: &mut GooseUser, data: Arc<Data>) -> TransactionResult {
    let session = session(user);
    let number = data.number(session.arrival());
    let transfer = data.transfer(number);
    let body = format!(
        r#"{{"id":"{}","debit":"{}","credit":"{}","amount":"{}"}}"#,
        text(transfer.id),
        text(transfer.debit),
        text(transfer.credit),
        transfer.amount_text()
    );
    // Noted before it is sent: an answer that never comes leaves the fate open, and the audit accepts either.
    data.note(number, Fate::Unknown);
    let result = session
        .send(0, Request::post("/v1/transfers", body.as_bytes()))
        .await;
    match result {
        Ok(_) => data.note(number, Fate::Accepted),
        Err(failed) => {
            if failed.0 == record::failure::FailureKind::Status {
                data.note(number, Fate::Refused);
            }
            return Err(failed.into());
        }
    }
    Ok(())
}
