//! The tree against its definition.

use super::*;
use crate::journal::frame::{GROUP_HEADER, GroupBuffer, Stamp};

/// RFC 9162, 2.1.1, word by word.
fn defined(leaves: &[Vec<u8>]) -> Digest {
    match leaves {
        [one] => Sha256::new()
            .chain_update([0])
            .chain_update(one)
            .finalize()
            .into(),
        many => {
            let half = many.len().next_power_of_two() / 2;
            let (left, right) = many.split_at(half);
            Sha256::new()
                .chain_update([1])
                .chain_update(defined(left))
                .chain_update(defined(right))
                .finalize()
                .into()
        }
    }
}

/// Entry bytes as the buffer lays them out, the ones at places divisible by 3 with audit bytes.
fn entries(count: u64) -> (Vec<u8>, Vec<Vec<u8>>) {
    let mut all = Vec::new();
    let mut each = Vec::new();
    for sequence in 1..=count {
        let mut buffer = GroupBuffer::default();
        let stamp = Stamp {
            sequence,
            status: 0,
            flags: 0,
            role: 0,
        };
        let audit = vec![
            7;
            if sequence % 3 == 0 {
                sequence as usize
            } else {
                0
            }
        ];
        buffer.push(&[sequence as u8; 128], stamp, &audit);
        let bytes = buffer.bytes()[GROUP_HEADER..].to_vec();
        all.extend_from_slice(&bytes);
        each.push(bytes);
    }
    (all, each)
}

#[test]
fn the_root_is_that_of_the_definition() {
    let mut merkle = Merkle::default();
    for count in (1..=33).chain([255, 256, 257]) {
        let (all, each) = entries(count);
        assert_eq!(
            merkle.root(&all, count as u32),
            Some(defined(&each)),
            "{count}"
        );
    }
}

#[test]
fn another_count_gives_no_root() {
    let (all, _) = entries(5);
    let mut merkle = Merkle::default();
    for count in [0, 4, 6, u32::MAX] {
        assert_eq!(merkle.root(&all, count), None, "{count}");
    }
    assert_eq!(merkle.root(&all[..all.len() - 1], 5), None);
}
