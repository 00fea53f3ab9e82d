//! The place of a command in the total order.

use std::fmt;
use std::num::NonZeroU32;

/// A place in the total order of recorded commands: from 1, without gaps.
///
/// 32 bits hold more entries than memory does, and keep the links between entries small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sequence(NonZeroU32);

impl Sequence {
    /// The place of the first entry.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// The place with that number; `None` for 0 and for numbers no ledger can reach.
    pub fn new(number: u64) -> Option<Self> {
        u32::try_from(number)
            .ok()
            .and_then(NonZeroU32::new)
            .map(Self)
    }

    /// The number, from 1.
    pub fn get(self) -> u64 {
        u64::from(self.0.get())
    }

    /// The place in a list that starts at 0.
    pub(super) fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
