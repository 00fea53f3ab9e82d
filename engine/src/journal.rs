//! The journal: what the ledger answered, on disk, in order, chained by digests. It is the truth; the state in memory follows it.
//!
//! It knows nothing of the ledger: an entry is a record of 128 bytes with its place, its status and some audit bytes. Entries are
//! written in groups, one write and one sync each; a group is whole or it is cut off at the next start. After any error of a write
//! or a sync nothing is written any more: the system may have dropped what it could not write and report success the next time.

pub use chain::{Digest, Merkle, leaf};
pub use error::JournalError;
pub use frame::{AUDIT_BYTES_MAX, EngineId, Entry, Group, GroupBuffer, RECORD_BYTES, Stamp};
pub use head::GroupHead;
pub use proof::{prove, root_from};
pub use recover::{
    Cut, Found, From, Recovered, Visit, definitions, owner, read_closed, recover, verify,
};
pub use storage::{Disk, Storage, StoredFile};
pub use tail::{Tail, Until};
pub use watermark::Watermark;
pub use writer::{Position, Reserve, Writer};

mod chain;
mod error;
mod frame;
mod genesis;
mod head;
mod proof;
mod recover;
pub mod snapshot;
pub(crate) mod storage;
mod tail;
mod watermark;
mod writer;

/// The name of a segment: its first sequence.
fn segment_name(first_sequence: u64) -> String {
    format!("{first_sequence:020}{SEGMENT_SUFFIX}")
}

const SEGMENT_SUFFIX: &str = ".journal";
/// A preallocated file without a header that becomes the next segment.
const RESERVE: &str = "reserve";

/// The sequence in a name of 20 digits and a suffix.
fn sequence_in(name: &str, suffix: &str) -> Option<u64> {
    let digits = name.strip_suffix(suffix)?;
    (digits.len() == 20).then(|| digits.parse().ok()).flatten()
}

/// The first sequences of all segments, in order.
///
/// # Errors
/// What the system says.
pub fn segments(storage: &dyn Storage) -> Result<Vec<u64>, JournalError> {
    let names = storage.names().map_err(JournalError::io("list", "."))?;
    let mut segments: Vec<_> = names
        .iter()
        .filter_map(|name| sequence_in(name, SEGMENT_SUFFIX))
        .collect();
    segments.sort_unstable();
    Ok(segments)
}
