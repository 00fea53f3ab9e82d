//! Batches, and chains of linked commands in them: all members take effect, or none.

use super::command::{Command, Flags};
use super::{Ledger, Outcome, Status};

/// Commands of a batch whose keys are fetched together.
const TOGETHER: usize = 16;

impl Ledger {
    /// Answers commands in their order; a run of linked commands and the next one without that flag form a chain.
    ///
    /// Adds one outcome for each command. The sums of every token that changed are compared at the end.
    ///
    /// # Panics
    /// When units were made or lost: the ledger must not answer any more.
    #[inline(never)]
    pub fn apply_batch(&mut self, now_ms: u64, commands: &[Command], outcomes: &mut Vec<Outcome>) {
        outcomes.reserve(commands.len());
        let mut rest = commands;
        let mut fetched = commands.len();
        while let Some((first, others)) = rest.split_first() {
            if rest.len() <= fetched {
                let next = &rest[..rest.len().min(TOGETHER)];
                self.ids.fetch(next.iter().map(|command| command.id));
                fetched = rest.len() - next.len();
            }
            if !is_linked(first) {
                outcomes.push(self.answer(now_ms, first));
                rest = others;
                continue;
            }
            let Some(last) = rest.iter().position(|command| !is_linked(command)) else {
                refuse_open(rest, outcomes);
                break;
            };
            let (chain, behind) = rest.split_at(last + 1);
            self.apply_chain(now_ms, chain, outcomes);
            rest = behind;
        }
        self.state.assert_conserved();
    }

    fn apply_chain(&mut self, now_ms: u64, chain: &[Command], outcomes: &mut Vec<Outcome>) {
        let shape = |command: &Command| command.check_shape().err().map(|error| error.status);
        if chain.iter().any(|command| shape(command).is_some()) {
            // Nothing of it is recorded, so that the mended chain may use the same keys.
            let refused =
                |command| Outcome::Unrecorded(shape(command).unwrap_or(Status::LinkedFailed));
            outcomes.extend(chain.iter().map(refused));
            return;
        }
        if chain
            .iter()
            .any(|command| self.ids.get(command.id).is_some())
        {
            self.settle_chain(chain, None, outcomes);
            return;
        }
        let start = outcomes.len();
        match self.try_chain(now_ms, chain, outcomes) {
            Ok(()) => {}
            Err(failed) => {
                outcomes.truncate(start);
                self.settle_chain(chain, Some(failed), outcomes);
            }
        }
    }

    /// Applies all members, or takes back what it applied; which member failed, and why.
    fn try_chain(
        &mut self,
        now_ms: u64,
        chain: &[Command],
        outcomes: &mut Vec<Outcome>,
    ) -> Result<(), (usize, Status)> {
        let (entries, counts) = (self.entries.len(), self.counts);
        self.state.begin();
        for (at, command) in chain.iter().enumerate() {
            match self.answer(now_ms, command) {
                outcome @ Outcome::Recorded {
                    status: Status::Ok, ..
                } => outcomes.push(outcome),
                outcome => {
                    self.take_back(entries, chain);
                    self.counts = counts;
                    return Err((at, outcome.status()));
                }
            }
        }
        self.state.commit();
        Ok(())
    }

    /// Undoes changes, entries and keys of the members applied so far.
    fn take_back(&mut self, entries: u32, chain: &[Command]) {
        self.state.roll_back();
        for command in chain {
            if let Some(sequence) = self.ids.get(command.id)
                && sequence.index() >= entries as usize
            {
                self.ids.release(command.id);
            }
        }
        self.entries.truncate(entries);
    }

    /// Answers a chain of which nothing takes effect: seen members by their first outcome, the one that failed by its status, and
    /// all others as linked to it. Without room for all of them nothing is recorded.
    fn settle_chain(
        &mut self,
        chain: &[Command],
        failed: Option<(usize, Status)>,
        outcomes: &mut Vec<Outcome>,
    ) {
        let room = self
            .state
            .limits
            .entries_max
            .saturating_sub(self.entries.len());
        let unrecorded = failed.is_some_and(|(_, status)| status.number() >= 90);
        let has_room = chain.len() <= room as usize;
        for (at, command) in chain.iter().enumerate() {
            let status = match failed {
                Some((place, status)) if place == at => status,
                _ => Status::LinkedFailed,
            };
            let outcome = match self.ids.get(command.id) {
                Some(first) => self.repeat(command, first),
                None if unrecorded => Outcome::Unrecorded(status),
                None if !has_room => Outcome::Unrecorded(Status::Capacity),
                None => self.record_refusal(command, status),
            };
            outcomes.push(outcome);
        }
    }
}

fn is_linked(command: &Command) -> bool {
    command.flags.has(Flags::LINKED)
}

/// The last chain of a batch does not end: its last member is told so, unless something else is wrong with it.
fn refuse_open(chain: &[Command], outcomes: &mut Vec<Outcome>) {
    let last = chain.len().saturating_sub(1);
    outcomes.extend(chain.iter().enumerate().map(|(at, command)| {
        let linked = if at == last {
            Status::LinkedOpen
        } else {
            Status::LinkedFailed
        };
        let shape = command.check_shape().err();
        Outcome::Unrecorded(shape.map_or(linked, |error| error.status))
    }));
}
