use super::*;
use proptest::prelude::*;

const LAYOUT: Layout = Layout {
    steps: 2,
    scenarios: 1,
};

fn exchange(step: usize, done: u64, failure: Option<FailureKind>) -> Exchange {
    Exchange {
        step,
        intended: 1_000,
        sent: Some(2_000),
        done,
        first: true,
        status: Some(200),
        body_bytes: 3,
        failure,
    }
}

fn collected(recorder: &Recorder) -> Sets {
    let (mut spare, mut sets) = (Box::new(Sets::new(LAYOUT)), Sets::new(LAYOUT));
    recorder.collect(&mut spare, &mut sets);
    sets
}

#[test]
fn phases_and_outcomes_are_kept_apart() {
    let recorder = Recorder::new(2, LAYOUT);
    recorder.exchange(Phase::Warmup, &exchange(0, 5_000, None));
    recorder.exchange(Phase::Steady, &exchange(0, 6_000, None));
    recorder.exchange(
        Phase::Steady,
        &exchange(1, 3_000, Some(FailureKind::Status)),
    );
    let sets = collected(&recorder);
    assert_eq!(sets.warmup.steps[0].ok.response.max_ns(), Some(4_000));
    assert_eq!(sets.steady.steps[0].ok.service.max_ns(), Some(4_000));
    assert_eq!(
        sets.steady.steps[1].ok.response.count(),
        0,
        "a fast refusal improves no percentile"
    );
    assert_eq!(
        sets.steady.steps[1].failures[FailureKind::Status as usize],
        1
    );
    assert_eq!(sets.steady.send_delay.count(), 2);
}

#[test]
fn what_was_collected_is_not_collected_again() {
    let recorder = Recorder::new(1, LAYOUT);
    recorder.exchange(Phase::Steady, &exchange(0, 6_000, None));
    assert_eq!(collected(&recorder).steady.steps[0].requests(), 1);
    assert_eq!(collected(&recorder).steady.steps[0].requests(), 0);
}

#[test]
fn nothing_is_recorded_after_the_freeze() {
    let recorder = Recorder::new(1, LAYOUT);
    recorder.freeze();
    recorder.exchange(Phase::Steady, &exchange(0, 6_000, None));
    recorder.transaction(Phase::Steady, 0, Some(1));
    let mut cleared = false;
    recorder.arrival(Phase::Steady, None, || cleared = true);
    let sets = collected(&recorder);
    assert!(
        !cleared,
        "an arrival under way at the freeze stays in flight"
    );
    assert_eq!(
        sets.steady.steps[0].requests() + sets.steady.transactions[0].committed,
        0
    );
}

#[test]
fn failure_kinds_index_their_own_counter() {
    for (at, kind) in FailureKind::ALL.into_iter().enumerate() {
        assert_eq!(kind as usize, at);
    }
}

proptest! {
    #[test]
    fn shards_lose_nothing(times in prop::collection::vec(2_000..1_000_000_000_u64, 1..200), shards in 1..5_usize) {
        let recorder = Recorder::new(shards, LAYOUT);
        let mut alone = Histogram::new();
        for (n, &done) in times.iter().enumerate() {
            SHARD.set(n);
            recorder.exchange(Phase::Steady, &exchange(0, done, None));
            alone.record(done - 2_000);
        }
        prop_assert_eq!(&collected(&recorder).steady.steps[0].ok.service, &alone);
    }
}
