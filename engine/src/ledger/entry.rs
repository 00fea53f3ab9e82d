//! Entries: recorded commands in their order, refusals included.

use super::command::{Chain, Command, Flags, Kind, Role, TokenId};
use super::{AccountId, CommandId, Sequence, Status};
use crate::amount::Amount;
use std::collections::BTreeMap;

/// What a command left at one of its accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    /// The account.
    pub account: AccountId,
    /// Its balance after the command.
    pub balance: Amount,
    /// The entry that changed the account before.
    pub previous: Sequence,
}

/// What a command left at the accounts it changed: on the debit side, and on the credit side.
pub type Sides = (Option<Side>, Option<Side>);

/// A recorded command with its status.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    command: Command,
    status: Status,
    sides: Sides,
}

impl Entry {
    /// An entry that was kept elsewhere.
    pub const fn new(command: Command, status: Status, sides: Sides) -> Self {
        Self {
            command,
            status,
            sides,
        }
    }

    /// What it left at the accounts it changed.
    pub const fn sides(&self) -> Sides {
        self.sides
    }

    /// The command as it was given.
    pub const fn command(&self) -> Command {
        self.command
    }

    /// Its outcome.
    pub const fn status(&self) -> Status {
        self.status
    }

    /// What it left at `account`; `None` if it changed nothing there, as an open or a refusal.
    pub(super) fn side_of(&self, account: AccountId) -> Option<Side> {
        let (debit, credit) = self.sides;
        [debit, credit]
            .into_iter()
            .flatten()
            .find(|side| side.account == account)
    }

    /// Whether it opened `account`.
    pub(super) fn opened(&self, account: AccountId) -> bool {
        self.command.kind == Kind::Open
            && self.command.debit == account
            && self.status == Status::Ok
    }
}

/// An entry as it is kept.
///
/// Flat, and linked to the entries before it by account: a statement is a walk along the links, and a transfer needs no
/// allocation to appear in two statements. What few commands carry lies in a list of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept {
    pub(super) id: CommandId,
    /// The account changed on the debit side; of a command that ends a hold it is the hold's.
    pub(super) debit: AccountId,
    /// The same for the credit side.
    pub(super) credit: AccountId,
    pub(super) amount: Amount,
    pub(super) debit_balance: Amount,
    pub(super) credit_balance: Amount,
    pub(super) debit_previous: Option<Sequence>,
    pub(super) credit_previous: Option<Sequence>,
    /// From 1; 0 for none.
    pub(super) rare: u32,
    pub(super) kind: Kind,
    pub(super) status: Status,
    /// All flags that exist fit.
    pub(super) flags: u8,
    pub(super) role: Role,
}

// What one entry costs; the limits quote it.
const _: () = assert!(size_of::<Kept>() == 112);
const _: () = assert!(Flags::NAMED.len() <= 8);

/// The fields that few commands carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rare {
    pub(super) debit: AccountId,
    pub(super) credit: AccountId,
    pub(super) related: u128,
    pub(super) reference: u128,
    pub(super) deadline_ms: u64,
    pub(super) expected_version: u64,
    pub(super) token: TokenId,
    pub(super) timeout_s: u32,
    pub(super) chain: Chain,
}

impl Rare {
    const fn of(command: &Command) -> Self {
        Self {
            debit: command.debit,
            credit: command.credit,
            related: command.related,
            reference: command.reference,
            deadline_ms: command.deadline_ms,
            expected_version: command.expected_version,
            token: command.token,
            timeout_s: command.timeout_s,
            chain: command.chain,
        }
    }

    /// Whether `command` needs it: it differs from what a command of its kind starts with, accounts aside.
    fn is_needed(command: &Command) -> bool {
        let mut plain = Command::of_kind(command.kind, command.id);
        plain.debit = command.debit;
        plain.credit = command.credit;
        command.names_hold() || Self::of(command) != Self::of(&plain)
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
    segments: Vec<Vec<Kept>>,
    rare: Vec<Rare>,
    count: u32,
    /// Of a part of a ledger: how many entries lie elsewhere, all of them earlier, and those of them that are at hand.
    base: u32,
    earlier: BTreeMap<Sequence, Entry>,
}

impl Entries {
    /// None yet behind `base` entries that lie elsewhere, of which these are at hand.
    pub(super) fn behind(base: u32, earlier: BTreeMap<Sequence, Entry>) -> Self {
        Self {
            count: base,
            base,
            earlier,
            ..Self::default()
        }
    }

