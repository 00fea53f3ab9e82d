use super::*;
use proptest::prelude::*;

fn arrivals(times: &[u64]) -> Vec<Arrival> {
    times
        .iter()
        .zip(0..)
        .map(|(&intended_ns, n)| Arrival {
            n,
            intended_ns,
            phase: Phase::Steady,
            scenario: 0,
        })
        .collect()
}

const END: u64 = 1_000_000_000;

/// Runs the pacer in virtual time: each arrival with the time at which it left. `stall` is a stretch in which nobody polls.
fn paced(times: &[u64], stall: std::ops::Range<u64>) -> Vec<(u64, u64)> {
    let mut pacer = Pacer::new(std::iter::empty(), arrivals(times).into_iter());
    let (mut now, mut left) = (0, Vec::new());
    loop {
        match pacer.poll(now, 0, END) {
            Next::Finished => return left,
            Next::Due(arrival) => left.push((arrival.n, now)),
            Next::Wait(wait) => {
                now += wait;
                if stall.contains(&now) {
                    now = stall.end;
                }
            }
        }
    }
}

#[test]
fn arrivals_leave_when_they_are_due() {
    assert_eq!(
        paced(&[0, 10, 10, 35], 0..0),
        [(0, 0), (1, 10), (2, 10), (3, 35)]
    );
}

#[test]
fn after_a_stall_everything_overdue_leaves_at_once_in_order() {
    assert_eq!(
        paced(&[0, 10, 20, 30, 100], 5..60),
        [(0, 0), (1, 60), (2, 60), (3, 60), (4, 100)]
    );
}

#[test]
fn warm_up_ends_where_its_edge_is_moved_and_the_steady_stream_begins_there() {
    let warmup = arrivals(&[0, 10, 20, 30, 40]);
    let mut pacer = Pacer::new(warmup.into_iter(), arrivals(&[0, 5]).into_iter());
    let due = |next| match next {
        Next::Due(arrival) => (arrival.n, arrival.intended_ns, arrival.phase.name()),
        other => panic!("{other:?}"),
    };
    assert_eq!(due(pacer.poll(0, 100, 200)), (0, 0, "warmup"));
    assert_eq!(due(pacer.poll(10, 100, 200)), (1, 10, "warmup"));
    assert_eq!(pacer.poll(11, 18, 118), Next::Wait(7));
    assert_eq!(due(pacer.poll(18, 18, 118)), (2, 18, "steady"));
    assert_eq!(due(pacer.poll(25, 18, 118)), (3, 23, "steady"));
    assert_eq!(pacer.poll(25, 18, 118), Next::Wait(93));
    assert_eq!(pacer.poll(118, 18, 118), Next::Finished);
}

proptest! {
    #[test]
    fn never_early_never_skipped(mut times in prop::collection::vec(0..1_000_000_u64, 0..200), start in 0..1_000_000_u64, length in 0..300_000_u64) {
        times.sort_unstable();
        let left = paced(&times, start..start + length);
        prop_assert_eq!(left.len(), times.len());
        for (at, (n, sent)) in left.iter().enumerate() {
            prop_assert_eq!(*n, at as u64);
            prop_assert!(*sent >= times[at]);
        }
    }
}
