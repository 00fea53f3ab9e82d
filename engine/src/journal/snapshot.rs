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
use super::{Digest, JournalError, sequence_in};
use sha2::{Digest as _, Sha256};
use std::io;

const SUFFIX: &str = ".snapshot";
const NEW: &str = "snapshot.new";
const MAGIC: [u8; 8] = *b"toksnap\x01";
const HEADER: usize = 128;
const CHECKED: usize = HEADER - 4;
/// Snapshots that stay.
const KEPT: usize = 2;

/// Takes a state piece by piece.
pub type Sink<'a> = dyn FnMut(&[u8]) -> io::Result<()> + 'a;
/// Hands a state on, piece by piece.
pub type Write<'a> = dyn FnMut(&mut Sink<'_>) -> io::Result<()> + 'a;

/// A snapshot that was found whole, and those that were not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newest<T> {
    /// The end of the group it belongs to, and what was read from it; `None` if there is none.
    pub snapshot: Option<(From, T)>,
    /// Newer ones that are of no use, by name.
    pub bad: Vec<String>,
}

fn encode(engine: EngineId, from: From, length: u64, digest: &Digest) -> [u8; HEADER] {
    let mut bytes = [0; HEADER];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..24].copy_from_slice(&engine.0);
    bytes[24..32].copy_from_slice(&from.sequence.to_le_bytes());
    bytes[32..64].copy_from_slice(&from.hash);
    bytes[64..72].copy_from_slice(&length.to_le_bytes());
    bytes[72..104].copy_from_slice(digest);
    let crc = crc32c::crc32c(&bytes[..CHECKED]);
    bytes[CHECKED..].copy_from_slice(&crc.to_le_bytes());
    bytes
}

/// The place of a snapshot and its state, if all of it is as it was written.
fn decode(bytes: &[u8], engine: EngineId) -> Option<(From, &[u8])> {
    let (header, state) = bytes.split_at_checked(HEADER)?;
    let whole = header[..8] == MAGIC
        && crc32c::crc32c(&header[..CHECKED]) == u32_at(header, CHECKED)
        && header[8..24] == engine.0
        && u64_at(header, 64) == state.len() as u64
        && header[72..104] == Sha256::digest(state)[..];
    let from = From {
        sequence: u64_at(header, 24),
        hash: array(header, 32),
    };
    whole.then_some((from, state))
}

/// Makes a snapshot durable, and removes those that are older than the newest two.
///
/// # Errors
/// What the system says.
pub fn store(
    storage: &dyn Storage,
    engine: EngineId,
    from: From,
    state: &mut Write<'_>,
) -> Result<(), JournalError> {
    let name = format!("{:020}{SUFFIX}", from.sequence);
    write(storage, engine, from, state)
        .and_then(|()| storage.rename(NEW, &name))
        .map_err(JournalError::io("make", &name))?;
    for old in names(storage)?.iter().skip(KEPT) {
        storage
            .remove(old)
            .map_err(JournalError::io("remove", old))?;
    }
    Ok(())
}

/// The header comes last, because it holds the digest of what is behind it.
fn write(
    storage: &dyn Storage,
    engine: EngineId,
    from: From,
    state: &mut Write<'_>,
) -> io::Result<()> {
    let mut file = storage.create(NEW, 0)?;
    let (mut digest, mut length) = (Sha256::new(), 0);
    state(&mut |piece| {
        file.write_at(HEADER as u64 + length, piece)?;
        digest.update(piece);
        length += piece.len() as u64;
        Ok(())
    })?;
    file.write_at(0, &encode(engine, from, length, &digest.finalize().into()))?;
    file.sync()
}

/// The newest snapshot of this engine that is whole and that `read` can read.
///
/// # Errors
/// What the system says.
pub fn newest<T>(
    storage: &dyn Storage,
    engine: EngineId,
    read: &mut dyn FnMut(&[u8]) -> Option<T>,
) -> Result<Newest<T>, JournalError> {
    let mut bad = Vec::new();
    for name in names(storage)? {
        let bytes = storage
            .read(&name)
            .map_err(JournalError::io("read", &name))?;
        let whole = decode(&bytes, engine);
        match whole.and_then(|(from, state)| Some((from, read(state)?))) {
            Some(found) => {
                let snapshot = Some(found);
                return Ok(Newest { snapshot, bad });
            }
            None => bad.push(name),
        }
    }
    let snapshot = None;
    Ok(Newest { snapshot, bad })
}

/// Shows every snapshot of this engine that is whole, newest first.
///
/// # Errors
/// What the system says.
pub fn each(
    storage: &dyn Storage,
    engine: EngineId,
    read: &mut dyn FnMut(From, &[u8]),
) -> Result<(), JournalError> {
    for name in names(storage)? {
        let bytes = storage
            .read(&name)
            .map_err(JournalError::io("read", &name))?;
        if let Some((from, state)) = decode(&bytes, engine) {
            read(from, state);
        }
    }
    Ok(())
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
