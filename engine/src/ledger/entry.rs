//! Entries: recorded commands in their order, refusals included.

use super::{AccountId, Command, CommandId, Kind, Sequence, Status};
use crate::amount::Amount;

/// A recorded command with its status.
///
/// Flat, and linked to the entries before it by account: a statement is a walk along the links, and a transfer needs no
/// allocation to appear in two statements.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    id: CommandId,
    debit: AccountId,
    credit: AccountId,
    amount: Amount,
    debit_balance: Amount,
    credit_balance: Amount,
    debit_previous: Option<Sequence>,
    credit_previous: Option<Sequence>,
    kind: Kind,
    status: Status,
}

// What one entry costs; the limits quote it.
const _: () = assert!(size_of::<Entry>() == 112);

/// What a command left at one of its accounts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side {
    /// The balance after it.
    pub(super) balance: Amount,
    /// The entry that changed the account before.
    pub(super) previous: Sequence,
}

impl Entry {
    /// An entry that changed the given sides; a refusal changes none.
    pub(super) fn new(
        command: &Command,
        status: Status,
        debit: Option<Side>,
        credit: Option<Side>,
    ) -> Self {
        Self {
            id: command.id,
            debit: command.debit,
            credit: command.credit,
            amount: command.amount,
            debit_balance: debit.map_or(Amount::ZERO, |side| side.balance),
            credit_balance: credit.map_or(Amount::ZERO, |side| side.balance),
            debit_previous: debit.map(|side| side.previous),
            credit_previous: credit.map(|side| side.previous),
            kind: command.kind,
            status,
        }
    }

    /// The command as it was given.
    pub const fn command(&self) -> Command {
        Command {
            id: self.id,
            kind: self.kind,
            debit: self.debit,
            credit: self.credit,
            amount: self.amount,
        }
    }

    /// Its outcome.
    pub const fn status(&self) -> Status {
        self.status
    }

    /// What it left at `account`; `None` if it changed nothing there, as an open or a refusal.
    pub(super) fn side_of(&self, account: AccountId) -> Option<Side> {
        let (balance, previous) = if self.debit == account {
            (self.debit_balance, self.debit_previous)
        } else if self.credit == account {
            (self.credit_balance, self.credit_previous)
        } else {
            return None;
        };
        previous.map(|previous| Side { balance, previous })
    }

    /// Whether it opened `account`.
    pub(super) fn opened(&self, account: AccountId) -> bool {
        self.kind == Kind::Open && self.debit == account && self.status == Status::Ok
    }
}

/// Entries of one segment: about 1.8 MB.
const SEGMENT_ENTRIES: usize = 16_384;

/// All entries in order.
///
/// In segments of fixed size, because one growing vector would copy millions of entries inside a single `apply` now and then, and
/// that caller would wait for it.
#[derive(Debug, Default)]
pub(super) struct Entries {
    segments: Vec<Vec<Entry>>,
    count: u32,
}

impl Entries {
    pub(super) fn len(&self) -> u32 {
        self.count
    }

    /// The place of the last entry.
    pub(super) fn last(&self) -> Option<Sequence> {
        Sequence::new(u64::from(self.count))
    }

    /// The place that the next entry will get; `None` when all places are taken.
    pub(super) fn next(&self) -> Option<Sequence> {
        Sequence::new(u64::from(self.count) + 1)
    }

    /// Adds an entry at [`Entries::next`].
    pub(super) fn push(&mut self, entry: Entry) {
        if (self.count as usize).is_multiple_of(SEGMENT_ENTRIES) {
            self.segments.push(Vec::with_capacity(SEGMENT_ENTRIES));
        }
        if let Some(segment) = self.segments.last_mut() {
            segment.push(entry);
            self.count += 1;
        }
    }

    pub(super) fn get(&self, sequence: Sequence) -> Option<&Entry> {
        let index = sequence.index();
        self.segments
            .get(index / SEGMENT_ENTRIES)?
            .get(index % SEGMENT_ENTRIES)
    }

    /// Entries in order, starting at `from`.
    pub(super) fn from(&self, from: Sequence) -> impl Iterator<Item = (Sequence, &Entry)> {
        (from.get()..=u64::from(self.count))
            .filter_map(Sequence::new)
            .filter_map(|sequence| self.get(sequence).map(|entry| (sequence, entry)))
    }
}
