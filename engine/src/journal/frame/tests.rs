//! Bytes written and read back; any other bytes are refused.

use super::*;
use proptest::prelude::*;

impl GroupBuffer {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

pub(crate) const ENGINE: EngineId = EngineId([9; 16]);

pub(crate) fn stamp(sequence: u64) -> Stamp {
    Stamp {
        sequence,
        status: 73,
        flags: 2,
        role: 3,
    }
}

/// A group of `count` entries from sequence `first`.
pub(crate) fn sealed(first: u64, count: u32, previous: &Digest) -> (Vec<u8>, Digest) {
    let mut buffer = GroupBuffer::default();
    for sequence in first..first + u64::from(count) {
        buffer.push(
            &[sequence as u8; 128],
            stamp(sequence),
            &vec![1; sequence as usize % 3],
        );
    }
    let (bytes, hash) = buffer.seal(ENGINE, 5, previous, &mut Merkle::default());
    (bytes.to_vec(), hash)
}

#[test]
fn a_group_comes_back() {
    let (bytes, hash) = sealed(7, 3, &[4; 32]);
    let group = Group::decode(&bytes, ENGINE, &mut Merkle::default()).unwrap();
    assert_eq!((group.first_sequence, group.last_sequence()), (7, 9));
    assert_eq!(
        (group.hash, group.previous, group.time_ns),
        (hash, [4; 32], 5)
    );
    let entries: Vec<_> = group.entries().collect();
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[1].record, &[8; 128]);
    assert_eq!(entries[1].stamp, stamp(8));
    assert_eq!(entries[1].audit, [1, 1]);
}

#[test]
fn every_flipped_bit_and_every_cut_is_found() {
    let (bytes, _) = sealed(1, 2, &[0; 32]);
    let mut merkle = Merkle::default();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        assert!(
            Group::decode(&damaged, ENGINE, &mut merkle).is_err(),
            "{at}"
        );
        assert!(
            Group::decode(&bytes[..at], ENGINE, &mut merkle).is_err(),
            "{at}"
        );
    }
}

#[test]
fn a_group_of_another_engine_is_refused() {
    let (bytes, _) = sealed(1, 1, &[0; 32]);
    assert!(Group::decode(&bytes, EngineId([8; 16]), &mut Merkle::default()).is_err());
}

#[test]
fn two_buffers_in_one_are_one_group() {
    let (mut left, mut right) = (GroupBuffer::default(), GroupBuffer::default());
    left.push(&[1; 128], stamp(1), &[]);
    right.push(&[2; 128], stamp(2), &[5]);
    left.append(&mut right);
    assert_eq!((left.count(), right.count()), (2, 0));
    let (bytes, _) = left.seal(ENGINE, 1, &[0; 32], &mut Merkle::default());
    let group = Group::decode(bytes, ENGINE, &mut Merkle::default()).unwrap();
    assert_eq!(group.entries().last().unwrap().audit, [5]);
}

#[test]
fn a_segment_header_comes_back_and_no_byte_may_differ() {
    let header = SegmentHeader {
        engine: ENGINE,
        first_sequence: 77,
        previous: [3; 32],
    };
    let bytes = header.encode();
    assert_eq!(SegmentHeader::decode(&bytes), Ok(header));
    for at in 0..bytes.len() {
        let mut damaged = bytes;
        damaged[at] ^= 1;
        assert!(SegmentHeader::decode(&damaged).is_err(), "{at}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(
        mut bytes in prop::collection::vec(any::<u8>(), 0..600),
        magic: bool,
    ) {
        if magic && bytes.len() >= 8 {
            bytes[..4].copy_from_slice(&GROUP_MAGIC);
            bytes[4..8].copy_from_slice(&300_u32.to_le_bytes());
        }
        prop_assert!(Group::decode(&bytes, ENGINE, &mut Merkle::default()).is_err());
        prop_assert!(SegmentHeader::decode(&bytes).is_err());
        for entry in Entries::new(&bytes) {
            prop_assert!(entry.audit.len() <= AUDIT_BYTES_MAX);
        }
    }
}
