//! The ways in which balances may be kept while several threads move units at once.
//!
//! What they share is the [`Shift`], which says what a balance becomes, and the [`Tickets`]: every movement draws the number of
//! its place in the order, inside what makes the movement indivisible. Drawn any later, the journal could say that units were
//! spent before they were received.

pub use cells::Cells;
pub use tickets::{Draw, Tickets};

pub mod actor;
pub mod cas;
mod cells;
pub mod locks;
mod tickets;

#[cfg(test)]
mod tests;

use crate::ledger::Shift;

/// How balances are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Balances {
    /// One thread owns all of them: no lock, no atomic.
    #[default]
    Single,
    /// A lock for each account, taken in the order of opening.
    Mutex,
    /// A lock for every so many accounts, taken in their order.
    Sharded,
    /// 128-bit compare-and-swap: first the debit, then the credit. Linked chains are refused.
    Cas,
    /// A thread for every so many accounts; a debit message, then a credit message.
    Actor,
}

impl Balances {
    /// All of them, the default first.
    pub const ALL: [Self; 5] = [
        Self::Single,
        Self::Mutex,
        Self::Sharded,
        Self::Cas,
        Self::Actor,
    ];

    /// The name of the switch's value.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Mutex => "mutex",
            Self::Sharded => "sharded",
            Self::Cas => "cas",
            Self::Actor => "actor",
        }
    }
}

impl std::str::FromStr for Balances {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let named = Self::ALL.into_iter().find(|way| way.name() == text);
        named.ok_or(())
    }
}

/// What became of a movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shifted {
    /// Units moved, at this place in the order.
    Done(u64),
    /// Units did not suffice at this place in the order; nothing moved.
    Short(u64),
    /// Units did not suffice when it was looked, but no place in the order can be given to that: it has to be decided again while
    /// nothing else moves. Nothing moved.
    Undecided,
}
