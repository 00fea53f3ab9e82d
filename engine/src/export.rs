//! The regulator's export: all operations of some kinds in a period, with what proves them, as lines of JSON.
//!
//! ```text
//! {"export":1, "journal", "version", "kinds", "from", "to", "first_sequence", "previous"}   once
//! {"chain":[head, ...]}                           groups of the period without such operations
//! {"group":head, "proof":digests, "records":n}    a group with some of them, followed by n lines:
//! {"record":{...}, "entry":bytes}                 readable, and the bytes that are proved
//! {"end":{"records", "groups", "last_sequence", "head", "digest"}, "key", "signature"}      once
//! ```
//!
//! What is proved, each by itself: an entry belongs to its group (Merkle digests, [`crate::journal::root_from`]); the groups of the
//! period follow each other without a gap up to the head (every group's head is there, and each one names its predecessor's hash);
//! the readable part says what the entry says; the operator signed the record (if operators sign); nothing of the file was changed
//! (digest); and this engine made it (signature over the end). That no operation of a group was left out is what the signature
//! vouches for: the heads alone do not show it. KYC level and jurisdiction are what the journal said before the entry.

pub use verify::{Fault, Trust, Verified, verify};
pub use write::{ExportError, Summary, export, export_folder};

mod verify;
mod write;

use crate::ledger::Kind;

/// The version of the format.
pub const VERSION: u32 = 1;
/// In front of what is signed, so that the signature means nothing else.
const DOMAIN: &[u8] = b"token-engine export 1\0";

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Which kinds.
    pub kinds: Vec<Kind>,
    /// From when on, in nanoseconds of Unix time.
    pub from_ns: u64,
    /// Until before when.
    pub to_ns: u64,
}

impl Default for Query {
    /// Freezes and their reverse, of all times.
    fn default() -> Self {
        Self {
            kinds: vec![Kind::Freeze, Kind::Unfreeze],
            from_ns: 0,
            to_ns: u64::MAX,
        }
    }
}

impl Query {
    /// Reads a list of kinds such as `freeze,unfreeze`.
    pub fn kinds_of(text: &str) -> Option<Vec<Kind>> {
        let kinds: Option<Vec<_>> = text.split(',').map(Kind::from_name).collect();
        kinds.filter(|kinds| !kinds.is_empty())
    }

    /// The kinds as bits of their numbers.
    fn mask(&self) -> u32 {
        let bits = self.kinds.iter().map(|kind| 1 << kind.number());
        bits.fold(0, |mask, bit: u32| mask | bit)
    }
}

#[cfg(test)]
mod tests;
