//! What a crash leaves is cut; what a crash cannot leave refuses to start; what was durable is never lost.

use super::*;
use crate::journal::frame::tests::{ENGINE, stamp};
use crate::journal::frame::{GroupBuffer, SEGMENT_HEADER};
use crate::journal::storage::sim::{SEGMENT, Sim};
use crate::journal::{SEGMENT_SUFFIX, segment_name};
use proptest::prelude::*;
use record::splitmix;

fn shared(sim: &Sim) -> Arc<dyn Storage> {
    Arc::new(sim.clone())
}

/// Recovers and returns the records seen, by their first byte and sequence.
fn reopen(sim: &Sim) -> Result<(Recovered, Vec<u64>), JournalError> {
    let mut seen = Vec::new();
    let recovered = recover(&shared(sim), ENGINE, From::START, &[], &mut |group| {
        for entry in group.entries() {
            assert_eq!(entry.record, &[entry.stamp.sequence as u8; 128]);
            seen.push(entry.stamp.sequence);
        }
        Ok(())
    })?;
    Ok((recovered, seen))
}

fn write(writer: &mut Writer, count: u64) -> Result<(), JournalError> {
    let mut buffer = GroupBuffer::default();
    let first = writer.position().next_sequence;
    for sequence in first..first + count {
        buffer.push(&[sequence as u8; 128], stamp(sequence), &[]);
    }
    writer.write(&mut buffer, 1)
}

fn commit(writer: &mut Writer, count: u64) {
    write(writer, count).unwrap();
    writer.sync().unwrap();
}

/// A journal with groups of these sizes.
fn journal(sizes: &[u64]) -> (Sim, Recovered) {
    let sim = Sim::default();
    let (mut recovered, _) = reopen(&sim).unwrap();
    for size in sizes {
        commit(&mut recovered.writer, *size);
    }
    (sim, recovered)
}

fn all(count: u64) -> Vec<u64> {
    (1..=count).collect()
}

#[test]
fn a_journal_comes_back_over_many_segments() {
    let sizes: Vec<_> = (0..100).map(|n| n % 9 + 1).collect();
    let total: u64 = sizes.iter().sum();
    let (sim, mut recovered) = journal(&sizes);
    let (again, seen) = reopen(&sim).unwrap();
    assert_eq!(seen, all(total));
    assert_eq!(again.writer.position(), recovered.writer.position());
    assert!(again.found.segments > 3 && again.found.cut.is_none());
    assert_eq!(again.found.groups, 100);
    // Both go on at the same place.
    commit(&mut recovered.writer, 2);
    assert_eq!(reopen(&sim).unwrap().1, all(total + 2));
}

#[test]
fn a_clock_that_goes_back_does_not_take_groups_back() {
    let (sim, mut recovered) = journal(&[1]);
    let mut buffer = GroupBuffer::default();
    buffer.push(&[2; 128], stamp(2), &[]);
    recovered.writer.write(&mut buffer, 0).unwrap();
    let mut times = Vec::new();
    verify(&sim, &mut |group| {
        times.push(group.time_ns);
        Ok(())
    })
    .unwrap();
    assert_eq!(times, [1, 2]);
}

#[test]
fn reading_may_start_behind_any_group() {
    let (sim, _) = journal(&[3; 60]);
    let mut ends = vec![From::START];
    verify(&sim, &mut |group| {
        ends.push(From {
            sequence: group.last_sequence(),
            hash: group.hash,
        });
        Ok(())
    })
    .unwrap();
    for from in ends {
        let mut first = None;
        let found = recover(&shared(&sim), ENGINE, from, &[], &mut |group| {
            first.get_or_insert(group.first_sequence);
            Ok(())
        })
        .unwrap()
        .found;
        assert_eq!(found.entries, 180 - from.sequence);
        assert_eq!(first, (from.sequence < 180).then_some(from.sequence + 1));
    }
    let strange = From {
        sequence: 3,
        hash: [1; 32],
    };
    assert!(recover(&shared(&sim), ENGINE, strange, &[], &mut |_| Ok(())).is_err());
}

#[test]
fn a_visitor_can_stop_the_start() {
    let (sim, _) = journal(&[3; 60]);
    let error = recover(&shared(&sim), ENGINE, From::START, &[], &mut |group| {
        Err(JournalError::Divergence {
            sequence: group.first_sequence,
            what: "other".to_owned(),
        })
    })
    .expect_err("the first group is refused");
    assert_eq!(error.to_string(), "divergence at sequence 1: other");
}

/// The one segment, its name, and where its last two groups start.
fn last_two(sizes: &[u64]) -> (Sim, String, [usize; 3]) {
    let (sim, recovered) = journal(sizes);
    drop(recovered);
    let mut ends = vec![SEGMENT_HEADER];
    verify(&sim, &mut |group| {
        ends.push(ends[ends.len() - 1] + group.bytes.len());
        Ok(())
    })
    .unwrap();
    let last = [ends.len() - 3, ends.len() - 2, ends.len() - 1].map(|at| ends[at]);
    (sim, segment_name(1), last)
}

#[test]
fn a_cut_at_any_byte_of_the_last_two_groups_keeps_all_whole_groups() {
    let (sim, name, [before, last, end]) = last_two(&[4, 2, 3]);
    for at in before..end {
        let damaged = sim.copy();
        damaged.tamper(&name, |bytes| bytes[at..].fill(0));
        let (recovered, seen) = reopen(&damaged).unwrap();
        let kept = if at < last { 4 } else { 6 };
        assert_eq!(seen, all(kept), "{at}");
        let found = recovered.found;
        assert!(found.cut.is_some() == (at != before && at != last), "{at}");
        // What was cut is gone for good, and the journal goes on.
        let (mut again, _) = reopen(&damaged).unwrap();
        assert_eq!(again.found.cut, None);
        commit(&mut again.writer, 1);
        assert_eq!(reopen(&damaged).unwrap().1, all(kept + 1));
    }
}

