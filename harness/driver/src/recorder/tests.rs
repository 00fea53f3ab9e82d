use super::*;
use proptest::prelude::*;
use record::histogram::Histogram;

const LAYOUT: Layout = Layout {
    steps: 2,
    scenarios: 1,
    reach_ns: 5_000_000_000,
};

fn exchange(step: usize, done: u64, failure: Option<FailureKind>) -> Exchange {
    Exchange {
        arrival: 7,
        number: 1,
        step,
        intended: 1_000,
        slot_free: 1_200,
        released: 1_700,
        sent: Some(2_000),
        done,
        first: true,
        status: Some(200),
        body_bytes: 3,
        failure,
    }
}

fn collected(recorder: &Recorder) -> Sets {
    let (mut spare, mut sets) = (Box::new(Tallies::new(LAYOUT)), Sets::new(LAYOUT));
    recorder.collect(&mut spare, &mut sets);
    sets
}

#[test]
fn phases_and_outcomes_are_kept_apart() {
    let recorder = Recorder::new(2, LAYOUT, 0);
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
fn send_delay_is_the_sum_of_its_parts() {
    let recorder = Recorder::new(1, LAYOUT, 0);
    recorder.exchange(Phase::Steady, &exchange(0, 5_000, None));
    let set = collected(&recorder).steady;
    let parts = [
        &set.delays.slot_wait,
        &set.delays.pacing,
        &set.delays.connect_wait,
    ];
    assert_eq!(parts.map(Histogram::sum_ns), [200, 500, 300]);
    assert_eq!(set.send_delay.sum_ns(), 1_000);
}

#[test]
fn the_end_of_an_arrival_takes_its_last_request_along() {
    let recorder = Recorder::new(1, LAYOUT, 0);
    let ended = Ended {
        scenario: 0,
        response: Some(4_000),
        arrival: ArrivalEnd::Succeeded,
    };
    let mut cleared = false;
    let last = exchange(0, 5_000, None);
    recorder.end(Phase::Steady, Some(&last), &ended, || cleared = true);
    assert!(cleared);
    let pulse = recorder.pulse();
    assert_eq!((pulse.completed, pulse.response_sum_ns), (1, 4_000));
    let set = collected(&recorder).steady;
    assert_eq!((set.ended.succeeded, set.transactions[0].committed), (1, 1));
    assert_eq!(set.steps[0].requests(), 1);
}

#[test]
fn what_was_collected_is_not_collected_again() {
    let recorder = Recorder::new(1, LAYOUT, 0);
    recorder.exchange(Phase::Steady, &exchange(0, 6_000, None));
    assert_eq!(collected(&recorder).steady.steps[0].requests(), 1);
    assert_eq!(collected(&recorder).steady.steps[0].requests(), 0);
}

#[test]
fn nothing_is_recorded_after_the_freeze() {
    let recorder = Recorder::new(1, LAYOUT, 0);
    recorder.freeze();
    recorder.exchange(Phase::Steady, &exchange(0, 6_000, None));
    let mut cleared = false;
    let ended = Ended {
        scenario: 0,
        response: Some(1),
        arrival: ArrivalEnd::Succeeded,
    };
    recorder.end(Phase::Steady, None, &ended, || cleared = true);
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
        let recorder = Recorder::new(shards, LAYOUT, 0);
        let mut alone = Histogram::new();
        for (n, &done) in times.iter().enumerate() {
            SHARD.set(n);
            recorder.exchange(Phase::Steady, &exchange(0, done, None));
            alone.record(done - 2_000);
        }
        prop_assert_eq!(&collected(&recorder).steady.steps[0].ok.service, &alone);
    }
}

#[test]
fn an_hour_of_windows_takes_the_memory_of_the_first() {
    let recorder = Recorder::new(1, LAYOUT, 0);
    let (mut spare, mut sets) = (Box::new(Tallies::new(LAYOUT)), Sets::new(LAYOUT));
    let mut second = |window: u64| {
        // The longest time so far comes late, and so does the first failure.
        let failure = (window > 60).then_some(FailureKind::Timeout);
        for (failure, done) in [(None, 1_000_000), (failure, 3_000 + window * 1_000_000)] {
            recorder.exchange(Phase::Steady, &exchange(1, done, failure));
        }
        let ended = Ended {
            scenario: 0,
            response: Some(window * 1_000_000),
            arrival: ArrivalEnd::Succeeded,
        };
        recorder.end(Phase::Steady, None, &ended, || {});
        recorder.collect(&mut spare, &mut sets);
        spare.bytes()
    };
    // The two boxes take turns, and are alike.
    let first = second(1);
    for window in (2..3600).step_by(12) {
        assert_eq!(second(window), first, "{window}");
    }
}

#[test]
fn requests_of_the_profiled_seconds_are_remembered_one_by_one_while_there_is_room() {
    let recorder = Recorder::new(1, LAYOUT, 2);
    recorder.exchange(Phase::Steady, &exchange(0, 4_000, None));
    recorder.remember(&(4_500..9_000));
    let before = exchange(0, 4_400, None);
    let after = Exchange {
        sent: Some(9_000),
        ..exchange(0, 9_500, None)
    };
    let across = exchange(1, 9_100, Some(FailureKind::Status));
    for one in [
        before,
        after,
        across,
        exchange(0, 5_000, None),
        exchange(0, 5_000, None),
    ] {
        recorder.exchange(Phase::Steady, &one);
    }
    let (list, unlisted) = recorder.take_remembered();
    assert_eq!((list.len(), unlisted), (2, 1));
    let expected = Exchanged {
        key: record::served::RequestKey {
            arrival: 7,
            number: 1,
        },
        step: 1,
        answered: true,
        intended: 1_000,
        sent: 2_000,
        done: 9_100,
    };
    // Which two of the three are kept is drawn.
    assert!(list.contains(&expected), "{list:?}");
    assert_eq!(recorder.take_remembered().0, []);
}

#[test]
fn a_full_list_keeps_early_and_late_requests_alike() {
    let recorder = Recorder::new(1, LAYOUT, 100);
    recorder.remember(&(0..u64::MAX));
    for number in 0..10_000 {
        recorder.exchange(Phase::Steady, &exchange(0, 5_000 + number, None));
    }
    let (list, unlisted) = recorder.take_remembered();
    assert_eq!((list.len(), unlisted), (100, 9_900));
    // 50 are expected of either half, with a standard deviation of 5.
    let late = list.iter().filter(|one| one.done >= 10_000).count();
    assert!((25..=75).contains(&late), "{late}");
}
