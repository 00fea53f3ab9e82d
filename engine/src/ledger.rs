//! The ledger: one function over a state.
//!
//! [`Ledger::apply`] reads no clock, does no I/O and draws no random number that could be seen in an outcome: the same state and
//! the same command give the same outcome. Everything lives in memory in this version.

pub use account::Account;
pub use audit::{ConservationError, Totals};
pub use command::{Command, Kind};
pub use entry::Entry;
pub use id::{AccountId, CommandId, IdError, IdText};
pub use limits::Limits;
pub use read::{AccountPage, JournalPage, StatementError, StatementLine, StatementPage};
pub use sequence::Sequence;
pub use status::{Outcome, Status};

mod account;
mod audit;
mod command;
mod entry;
mod id;
mod ids;
mod limits;
mod read;
mod rules;
mod sequence;
mod status;

use crate::amount::Amount;
use account::{Accounts, Slot};
use audit::Counts;
use entry::{Entries, Side};
use ids::Ids;
use rules::Change;

/// The whole state.
#[derive(Debug)]
pub struct Ledger {
    limits: Limits,
    accounts: Accounts,
    ids: Ids,
    entries: Entries,
    supply: Amount,
    counts: Counts,
}

impl Ledger {
    /// An empty ledger.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            accounts: Accounts::default(),
            ids: Ids::new(),
            entries: Entries::default(),
            supply: Amount::ZERO,
            counts: Counts::default(),
        }
    }

    /// Answers one command, and changes the state if the answer is a new `ok`.
    #[inline(never)]
    pub fn apply(&mut self, command: &Command) -> Outcome {
        if let Err(status) = rules::check_shape(command) {
            return Outcome::Unrecorded(status);
        }
        if let Some(first) = self.ids.get(command.id) {
            return self.repeat(command, first);
        }
        let decision = rules::decide(command, &self.accounts, self.supply, &self.limits);
        match self.place() {
            Some(sequence) if decision.map_or_else(Status::is_recorded, |_| true) => {
                self.record(command, decision, sequence)
            }
            _ => Outcome::Unrecorded(Status::Capacity),
        }
    }

    /// Tokens in existence.
    pub const fn supply(&self) -> Amount {
        self.supply
    }

    /// The place of the last recorded command.
    pub fn last_sequence(&self) -> Option<Sequence> {
        self.entries.last()
    }

    /// The answer to a key that was seen: the first outcome if it is the same command.
    fn repeat(&self, command: &Command, first: Sequence) -> Outcome {
        let Some(entry) = self.entries.get(first) else {
            unreachable!("every key belongs to an entry");
        };
        match command.first_difference(&entry.command()) {
            Some(field) => Outcome::Reused {
                field,
                sequence: first,
            },
            None => Outcome::Replayed {
                status: entry.status(),
                sequence: first,
            },
        }
    }

    /// Where the next entry goes; `None` at the limit.
    fn place(&self) -> Option<Sequence> {
        (self.entries.len() < self.limits.entries_max)
            .then(|| self.entries.next())
            .flatten()
    }

    fn record(
        &mut self,
        command: &Command,
        decision: Result<Change, Status>,
        sequence: Sequence,
    ) -> Outcome {
        let status = decision.err().unwrap_or(Status::Ok);
        let (debit, credit) = match decision {
            Ok(change) => self.store(command, change, sequence),
            Err(_) => (None, None),
        };
        self.counts.add(command, status);
        self.ids.insert(command.id, sequence);
        self.entries
            .push(Entry::new(command, status, debit, credit));
        debug_assert_eq!(self.entries.last(), Some(sequence));
        Outcome::Recorded { status, sequence }
    }

    /// Makes a decided change; what it left at the debit and at the credit account.
    fn store(
        &mut self,
        command: &Command,
        change: Change,
        sequence: Sequence,
    ) -> (Option<Side>, Option<Side>) {
        match change {
            Change::Open => {
                self.accounts.push(Account::opened(command.debit, sequence));
                (None, None)
            }
            Change::Mint {
                credit,
                balance,
                supply,
            } => {
                self.supply = supply;
                (None, Some(self.change(credit, balance, sequence)))
            }
            Change::Transfer { debit, credit } => {
                self.assert_balanced(command, debit, credit);
                let debit = self.change(debit.0, debit.1, sequence);
                let credit = self.change(credit.0, credit.1, sequence);
                (Some(debit), Some(credit))
            }
        }
    }

    fn change(&mut self, slot: Slot, balance: Amount, sequence: Sequence) -> Side {
        let previous = self.accounts.get_mut(slot).change(balance, sequence);
        Side { balance, previous }
    }

    /// A transfer neither makes nor destroys units.
    fn assert_balanced(&self, command: &Command, debit: (Slot, Amount), credit: (Slot, Amount)) {
        let before = [debit.0, credit.0].map(|slot| self.accounts.get(slot).balance);
        debug_assert_eq!(
            before[0].checked_add(before[1]),
            debit.1.checked_add(credit.1),
            "units are conserved by {command:?}"
        );
    }
}

#[cfg(test)]
mod tests;
