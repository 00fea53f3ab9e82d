use proptest::prelude::*;

use super::*;

#[test]
fn the_first_poll_counts_from_creation_and_later_ones_from_their_wake() {
    let mut ledger = Ledger::new(100);
    assert_eq!(ledger.begin_poll(110, None), 10);
    assert_eq!(ledger.end_poll(150, 1), 40);
    assert_eq!(ledger.begin_poll(400, Some(300)), 100);
    assert_eq!(ledger.end_poll(420, 2), 20);
    ledger.end(420);
    assert_eq!((ledger.poll, ledger.ready, ledger.pending), (60, 110, 150));
    assert_eq!(ledger.longest_poll, Longest { nanos: 40, at: 110 });
    assert_eq!(ledger.thread, 1);
    assert_eq!(
        ledger.longest_ready,
        Longest {
            nanos: 100,
            at: 300
        }
    );
}

#[test]
fn a_wake_during_a_poll_counts_from_the_end_of_that_poll() {
    let mut ledger = Ledger::new(0);
    ledger.begin_poll(0, None);
    ledger.end_poll(100, 1);
    assert_eq!(ledger.begin_poll(130, Some(50)), 30);
    assert_eq!(ledger.pending, 0);
}

#[test]
fn a_poll_that_nobody_asked_for_was_not_waited_for() {
    let mut ledger = Ledger::new(0);
    ledger.begin_poll(0, None);
    ledger.end_poll(10, 1);
    assert_eq!(ledger.begin_poll(30, None), 0);
    assert_eq!(ledger.pending, 20);
}

#[test]
fn off_cpu_time_is_the_run_queue_unless_the_thread_gave_up_the_processor() {
    let mut ledger = Ledger::new(0);
    ledger.begin_poll(0, None);
    ledger.end_poll(1000, 1);
    assert_eq!(ledger.off_cpu(), None);
    let detail = |voluntary_switches, major_faults| Detail {
        cpu: 600,
        voluntary_switches,
        major_faults,
        ..Detail::default()
    };
    ledger.waits.inside[0] = 100;
    ledger.waits.count = 1;
    for (detail, expected) in [
        (detail(1, 0), (300, 0)),
        (detail(2, 1), (0, 300)),
        (detail(2, 0), (0, 0)),
    ] {
        ledger.detail = Some(detail);
        assert_eq!(ledger.off_cpu(), Some(expected));
    }
}

proptest! {
    #[test]
    fn polls_ready_and_pending_sum_to_the_whole(
        start in 0_u64..1 << 40,
        steps in prop::collection::vec((0_u64..10_000, 0_u64..10_000, prop::option::of(0_u64..30_000)), 0..20),
        rest in 0_u64..1000,
    ) {
        let mut ledger = Ledger::new(start);
        let mut now = start;
        for (gap, length, wake) in steps {
            let woken = wake.map(|wake| (now + wake).saturating_sub(10_000));
            now += gap;
            ledger.begin_poll(now, woken);
            now += length;
            ledger.end_poll(now, 1);
        }
        ledger.end(now + rest);
        prop_assert_eq!(ledger.poll + ledger.ready + ledger.pending, ledger.ended - ledger.started);
        prop_assert!(ledger.longest_poll.nanos <= ledger.poll);
        prop_assert!(ledger.longest_ready.nanos <= ledger.ready);
    }
}
