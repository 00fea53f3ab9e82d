//! What a journal begins with: the definitions that all its entries rest on, as bytes that the journal does not read.
//!
//! ```text
//! magic u32 | length u32 | crc32c u32 | zero u32 | definitions | hash 32
//! ```
//!
//! It stands in front of the first group, whose predecessor it is: the chain of hashes begins with it, so that nobody can change a
//! definition and keep the history. Length and checksum are those of a group's frame; the hash is SHA-256 over the engine's id and
//! the definitions.

use super::chain::Digest;
use super::frame::{EngineId, array, u32_at};
use sha2::{Digest as _, Sha256};

/// No ASCII, not zero, no repeated byte, and not the magic of a group.
const MAGIC: [u8; 4] = [0x9d, 0xe3, 0x51, 0xb6];
const HEADER: usize = 16;
/// More than any set of tokens needs, and far less than a segment.
pub(super) const BYTES_MAX: usize = 64 * 1024;

/// Definitions where they lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Genesis<'a> {
    pub(super) definitions: &'a [u8],
    pub(super) hash: Digest,
    /// Bytes of all of it.
    pub(super) length: usize,
}

fn hash(engine: EngineId, definitions: &[u8]) -> Digest {
    Sha256::new()
        .chain_update(engine.0)
        .chain_update(definitions)
        .finalize()
        .into()
}

/// The bytes to write, and their hash.
pub(super) fn encode(engine: EngineId, definitions: &[u8]) -> (Vec<u8>, Digest) {
    let hash = hash(engine, definitions);
    let length = HEADER + definitions.len() + hash.len();
    let mut bytes = Vec::with_capacity(length);
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&(length as u32).to_le_bytes());
    bytes.extend_from_slice(&[0; 8]);
    bytes.extend_from_slice(definitions);
    bytes.extend_from_slice(&hash);
    let crc = checksum(&bytes);
    bytes[8..12].copy_from_slice(&crc.to_le_bytes());
    (bytes, hash)
}

/// Reads definitions at the start of `bytes`; `None` if there are none, or if they are not whole.
pub(super) fn decode(bytes: &[u8], engine: EngineId) -> Option<Genesis<'_>> {
    let head = bytes.get(..HEADER)?;
    let length = u32_at(head, 4) as usize;
    if head[..4] != MAGIC || !(HEADER + 32..=BYTES_MAX).contains(&length) {
        return None;
    }
    let bytes = bytes.get(..length)?;
    let definitions = &bytes[HEADER..length - 32];
    let genesis = Genesis {
        definitions,
        hash: array(bytes, length - 32),
        length,
    };
    let whole = checksum(bytes) == u32_at(bytes, 8) && genesis.hash == hash(engine, definitions);
    whole.then_some(genesis)
}

fn checksum(bytes: &[u8]) -> u32 {
    let crc = crc32c::crc32c(&bytes[..8]);
    crc32c::crc32c_append(crc, &bytes[12..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::frame::tests::ENGINE;

    #[test]
    fn definitions_come_back_and_any_change_is_seen() {
        let (bytes, hash) = encode(ENGINE, b"one token");
        let genesis = decode(&bytes, ENGINE).unwrap();
        assert_eq!(genesis.definitions, b"one token");
        assert_eq!((genesis.hash, genesis.length), (hash, bytes.len()));
        for at in 0..bytes.len() {
            assert_eq!(decode(&bytes[..at], ENGINE), None, "{at}");
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(decode(&changed, ENGINE), None, "{at}");
        }
        assert_eq!(decode(&bytes, EngineId([8; 16])), None);
    }
}
