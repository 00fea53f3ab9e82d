//! A bad snapshot falls back to the one before.

use super::*;
use crate::journal::frame::tests::ENGINE;
use crate::journal::storage::sim::Sim;

fn from(sequence: u64) -> From {
    From {
        sequence,
        hash: [sequence as u8; 32],
    }
}

/// Two pieces of a state.
fn pieces(sequence: u64) -> [Vec<u8>; 2] {
    [vec![sequence as u8; 60], vec![1; 40]]
}

fn with(sequences: &[u64]) -> Sim {
    let sim = Sim::default();
    for sequence in sequences {
        let mut state = |sink: &mut Sink<'_>| {
            let pieces = pieces(*sequence);
            pieces.iter().try_for_each(|piece| sink(piece))
        };
        store(&sim, ENGINE, from(*sequence), &mut state).unwrap();
    }
    sim
}

fn found(sim: &Sim, engine: EngineId) -> Newest<Vec<u8>> {
    newest(sim, engine, &mut |state| Some(state.to_vec())).unwrap()
}

fn snapshot(sequence: u64) -> (From, Vec<u8>) {
    (from(sequence), pieces(sequence).concat())
}

#[test]
fn the_newest_is_read_and_two_are_kept() {
    let sim = with(&[3, 20, 100]);
    let found = found(&sim, ENGINE);
    assert_eq!((found.snapshot, found.bad), (Some(snapshot(100)), vec![]));
    assert_eq!(names(&sim).unwrap().len(), 2);
}

#[test]
fn any_flipped_byte_falls_back_to_the_one_before() {
    let sim = with(&[3, 20]);
    let name = &names(&sim).unwrap()[0];
    for at in 0..HEADER + 100 {
        let damaged = sim.copy();
        damaged.tamper(name, |bytes| bytes[at] ^= 1);
        let found = found(&damaged, ENGINE);
        assert_eq!(
            (found.snapshot, found.bad),
            (Some(snapshot(3)), vec![name.clone()]),
            "{at}"
        );
    }
}

#[test]
fn a_state_that_cannot_be_read_falls_back_as_well() {
    let sim = with(&[3, 20]);
    let old = |state: &[u8]| (state[0] == 3).then_some(());
    let found = newest(&sim, ENGINE, &mut { old }).unwrap();
    assert_eq!(found.snapshot, Some((from(3), ())));
    assert_eq!(found.bad.len(), 1);
}

#[test]
fn a_snapshot_of_another_engine_is_no_snapshot() {
    let found = found(&with(&[3]), EngineId([1; 16]));
    assert_eq!((found.snapshot, found.bad.len()), (None, 1));
}
