//! A bad snapshot falls back to the one before.

use super::*;
use crate::journal::frame::tests::ENGINE;
use crate::journal::storage::sim::Sim;

fn snapshot(sequence: u64) -> Snapshot {
    Snapshot {
        from: From {
            sequence,
            hash: [sequence as u8; 32],
        },
        state: vec![sequence as u8; 100],
    }
}

fn with(sequences: &[u64]) -> Sim {
    let sim = Sim::default();
    for sequence in sequences {
        store(&sim, ENGINE, &snapshot(*sequence)).unwrap();
    }
    sim
}

#[test]
fn the_newest_is_read_and_two_are_kept() {
    let sim = with(&[3, 20, 100]);
    assert_eq!(newest(&sim, ENGINE).unwrap(), (Some(snapshot(100)), vec![]));
    assert_eq!(names(&sim).unwrap().len(), 2);
}

#[test]
fn any_flipped_byte_falls_back_to_the_one_before() {
    let sim = with(&[3, 20]);
    let name = &names(&sim).unwrap()[0];
    for at in 0..HEADER + 100 {
        let damaged = sim.copy();
        damaged.tamper(name, |bytes| bytes[at] ^= 1);
        let (found, bad) = newest(&damaged, ENGINE).unwrap();
        assert_eq!(
            (found, bad),
            (Some(snapshot(3)), vec![name.clone()]),
            "{at}"
        );
    }
}

#[test]
fn a_snapshot_of_another_engine_is_no_snapshot() {
    let (found, bad) = newest(&with(&[3]), EngineId([1; 16])).unwrap();
    assert_eq!((found, bad.len()), (None, 1));
}
