//! A torn write of the watermark leaves the one before.

use super::*;
use crate::journal::frame::tests::ENGINE;
use crate::journal::storage::sim::Sim;

fn stored(storage: &Sim) -> u64 {
    Watermark::open(storage).unwrap().unwrap().sequence()
}

#[test]
fn the_newest_block_counts() {
    let sim = Sim::default();
    assert!(Watermark::open(&sim).unwrap().is_none());
    let mut watermark = Watermark::create(&sim, ENGINE).unwrap();
    assert_eq!(stored(&sim), 0);
    for sequence in [5, 3, 9, 12] {
        watermark.store(sequence).unwrap();
    }
    assert_eq!(stored(&sim), 12);
    assert_eq!(Watermark::open(&sim).unwrap().unwrap().engine(), ENGINE);
}

#[test]
fn any_damage_of_the_newest_block_leaves_the_one_before() {
    let sim = Sim::default();
    let mut watermark = Watermark::create(&sim, ENGINE).unwrap();
    watermark.store(5).unwrap();
    watermark.store(9).unwrap();
    let newest = (watermark.newest.generation % 2) as usize * BLOCK;
    for at in 0..CHECKED + 4 {
        let damaged = sim.copy();
        damaged.tamper(NAME, |bytes| bytes[newest + at] ^= 0x10);
        assert_eq!(stored(&damaged), 5, "{at}");
    }
}

#[test]
fn two_damaged_blocks_refuse_to_be_read() {
    let sim = Sim::default();
    Watermark::create(&sim, ENGINE).unwrap();
    sim.tamper(NAME, |bytes| bytes.fill(1));
    assert!(Watermark::open(&sim).is_err());
}

#[test]
fn a_failed_sync_is_an_error() {
    let sim = Sim::default();
    let mut watermark = Watermark::create(&sim, ENGINE).unwrap();
    sim.fail_sync(1);
    assert!(watermark.store(1).is_err());
    assert_eq!(watermark.sequence(), 0);
}
