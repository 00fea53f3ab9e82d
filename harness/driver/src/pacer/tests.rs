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

/// Runs the pacer in virtual time: each arrival with the time at which it left. `stall` is a stretch in which nobody polls.
fn paced(times: &[u64], stall: std::ops::Range<u64>) -> Vec<(u64, u64)> {
    let mut pacer = Pacer::new(arrivals(times).into_iter());
    let (mut now, mut left) = (0, Vec::new());
    loop {
        match pacer.poll(now) {
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
