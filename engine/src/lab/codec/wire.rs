//! Transfers as clients write them in JSON.

use crate::amount::Amount;
use crate::json::wire::answer::Shown;
use crate::ledger::{AccountId, Command, CommandId};
use serde::{Serialize, Serializer};

#[derive(Serialize)]
struct TransferLine {
    kind: &'static str,
    id: Shown<CommandId>,
    debit: Option<Shown<AccountId>>,
    credit: Option<Shown<AccountId>>,
    amount: Option<Shown<Amount>>,
}

impl TransferLine {
    fn of(command: &Command) -> Self {
        Self {
            kind: command.kind().name(),
            id: Shown(command.id()),
            debit: command.debit().map(Shown),
            credit: command.credit().map(Shown),
            amount: command.amount().map(Shown),
        }
    }
}

struct Lines<'a>(&'a [Command]);

impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(TransferLine::of))
    }
}

/// An array of plain transfers, as a text of its own.
pub(super) fn json(commands: &[Command]) -> String {
    serde_json::to_string(&Lines(commands)).expect("text keys and texts")
}
