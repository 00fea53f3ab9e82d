//! What the ledger answers to a command.

use super::Status;
use crate::ledger::Sequence;

/// What the ledger answers to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Decided now and recorded.
    Recorded {
        /// `Ok` or a refusal by state.
        status: Status,
        /// Its place.
        sequence: Sequence,
    },
    /// The same command was seen before: this is its first outcome.
    Replayed {
        /// As the first time.
        status: Status,
        /// The first time's place.
        sequence: Sequence,
    },
    /// [`Status::IdReused`]: another command has this key.
    Reused {
        /// The first field that differs, by its JSON name.
        field: &'static str,
        /// The place of the command that has the key.
        sequence: Sequence,
    },
    /// Not recorded, and the key stays free: an error of shape, an open chain, or lack of room.
    Unrecorded(Status),
}

impl Outcome {
    /// The status it carries.
    pub const fn status(self) -> Status {
        match self {
            Self::Recorded { status, .. }
            | Self::Replayed { status, .. }
            | Self::Unrecorded(status) => status,
            Self::Reused { .. } => Status::IdReused,
        }
    }

    /// Whether it is the answer of an earlier time.
    pub const fn is_replayed(self) -> bool {
        matches!(self, Self::Replayed { .. })
    }

    /// Whether it added an entry just now.
    pub const fn is_new(self) -> bool {
        matches!(self, Self::Recorded { .. })
    }

    /// The place of the entry it belongs to: its own, the first one of a replay, or the one that has a reused key.
    pub const fn sequence(self) -> Option<Sequence> {
        match self {
            Self::Recorded { sequence, .. }
            | Self::Replayed { sequence, .. }
            | Self::Reused { sequence, .. } => Some(sequence),
            Self::Unrecorded(_) => None,
        }
    }
}
