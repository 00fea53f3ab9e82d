//! What is typed is what happens, and it is counted.

use super::*;

fn fault(text: &str) -> Fault {
    text.parse().unwrap()
}

#[test]
fn every_fault_reads_and_shows_itself() {
    for (typed, shown) in [
        ("cpu=5%", "cpu=5%"),
        ("lock=100ms@1/s", "lock=100000us@1/s"),
        ("lock=2s", "lock=2000000us@1/s"),
        ("alloc=+3", "alloc=+3"),
        ("alloc=4KiB", "alloc=4096B"),
        ("tail=1%:+5ms", "tail=1%:+5000us"),
        ("timer-leak=10/s", "timer-leak=10/s"),
        ("task-leak=0.5/s", "task-leak=0.5/s"),
        ("timer-leak", "timer-leak=10/s"),
        ("task-leak", "task-leak=10/s"),
        ("fsync=20ms", "fsync=20000us"),
        ("fsync=+20ms", "fsync=20000us"),
        ("fsync=fail@7", "fsync=fail@7"),
        ("stall=1s@10s", "stall=1000000us@10000000us"),
    ] {
        assert_eq!(fault(typed).to_string(), shown);
        assert_eq!(fault(shown), fault(typed), "{shown}");
    }
}

#[test]
fn anything_else_is_refused_with_the_list() {
    for text in [
        "",
        "cpu",
        "cpu=",
        "cpu=5",
        "cpu=0%",
        "cpu=101%",
        "cpu=NaN%",
        "lock=1h",
        "lock=0ms",
        "lock=100s",
        "alloc=+0",
        "alloc=-1",
        "alloc=99999999MiB",
        "tail=1%",
        "tail=5ms:1%",
        "timer-leak=",
        "timer-leak=0/s",
        "task-leak=1/m",
        "fsync=fast",
        "fsync=fail@0",
        "stall=1s",
        "disk=1s",
    ] {
        let error = text.parse::<Fault>().expect_err(text);
        assert!(error.to_string().contains("known are cpu=5%"), "{error}");
    }
}

#[test]
fn the_tail_is_drawn_by_seed_and_close_to_its_share() {
    let hits = |seed| {
        (0..100_000)
            .filter(|number| draw(seed, *number) < 0.01)
            .collect::<Vec<_>>()
    };
    assert_eq!(hits(1), hits(1));
    assert_ne!(hits(1), hits(2));
    // Five standard deviations of a binomial count: 5 * sqrt(100000 * 0.01 * 0.99) = 157.
    assert!((843..=1157).contains(&hits(1).len()));
}

#[test]
fn requests_and_syncs_are_counted_per_fault() {
    let faults = ["alloc=+2", "tail=100%:+1us", "fsync=1us"].map(fault);
    let injector = Injector::new(faults.to_vec(), 0);
    for _ in 0..5 {
        injector.on_request();
    }
    injector.before_sync().unwrap();
    let counts: Vec<_> = injector.fired().map(|(_, count)| count).collect();
    assert_eq!(counts, [5, 5, 1]);
}

#[test]
fn the_sync_of_the_given_number_fails() {
    let injector = Injector::new(vec![fault("fsync=fail@3")], 0);
    let syncs: Vec<_> = (0..4).map(|_| injector.before_sync().is_ok()).collect();
    assert_eq!(syncs, [true, true, false, true]);
}

#[test]
fn a_stall_is_due_after_its_time_and_not_at_once() {
    let injector = Injector::new(vec![fault("stall=1us@60s")], 0);
    injector.before_round();
    injector.before_round();
    assert_eq!(injector.fired().map(|(_, count)| count).sum::<u64>(), 0);
    assert!(injector.stall_is_due(Duration::ZERO));
}
