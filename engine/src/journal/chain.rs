//! Digests that prove history: a Merkle root over the entries of a group, and a chain of group hashes.
//!
//! The tree is that of RFC 9162, section 2.1.1, over SHA-256: a leaf is the digest of a zero byte and the entry, a node the digest
//! of a one byte and its two children, and the left part of a tree has the largest power of two of leaves that leaves some for the
//! right. Pairing level by level, an odd digest at the end going up as it is, gives the same tree.

use super::frame::{ENTRY_BYTES, Entries};
use sha2::digest::generic_array::{GenericArray, typenum::U64};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest.
pub type Digest = [u8; 32];

const LEAF: u8 = 0;
const NODE: u8 = 1;

/// Computes roots and keeps the memory for the next one.
#[derive(Debug, Default)]
pub struct Merkle {
    digests: Vec<Digest>,
}

impl Merkle {
    /// The root over exactly `count` entries, from 1; `None` if the bytes are something else.
    pub fn root(&mut self, entries: &[u8], count: u32) -> Option<Digest> {
        self.digests.clear();
        let digests = &mut self.digests;
        if count == 0 || !Entries::each_of(entries, count, |entry| digests.push(leaf(entry))) {
            return None;
        }
        fold(digests);
        digests.first().copied()
    }

    /// The digests of exactly `count` entries, from 1, and their root; `None` as for [`Merkle::root`].
    pub fn leaves(&mut self, entries: &[u8], count: u32) -> Option<(Vec<Digest>, Digest)> {
        let mut leaves = Vec::with_capacity(count.min(MANY) as usize);
        if count == 0 || !Entries::each_of(entries, count, |entry| leaves.push(leaf(entry))) {
            return None;
        }
        self.digests.clone_from(&leaves);
        fold(&mut self.digests);
        Some((leaves, self.digests.first().copied()?))
    }
}

/// Digests that are worth taking memory for ahead.
const MANY: u32 = 65_536;

/// The root of a tree whose leaves have these digests; `None` without any.
pub(super) fn root_of_leaves(mut digests: Vec<Digest>) -> Option<Digest> {
    fold(&mut digests);
    digests.first().copied()
}

/// Pairs level by level until the first digest is the root.
fn fold(digests: &mut [Digest]) {
    let mut length = digests.len();
    while length > 1 {
        for pair in 0..length / 2 {
            digests[pair] = node(&digests[2 * pair], &digests[2 * pair + 1]);
        }
        if length % 2 == 1 {
            digests[length / 2] = digests[length - 1];
        }
        length = length.div_ceil(2);
    }
}

/// The hash of a group: over the fields of its header, checksum left out, because the checksum covers the hash.
pub(super) fn group_hash(head: &[u8]) -> Digest {
    Sha256::new()
        .chain_update(&head[..8])
        .chain_update(&head[12..super::frame::GROUP_HEADER])
        .finalize()
        .into()
}

type Block = GenericArray<u8, U64>;

/// The digest of an entry. Entries without audit bytes are the many: their blocks are laid out here, because going through the
/// hasher's own buffer, shifted by the one byte in front, copies everything twice.
pub fn leaf(entry: &[u8]) -> Digest {
    let Ok(entry) = <&[u8; ENTRY_BYTES]>::try_from(entry) else {
        return Sha256::new()
            .chain_update([LEAF])
            .chain_update(entry)
            .finalize()
            .into();
    };
    let mut blocks = [Block::default(); 3];
    blocks[0][0] = LEAF;
    blocks[0][1..].copy_from_slice(&entry[..63]);
    blocks[1].copy_from_slice(&entry[63..127]);
    blocks[2][..21].copy_from_slice(&entry[127..]);
    finish(&mut blocks, 1 + ENTRY_BYTES)
}

pub(super) fn node(left: &Digest, right: &Digest) -> Digest {
    let mut blocks = [Block::default(); 2];
    blocks[0][0] = NODE;
    blocks[0][1..33].copy_from_slice(left);
    blocks[0][33..].copy_from_slice(&right[..31]);
    blocks[1][0] = right[31];
    finish(&mut blocks, 1 + 2 * size_of::<Digest>())
}

/// Pads a message of `length` bytes, whose last block has room for it (FIPS 180-4, 5.1.1), and compresses it.
fn finish<const N: usize>(blocks: &mut [Block; N], length: usize) -> Digest {
    let last = &mut blocks[N - 1];
    last[length % 64] = 0x80;
    last[56..].copy_from_slice(&(length as u64 * 8).to_be_bytes());
    let mut state = INITIAL;
    sha2::compress256(&mut state, blocks);
    let mut digest = [0; 32];
    for (bytes, word) in digest.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

/// FIPS 180-4, 5.3.3.
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

#[cfg(test)]
mod tests;
