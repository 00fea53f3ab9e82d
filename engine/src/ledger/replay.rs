//! Applies recorded commands again, as recovery does.

use super::command::{Command, Flags};
use super::{Ledger, Outcome, Status};

impl Ledger {
    /// Applies the command of a journal entry at the time of its group; `status` is what the entry says.
    ///
    /// The outcome must be [`Outcome::Recorded`] with that status and the entry's sequence: anything else means that this ledger
    /// is not the one that wrote the entry. A refusal in or right behind a chain is taken as it stands, because of a failed chain
    /// the journal may have only those members whose keys were new; it changes nothing in any case. Compare the sums at the end
    /// of a group with [`Ledger::assert_conserved`].
    pub fn replay(&mut self, now_ms: u64, command: &Command, status: Status) -> Outcome {
        let in_chain = is_linked(command) || self.ends_linked();
        if status == Status::LinkedFailed || status != Status::Ok && in_chain {
            return self.record_refusal(command, status);
        }
        self.answer(now_ms, command)
    }

    /// Compares supply, mints and burns with the sum of balances of every token that changed since the last time.
    ///
    /// # Panics
    /// When units were made or lost: the ledger must not answer any more.
    pub fn assert_conserved(&mut self) {
        self.state.assert_conserved();
    }

    fn ends_linked(&self) -> bool {
        self.last_sequence()
            .and_then(|last| self.entries.get(last))
            .is_some_and(|entry| is_linked(&entry.command()))
    }
}

fn is_linked(command: &Command) -> bool {
    command.flags.has(Flags::LINKED)
}
