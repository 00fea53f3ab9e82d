#![allow(clippy::unwrap_used, reason = "tests")]

use super::parse::{Groups, groups, machine_ticks, pressure, throttled, waited};
use super::*;
use proptest::prelude::*;

#[test]
fn waiting_is_the_second_figure() {
    assert_eq!(
        waited("123456 789000 42\n"),
        Some(Duration::from_micros(789))
    );
    assert_eq!(waited("123456"), None);
    assert_eq!(waited("a b c"), None);
}

#[test]
fn pressure_is_the_total_of_some() {
    let text = "some avg10=5.99 avg60=2.11 avg300=0.56 total=1002513336\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n";
    assert_eq!(pressure(text), Some(Duration::from_micros(1_002_513_336)));
    assert_eq!(
        pressure("full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n"),
        None
    );
    assert_eq!(pressure(""), None);
}

#[test]
fn steal_and_use_are_shares_of_all_ticks() {
    let first = machine_ticks("cpu  100 0 50 800 10 0 20 20 0 0\ncpu0 1 1 1 1\n").unwrap();
    let last = machine_ticks("cpu  150 0 75 850 10 0 20 45 9 9\n").unwrap();
    assert_eq!(
        first,
        MachineTicks {
            busy: 170,
            stolen: 20,
            total: 1000
        }
    );
    assert_eq!(last.steal_since(first), Some(25.0 / 150.0));
    assert_eq!(last.busy_since(first), Some(75.0 / 150.0));
    // No tick has passed, or the counters went backwards: nothing is known.
    assert_eq!(first.busy_since(first), None);
    assert_eq!(first.busy_since(last), None);
    // An old kernel without steal.
    assert_eq!(machine_ticks("cpu  100 0 50 800\n"), None);
}

#[test]
fn throttling_is_known_only_where_there_is_a_quota() {
    assert_eq!(
        throttled("nr_periods 10\nnr_throttled 3\nthrottled_usec 9\n"),
        Some(3)
    );
    assert_eq!(throttled("usage_usec 10\nuser_usec 5\n"), None);
}

#[test]
fn both_versions_of_control_groups_are_found() {
    let hybrid = "9:name=systemd:/\n4:memory:/api\n2:cpu,cpuacct:/pod\n0::/user.slice\n";
    let expected = Groups {
        unified: Some("/user.slice".into()),
        cpu: Some("/pod".into()),
    };
    assert_eq!(groups(hybrid), expected);
    assert_eq!(groups("3:cpuset:/\n"), Groups::default());
    // A path may hold colons.
    assert_eq!(groups("0::/a:b\n").unified, Some("/a:b".into()));
}

fn reading(at: Instant, threads: &[(u32, &str, u64)]) -> HealthReading {
    let thread = |&(id, name, waited): &(u32, &str, u64)| Thread {
        id,
        name: name.to_owned(),
        waited: Duration::from_millis(waited),
    };
    HealthReading {
        at,
        threads: threads.iter().map(thread).collect(),
        pressure: None,
        machine: None,
        throttled: None,
    }
}

#[test]
fn the_thread_that_waited_longest_is_named() {
    let start = Instant::now();
    let first = reading(start, &[(1, "loadtest", 5000), (2, "pacer", 10)]);
    let end = start + Duration::from_secs(10);
    let last = reading(
        end,
        &[
            (1, "loadtest", 5100),
            (2, "pacer", 2010),
            (3, "tokio-rt-worker", 300),
        ],
    );
    let health = last.since(&first);
    let expected = RunQueue {
        thread: "pacer".into(),
        share: 0.2,
    };
    assert_eq!(health.run_queue, Some(expected));
    assert_eq!((health.cpu_pressure, health.steal), (None, None));
}

#[test]
fn no_time_between_two_readings_tells_nothing() {
    let one = reading(Instant::now(), &[(1, "pacer", 10)]);
    assert_eq!(one.since(&one).run_queue, None);
}

#[test]
fn counters_become_shares_of_the_time_between() {
    let start = Instant::now();
    let mut first = reading(start, &[]);
    let mut last = reading(start + Duration::from_secs(4), &[]);
    (first.pressure, last.pressure) = (
        Some(Duration::from_secs(1)),
        Some(Duration::from_millis(1500)),
    );
    (first.throttled, last.throttled) = (Some(7), Some(9));
    let health = last.since(&first);
    assert_eq!(health.cpu_pressure, Some(0.125));
    assert_eq!(health.throttled_periods, Some(2));
}

#[test]
fn this_machine_can_be_read() {
    let first = HealthReading::now();
    let health = HealthReading::now().since(&first);
    // Linux has schedstat of every thread; in a test the main thread stands for the generator.
    assert!(!first.threads.is_empty() && first.machine.is_some());
    assert!(
        health
            .run_queue
            .is_none_or(|worst| (0.0..=1.0).contains(&worst.share))
    );
}

proptest! {
    #[test]
    fn no_text_is_a_panic(text in ".{0,200}") {
        let _ = (waited(&text), pressure(&text), machine_ticks(&text), throttled(&text), groups(&text));
        let _ = machine_ticks(&format!("cpu {text}"));
    }
}
