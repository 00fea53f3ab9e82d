//! Batches of records: which are commands, which are refused at once, and the outcomes of both in their order again.

use super::command::{Command, Flags, Role};
use super::record::CommandRecord;
use super::status::{Outcome, Status};

/// The commands of a batch, and the members that are none.
///
/// A malformed record refuses that record, not the batch; in a chain it refuses the whole chain, unrecorded. What a command must
/// not hold is refused by the ledger itself.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    commands: Vec<Command>,
    /// Places and statuses of members that the ledger never sees, in order of place.
    refused: Vec<(u32, Status)>,
    chain: Vec<Result<Command, Status>>,
    count: u32,
}

impl Batch {
    /// Reads records, all sent by somebody of that role.
    pub fn from_records(records: &[CommandRecord], role: Role) -> Self {
        Self::in_room(Vec::with_capacity(records.len())).records(records, role)
    }

    /// An empty batch that puts its commands there.
    pub fn in_room(mut commands: Vec<Command>) -> Self {
        commands.clear();
        Self {
            commands,
            ..Self::default()
        }
    }

    /// Adds records, all sent by somebody of that role, and ends the batch.
    #[must_use]
    pub fn records(mut self, records: &[CommandRecord], role: Role) -> Self {
        for record in records {
            let command = record.command(role).map_err(|error| error.status);
            self.push(command, record.flags.get() & Flags::LINKED.bits() != 0);
        }
        self.finish()
    }

    /// Takes members that were decoded already, each with whether it is linked to the next one.
    pub fn from_members(
        members: impl IntoIterator<Item = (Result<Command, Status>, bool)>,
    ) -> Self {
        Self::default().members(members)
    }

    /// Adds members as [`Batch::from_members`], and ends the batch.
    #[must_use]
    pub fn members(
        mut self,
        members: impl IntoIterator<Item = (Result<Command, Status>, bool)>,
    ) -> Self {
        for (member, is_linked) in members {
            self.push(member, is_linked);
        }
        self.finish()
    }

    fn push(&mut self, member: Result<Command, Status>, is_linked: bool) {
        if is_linked {
            self.chain.push(member);
            return;
        }
        if self.chain.is_empty() {
            self.take(member);
            return;
        }
        self.chain.push(member);
        let chain = std::mem::take(&mut self.chain);
        let is_whole = chain.iter().all(Result::is_ok);
        for member in chain {
            self.take(if is_whole {
                member
            } else {
                member.and(Err(Status::LinkedFailed))
            });
        }
    }

    /// A chain without end stays one for the ledger if all of it are commands.
    fn finish(mut self) -> Self {
        let chain = std::mem::take(&mut self.chain);
        let is_whole = chain.iter().all(Result::is_ok);
        let last = chain.len().saturating_sub(1);
        for (at, member) in chain.into_iter().enumerate() {
            let status = if at == last {
                Status::LinkedOpen
            } else {
                Status::LinkedFailed
            };
            self.take(if is_whole {
                member
            } else {
                member.and(Err(status))
            });
        }
        self
    }

    fn take(&mut self, member: Result<Command, Status>) {
        match member {
            Ok(command) => self.commands.push(command),
            Err(status) => self.refused.push((self.count, status)),
        }
        self.count += 1;
    }

    /// What the ledger is to answer.
    pub fn commands(&self) -> &[Command] {
        &self.commands
    }

    /// The same, to be handed over and sent through a queue.
    pub fn take_commands(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.commands)
    }

    /// Members.
    pub const fn len(&self) -> usize {
        self.count as usize
    }

    /// Whether there is no member.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The outcome of every member in its place, given those of [`Batch::commands`].
    pub fn merge<'a>(&'a self, outcomes: &'a [Outcome]) -> Merged<'a> {
        Merged {
            at: 0,
            count: self.count,
            refused: &self.refused,
            outcomes,
        }
    }
}

/// The outcomes of a batch in the order of its members.
#[derive(Debug, Clone)]
pub struct Merged<'a> {
    at: u32,
    count: u32,
    refused: &'a [(u32, Status)],
    outcomes: &'a [Outcome],
}

impl Iterator for Merged<'_> {
    type Item = Outcome;

    fn next(&mut self) -> Option<Outcome> {
        if self.at == self.count {
            return None;
        }
        let at = self.at;
        self.at += 1;
        if let Some(((place, status), rest)) = self.refused.split_first()
            && *place == at
        {
            self.refused = rest;
            return Some(Outcome::Unrecorded(*status));
        }
        let (outcome, rest) = self.outcomes.split_first()?;
        self.outcomes = rest;
        Some(*outcome)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.refused.len() + self.outcomes.len();
        (left, Some(left))
    }
}

#[cfg(test)]
mod tests;
