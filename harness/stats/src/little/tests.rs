//! Made-up records for which both sides of the law can be done by hand.

use super::*;
use record::run::ClosedFacts;
use record::specimen::{self, histogram};
use std::time::Duration;

const MS: u64 = 1_000_000;

/// 20 s with 2,000 transactions of 10 ms, and one that failed: 100.05/s × 10 ms = 1.0005 at work on average.
fn record(counted: f64) -> RunRecord {
    let mut record = specimen::record(&[10 * MS; 2000]);
    record.delays.pacing = histogram(&[1]);
    record.delays.slot_wait = histogram(&[1]);
    record.health.in_flight_mean = Some(counted);
    record
}

fn near(value: f64, expected: f64) -> bool {
    (value - expected).abs() < 1e-3
}

#[test]
fn rate_times_time_is_what_is_in_flight() {
    let little = open(&record(1.0)).expect("comparable");
    assert!(near(little.computed, 1.0005), "{little:?}");
    assert!(near(little.residual(), -0.0005), "{little:?}");
    // 100 a second, 50 µs each, of one at work.
    assert!(near(little.forgiven, 0.005), "{little:?}");
}

#[test]
fn time_in_the_queue_is_not_in_flight() {
    let mut record = record(1.0);
    record.transactions[0].response = histogram(&[25 * MS; 2000]);
    record.delays.slot_wait = histogram(&[14 * MS; 2000]);
    record.delays.pacing = histogram(&[MS; 2000]);
    let little = open(&record).expect("comparable");
    assert!(little.residual().abs() < 0.01, "{little:?}");
}

#[test]
fn short_exchanges_and_few_samples_are_forgiven() {
    let mut short = record(0.012);
    short.transactions[0].response = histogram(&[MS / 10; 2000]);
    let little = open(&short).expect("comparable");
    assert!(
        little.residual() > 0.1 && little.excess() < 1e-9,
        "{little:?}"
    );
    let mut few = record(1.3);
    few.health.in_flight_samples = 200;
    let little = open(&few).expect("comparable");
    assert!(
        little.residual() > 0.2 && little.excess() < 1e-9,
        "{little:?}"
    );
}

#[test]
fn nothing_is_claimed_where_the_sums_cannot_be_compared() {
    let cases: [fn(&mut RunRecord); 8] = [
        |r| r.health.in_flight_mean = None,
        |r| r.plan.model = Model::Closed,
        |r| r.unfinished = histogram(&[MS]),
        |r| r.windows[19].backlog = 1,
        |r| r.windows[19].in_flight = 14,
        |r| r.transactions[0].failed = 100,
        |r| r.delays.clear(),
        |r| r.transactions[0].response = histogram(&[1200 * MS; 2000]),
    ];
    for (at, change) in cases.iter().enumerate() {
        let mut record = record(1.0);
        change(&mut record);
        assert_eq!(open(&record), None, "case {at}");
    }
}

/// Ten users who wait 10 ms and think 40 ms make 200 transactions a second: 4,000 in 20 s.
fn users(transactions: usize) -> RunRecord {
    let mut record = specimen::record(&vec![10 * MS; transactions]);
    record.steps[0].failed = record::run::Times::default();
    record.plan.model = Model::Closed;
    record.delays.connect_wait.clear();
    record.health.closed = Some(ClosedFacts {
        users_mean: 10.0,
        think_mean: Duration::from_millis(40),
    });
    record
}

#[test]
fn users_wait_or_think_all_the_time() {
    let little = closed(&users(3999)).expect("comparable");
    assert!(little.residual().abs() < 0.01, "{little:?}");
    // A fifth fewer: they were held up by something that is neither.
    let little = closed(&users(3199)).expect("comparable");
    assert!(near(little.residual(), 0.2), "{little:?}");
    assert_eq!(of(&users(3199)), Some(little));
}

#[test]
fn a_closed_run_without_its_facts_is_not_held_to_the_law() {
    let mut no_facts = users(3999);
    no_facts.health.closed = None;
    assert_eq!(closed(&no_facts), None);
    let mut cut = users(3999);
    cut.unfinished = histogram(&[MS]);
    assert_eq!(closed(&cut), None);
    let mut long = users(3999);
    long.steps[0].ok.service = histogram(&[11_000 * MS; 1000]);
    assert_eq!(closed(&long), None);
}

#[test]
fn who_pauses_inside_a_transaction_is_under_way() {
    let mut paused = record(1.0);
    let before = open(&paused).expect("comparable").computed;
    paused.health.paused = Duration::from_secs(10);
    // Ten seconds of twenty are half a user more.
    let after = open(&paused).expect("comparable").computed;
    assert!(near(after - before, 0.5), "{before} {after}");
}
