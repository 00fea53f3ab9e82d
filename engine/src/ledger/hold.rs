//! Holds: units reserved by the first phase of a transfer, and when each ends.

use super::account::Slot;
use super::hash::{Key, Seed};
use super::token::TokenSlot;
use super::{AccountId, CommandId, Sequence};
use crate::amount::Amount;
use std::collections::{BTreeSet, HashMap};

/// What became of a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldState {
    /// It still reserves.
    Pending,
    /// It moved, in whole or in part.
    Posted,
    /// It was released.
    Voided,
    /// It was released because its time was over.
    Expired,
}

impl HoldState {
    /// Every state, in order of its number.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Posted, Self::Voided, Self::Expired];

    /// The fixed number, as stores have it; an index there knows that pending is 0.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Posted => "posted",
            Self::Voided => "voided",
            Self::Expired => "expired",
        }
    }
}

/// A hold as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kept {
    pub(super) id: CommandId,
    pub(super) debit: Slot,
    pub(super) credit: Slot,
    pub(super) token: TokenSlot,
    pub(super) amount: Amount,
    pub(super) deadline_ms: u64,
    pub(super) sequence: Sequence,
    pub(super) state: HoldState,
}

/// A hold as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// Its id: that of the command that made it.
    pub id: CommandId,
    /// Whose units it reserves.
    pub debit: AccountId,
    /// Who will get them.
    pub credit: AccountId,
    /// How much it reserves.
    pub amount: Amount,
    /// When it ends by itself, in milliseconds since 1970.
    pub deadline_ms: u64,
    /// The place of the command that made it.
    pub sequence: Sequence,
    /// What became of it.
    pub state: HoldState,
}

/// Where a hold lies; never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct HoldSlot(u32);

/// All holds, ended ones included: a second end must be told which one came first.
#[derive(Debug, Default)]
pub(super) struct Holds {
    list: Vec<Kept>,
    by_id: HashMap<Key, HoldSlot, Seed>,
    /// Pending holds by the time and order in which they end.
    due: BTreeSet<(u64, Sequence, HoldSlot)>,
}

impl Holds {
    /// Pending holds.
    pub(super) fn open(&self) -> usize {
        self.due.len()
    }

    pub(super) fn slot(&self, id: CommandId) -> Option<HoldSlot> {
        self.by_id.get(&Key::new(id.get())).copied()
    }

    pub(super) fn get(&self, slot: HoldSlot) -> &Kept {
        &self.list[slot.0 as usize]
    }

    /// All holds, in order of their making.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Kept> {
        self.list.iter()
    }

    pub(super) fn push(&mut self, hold: Kept) {
        let slot = HoldSlot(self.list.len() as u32);
        self.list.push(hold);
        self.by_id.insert(Key::new(hold.id.get()), slot);
        self.due.insert((hold.deadline_ms, hold.sequence, slot));
    }

    /// Takes back the last [`Holds::push`].
    pub(super) fn pop(&mut self) {
        if let Some(hold) = self.list.pop() {
            self.by_id.remove(&Key::new(hold.id.get()));
            let slot = HoldSlot(self.list.len() as u32);
            self.due.remove(&(hold.deadline_ms, hold.sequence, slot));
        }
    }

    /// Changes the state, and whether the hold is still waited for.
    pub(super) fn set(&mut self, slot: HoldSlot, state: HoldState) {
        let hold = &mut self.list[slot.0 as usize];
        hold.state = state;
        let key = (hold.deadline_ms, hold.sequence, slot);
        if state == HoldState::Pending {
            self.due.insert(key);
        } else {
            self.due.remove(&key);
        }
    }

    /// Pending holds whose time is over at `now_ms`, in order of deadline and sequence.
    pub(super) fn due(&self, now_ms: u64) -> impl Iterator<Item = &Kept> {
        self.due
            .iter()
            .take_while(move |(deadline, ..)| *deadline <= now_ms)
            .map(|(.., slot)| self.get(*slot))
    }

    /// When the next pending hold ends.
    pub(super) fn next_deadline_ms(&self) -> Option<u64> {
        self.due.first().map(|(deadline, ..)| *deadline)
    }
}
