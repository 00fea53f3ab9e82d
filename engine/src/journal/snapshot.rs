//! Snapshot files: the state at the end of a group, as bytes that the journal does not read.
//!
//! ```text
//! header (128 bytes): magic 8 | engine id 16 | sequence u64 | group hash 32 | length u64 | SHA-256 of the state 32 | zero 20 | crc32c u32
//! state: length bytes
//! ```
//!
//! Written under another name, synced, then renamed. The newest two are kept: a bad one falls back to the one before.

use super::frame::{EngineId, array, u32_at, u64_at};
use super::recover::From;
use super::storage::Storage;
use super::{JournalError, sequence_in};
use sha2::{Digest as _, Sha256};

const SUFFIX: &str = ".snapshot";
const NEW: &str = "snapshot.new";
const MAGIC: [u8; 8] = *b"toksnap\x01";
const HEADER: usize = 128;
const CHECKED: usize = HEADER - 4;
/// Snapshots that stay.
const KEPT: usize = 2;

/// A state and its place in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The end of the group it belongs to.
    pub from: From,
    /// The state.
    pub state: Vec<u8>,
}

fn encode(engine: EngineId, snapshot: &Snapshot) -> [u8; HEADER] {
    let mut bytes = [0; HEADER];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..24].copy_from_slice(&engine.0);
    bytes[24..32].copy_from_slice(&snapshot.from.sequence.to_le_bytes());
    bytes[32..64].copy_from_slice(&snapshot.from.hash);
    bytes[64..72].copy_from_slice(&(snapshot.state.len() as u64).to_le_bytes());
    bytes[72..104].copy_from_slice(&Sha256::digest(&snapshot.state));
    let crc = crc32c::crc32c(&bytes[..CHECKED]);
    bytes[CHECKED..].copy_from_slice(&crc.to_le_bytes());
    bytes
}

fn decode(mut bytes: Vec<u8>, engine: EngineId) -> Option<Snapshot> {
    let header = bytes.get(..HEADER)?;
    let state = &bytes[HEADER..];
    let whole = header[..8] == MAGIC
        && crc32c::crc32c(&header[..CHECKED]) == u32_at(header, CHECKED)
        && header[8..24] == engine.0
        && u64_at(header, 64) == state.len() as u64
        && header[72..104] == Sha256::digest(state)[..];
    if !whole {
        return None;
    }
    let from = From {
        sequence: u64_at(header, 24),
        hash: array(header, 32),
    };
    bytes.drain(..HEADER);
    Some(Snapshot { from, state: bytes })
}

/// Makes a snapshot durable, and removes those that are older than the newest two.
///
/// # Errors
/// What the system says.
pub fn store(
    storage: &dyn Storage,
    engine: EngineId,
    snapshot: &Snapshot,
) -> Result<(), JournalError> {
    let name = format!("{:020}{SUFFIX}", snapshot.from.sequence);
    let write = || {
        let mut file = storage.create(NEW, 0)?;
        file.write_at(0, &encode(engine, snapshot))?;
        file.write_at(HEADER as u64, &snapshot.state)?;
        file.sync()?;
        storage.rename(NEW, &name)
    };
    write().map_err(JournalError::io("make", &name))?;
    for old in names(storage)?.iter().skip(KEPT) {
        storage
            .remove(old)
            .map_err(JournalError::io("remove", old))?;
    }
    Ok(())
}

/// The newest snapshot that is whole, and the names of those that are not.
///
/// # Errors
/// What the system says.
pub fn newest(
    storage: &dyn Storage,
    engine: EngineId,
) -> Result<(Option<Snapshot>, Vec<String>), JournalError> {
    let mut bad = Vec::new();
    for name in names(storage)? {
        let bytes = storage
            .read(&name)
            .map_err(JournalError::io("read", &name))?;
        match decode(bytes, engine) {
            Some(snapshot) => return Ok((Some(snapshot), bad)),
            None => bad.push(name),
        }
    }
    Ok((None, bad))
}

/// Snapshots, newest first.
fn names(storage: &dyn Storage) -> Result<Vec<String>, JournalError> {
    let mut names = storage.names().map_err(JournalError::io("list", "."))?;
    names.retain(|name| sequence_in(name, SUFFIX).is_some());
    names.sort_unstable_by(|left, right| right.cmp(left));
    Ok(names)
}

#[cfg(test)]
mod tests;
