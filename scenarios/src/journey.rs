//! The journeys of the reference engine, one a file. Each is an ordinary Goose transaction that sends through [`driver::session`].

mod batch;
mod open_account;
mod read_balance;
mod read_cached;
mod read_statement;
mod transfer;

use crate::Known;
use crate::ledger::Data;
use goose::goose::{GooseUser, TransactionFunction, TransactionResult};
use std::pin::Pin;
use std::sync::Arc;

pub(crate) const ALL: &[Known] = &[
    transfer::KNOWN,
    read_balance::KNOWN,
    read_cached::KNOWN,
    read_statement::KNOWN,
    open_account::KNOWN,
    batch::RAW,
    batch::PROTOBUF,
];

/// Whether a user of the scenario sends many transfers in one request.
pub(crate) fn is_batch(name: &str) -> bool {
    [batch::RAW.name, batch::PROTOBUF.name].contains(&name)
}

type Turn<'a> = Pin<Box<dyn Future<Output = TransactionResult> + Send + 'a>>;

/// What a user of the scenario `name` does; `None` for names that are not of this engine.
pub(crate) fn function(name: &str, data: &Arc<Data>) -> Option<TransactionFunction> {
    let turn: for<'a> fn(&'a mut GooseUser, Arc<Data>) -> Turn<'a> = match name {
        "transfer" => |user, data| Box::pin(transfer::run(user, data)),
        "read_balance" => |user, data| Box::pin(read_balance::run(user, data)),
        "read_cached" => |user, data| Box::pin(read_cached::run(user, data)),
        "read_statement" => |user, data| Box::pin(read_statement::run(user, data)),
        "open_account" => |user, data| Box::pin(open_account::run(user, data)),
        "batch_raw" => |user, data| Box::pin(batch::run(user, data, batch::Form::Raw)),
        "batch_protobuf" => |user, data| Box::pin(batch::run(user, data, batch::Form::Protobuf)),
        _ => return None,
    };
    let data = data.clone();
    Some(Arc::new(move |user| turn(user, data.clone())))
}