    /// Entries that lie elsewhere.
    pub(super) fn base(&self) -> u32 {
        self.base
    }

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
    pub(super) fn push(&mut self, command: &Command, status: Status, sides: Sides) {
        let kept = self.kept(command, status, sides);
        self.push_kept(kept);
    }

    /// Everything that few entries have, in order.
    pub(super) fn rare(&self) -> &[Rare] {
        &self.rare
    }

    /// All entries as they are kept, in order.
    pub(super) fn kept_in_order(&self) -> impl Iterator<Item = &Kept> {
        self.segments.iter().flatten()
    }

    /// The keys of all entries, in order.
    pub(super) fn keys(&self) -> impl Iterator<Item = CommandId> {
        self.kept_in_order().map(|kept| kept.id)
    }

    /// Adds what a later entry points to.
    pub(super) fn push_rare(&mut self, rare: Rare) {
        self.rare.push(rare);
    }

    /// Adds an entry as it was kept.
    pub(super) fn push_kept(&mut self, kept: Kept) {
        if ((self.count - self.base) as usize).is_multiple_of(SEGMENT_ENTRIES) {
            self.segments.push(Vec::with_capacity(SEGMENT_ENTRIES));
        }
        if let Some(segment) = self.segments.last_mut() {
            segment.push(kept);
            self.count += 1;
        }
    }

    fn kept(&mut self, command: &Command, status: Status, (debit, credit): Sides) -> Kept {
        let rare = if Rare::is_needed(command) {
            self.rare.push(Rare::of(command));
            self.rare.len() as u32
        } else {
            0
        };
        Kept {
            id: command.id,
            debit: debit.map_or(command.debit, |side| side.account),
            credit: credit.map_or(command.credit, |side| side.account),
            amount: command.amount,
            debit_balance: debit.map_or(Amount::ZERO, |side| side.balance),
            credit_balance: credit.map_or(Amount::ZERO, |side| side.balance),
            debit_previous: debit.map(|side| side.previous),
            credit_previous: credit.map(|side| side.previous),
            rare,
            kind: command.kind,
            status,
            flags: command.flags.bits() as u8,
            role: command.role,
        }
    }

    /// Forgets the entries behind the first `count`, which were part of a chain that failed.
    pub(super) fn truncate(&mut self, count: u32) {
        while self.count > count {
            let Some(segment) = self.segments.last_mut() else {
                return;
            };
            if segment.pop().is_some_and(|kept| kept.rare != 0) {
                self.rare.pop();
            }
            if segment.is_empty() {
                self.segments.pop();
            }
            self.count -= 1;
        }
    }

    pub(super) fn get(&self, sequence: Sequence) -> Option<Entry> {
        let Some(index) = sequence.index().checked_sub(self.base as usize) else {
            return self.earlier.get(&sequence).copied();
        };
        self.segments
            .get(index / SEGMENT_ENTRIES)?
            .get(index % SEGMENT_ENTRIES)
            .map(|kept| self.entry(kept))
    }

    fn entry(&self, kept: &Kept) -> Entry {
        let side = |account, balance, previous: Option<Sequence>| {
            previous.map(|previous| Side {
                account,
                balance,
                previous,
            })
        };
        Entry {
            command: self.command(kept),
            status: kept.status,
            sides: (
                side(kept.debit, kept.debit_balance, kept.debit_previous),
                side(kept.credit, kept.credit_balance, kept.credit_previous),
            ),
        }
    }

    fn command(&self, kept: &Kept) -> Command {
        let mut command = Command::of_kind(kept.kind, kept.id);
        command.debit = kept.debit;
        command.credit = kept.credit;
        command.amount = kept.amount;
        command.role = kept.role;
        command.flags = Flags::from_bits(u16::from(kept.flags)).unwrap_or_default();
        let rare = (kept.rare as usize).checked_sub(1);
        if let Some(rare) = rare.and_then(|at| self.rare.get(at)) {
            command.debit = rare.debit;
            command.credit = rare.credit;
            command.related = rare.related;
            command.reference = rare.reference;
            command.deadline_ms = rare.deadline_ms;
            command.expected_version = rare.expected_version;
            command.token = rare.token;
            command.timeout_s = rare.timeout_s;
            command.chain = rare.chain;
        }
        command
    }

    /// Entries in order, starting at `from`.
    pub(super) fn from(&self, from: Sequence) -> impl Iterator<Item = (Sequence, Entry)> {
        (from.get()..=u64::from(self.count))
            .filter_map(Sequence::new)
            .filter_map(|sequence| self.get(sequence).map(|entry| (sequence, entry)))
    }
}