#[test]
fn a_flipped_byte_costs_the_last_group_or_refuses_to_start() {
    let (sim, name, [before, last, end]) = last_two(&[4, 2, 3]);
    for at in before..end {
        let damaged = sim.copy();
        damaged.tamper(&name, |bytes| bytes[at] ^= 0x40);
        match reopen(&damaged) {
            Ok((recovered, seen)) => {
                assert!(at >= last, "{at}");
                assert_eq!(seen, all(6));
                assert_eq!(recovered.found.cut.map(|cut| cut.offset), Some(last as u64));
            }
            Err(error) => {
                assert!(at < last, "{at}: {error}");
                assert!(error.to_string().contains("a whole group follows"));
            }
        }
    }
}

#[test]
fn damage_below_the_watermark_refuses_to_start_and_changes_nothing() {
    let (sim, name, [_, last, end]) = last_two(&[4, 2, 3]);
    reopen(&sim).unwrap().0.watermark.store(9).unwrap();
    for at in last..end {
        for damage in [
            |bytes: &mut [u8]| bytes[0] ^= 1,
            |bytes: &mut [u8]| {
                bytes.fill(0);
            },
        ] {
            let damaged = sim.copy();
            damaged.tamper(&name, |bytes| damage(&mut bytes[at..]));
            let before = damaged.read(&name).unwrap();
            let error = reopen(&damaged).map(drop).expect_err("nine were durable");
            assert!(
                matches!(
                    error,
                    JournalError::BelowWatermark {
                        found: 6,
                        watermark: 9,
                        ..
                    }
                ),
                "{error}"
            );
            assert_eq!(damaged.read(&name).unwrap(), before);
        }
    }
}

#[test]
fn damage_in_an_earlier_segment_refuses_to_start() {
    let (sim, _) = journal(&[5; 60]);
    for at in [0, 40, 91, SEGMENT_HEADER, SEGMENT_HEADER + 500, SEGMENT - 1] {
        let damaged = sim.copy();
        damaged.tamper(&segment_name(1), |bytes| bytes[at] ^= 1);
        assert!(reopen(&damaged).is_err(), "{at}");
    }
}

#[test]
fn a_missing_segment_is_damage() {
    let (sim, _) = journal(&[5; 80]);
    let names: Vec<_> = sim.names().unwrap();
    let segments: Vec<_> = names
        .iter()
        .filter(|name| name.ends_with(SEGMENT_SUFFIX))
        .collect();
    assert!(segments.len() > 3);
    for missing in &segments[..segments.len() - 1] {
        let damaged = sim.copy();
        damaged.remove(missing).unwrap();
        assert!(reopen(&damaged).is_err(), "{missing}");
    }
    let all_gone = sim.copy();
    reopen(&all_gone).unwrap().0.watermark.store(1).unwrap();
    for name in segments {
        all_gone.remove(name).unwrap();
    }
    assert!(reopen(&all_gone).is_err());
}

#[test]
fn after_a_failed_sync_nothing_is_written_any_more() {
    let (sim, mut recovered) = journal(&[2]);
    sim.fail_sync(1);
    write(&mut recovered.writer, 1).unwrap();
    assert!(recovered.writer.sync().is_err());
    let syncs = sim.syncs();
    assert!(recovered.writer.sync().is_err() && write(&mut recovered.writer, 1).is_err());
    assert_eq!(
        sim.syncs(),
        syncs,
        "a sync after a failure could report success"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The power goes at any time: what was synced is there, and the rest is whole groups or nothing.
    #[test]
    fn a_crash_loses_nothing_that_was_synced(
        sizes in prop::collection::vec(1_u64..40, 1..12),
        extra in 0_u64..40,
        seed: u64,
        marks: bool,
    ) {
        let (sim, mut recovered) = journal(&sizes);
        let durable: u64 = sizes.iter().sum();
        if marks {
            recovered.watermark.store(durable).unwrap();
        }
        if extra > 0 {
            write(&mut recovered.writer, extra).unwrap();
        }
        let crashed = sim.crash(seed);
        let (mut again, seen) = reopen(&crashed).unwrap();
        prop_assert!(seen == all(durable) || seen == all(durable + extra));
        // And again, from where it stands: the cut left nothing that looks like a group.
        let more = splitmix::at(seed, 0) % 9 + 1;
        commit(&mut again.writer, more);
        let crashed = crashed.crash(splitmix::at(seed, 1));
        prop_assert_eq!(reopen(&crashed).unwrap().1, all(seen.len() as u64 + more));
    }

    /// Any single damaged byte anywhere: the start is refused, or a beginning of the history is there.
    #[test]
    fn any_damaged_byte_leaves_a_beginning_or_refuses(at in 0..SEGMENT, bit in 0..8_u32, size in 1_u64..20) {
        let (sim, _) = journal(&[size; 4]);
        sim.tamper(&segment_name(1), |bytes| bytes[at] ^= 1 << bit);
        if let Ok((_, seen)) = reopen(&sim) {
            prop_assert!(seen == all(4 * size) || seen == all(3 * size));
        }
    }
}
