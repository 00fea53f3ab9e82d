#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use super::*;
use crate::judge;
use expect_test::{Expect, expect};
use record::run::{Costs, Insides, Model, RunQueue};
use record::specimen;
use std::time::Duration;

const MS: u64 = 1_000_000;

fn check(record: &RunRecord, expected: &Expect) {
    let answers = six(record, &judge(record));
    let told = answers
        .iter()
        .map(|one| format!("{} {}\n", one.question, one.text));
    expected.assert_eq(&told.collect::<String>());
}

fn usual() -> RunRecord {
    specimen::record(&[2 * MS; 2000])
}

#[test]
fn a_usual_run() {
    check(
        &usual(),
        &expect![[r#"
            Why not double? Nothing that was measured forbids it: most used is the target's CPU, to 12.5 %; waits for locks took less than 0.01 % of the requests' time; disk and network of the target are not measured. Try it: loadtest capacity.
            Did it break limits? No: at 1.25 ms of CPU time a request the target's processors could serve 800.4/s, and served 100/s.
            Did it error? Yes: 1 of 2,001 requests (0.05 %) failed, by status 1, all in the second 3 s after the start.
            Does it reproduce? unknown: this is one run; repeat it, and look at both with loadtest compare
            Does it matter? It does where the load is like this: open model, 100/s offered, transfer only. Goodput, committed within 20.0 ms: 100/s (100.0 % of what was offered).
            Did it even happen? Yes: the target counted the same 2,001 requests; the audit passed (1 check).
        "#]],
    );
}

#[test]
fn locks_count_as_measured_where_the_target_tells_of_them() {
    let why_not = |record: &RunRecord| six(record, &judge(record))[0].text.clone();
    let mut record = usual();
    record.insides.lock_waits[0].waited = Duration::from_millis(100);
    let told = why_not(&record);
    assert!(told.contains("locks took 2.5 % of"), "{told}");
    record.insides = Insides::default();
    let told = why_not(&record);
    assert!(told.contains("locks, disk and network of"), "{told}");
}

#[test]
fn a_run_near_its_limits() {
    let mut record = usual();
    record.plan.scenarios.push(("balance".into(), 1));
    record.plan.slo = Some(Duration::from_millis(1));
    record.costs.target_cpu = Some(Duration::from_secs(19));
    record.health.in_flight_mean = Some(0.2);
    record.health.server_requests = Some(1990);
    record.windows[4].failed = 7;
    record.arrivals.unsent = 3;
    check(
        &record,
        &expect![[r#"
            Why not double? 95.0 % of the target's CPU is in use; double the load would need 190 %.
            Did it break limits? No: at 9.50 ms of CPU time a request the target's processors could serve 105.3/s, and served 100/s; Little's law holds, 0.05 % off.
            Did it error? Yes: 1 of 2,001 requests (0.05 %) failed, by status 1, first 3 s after the start, most (7) in the second at 7 s; 3 arrivals never sent.
            Does it reproduce? unknown: this is one run; repeat it, and look at both with loadtest compare
            Does it matter? Not before the run is valid. It does where the load is like this: open model, 100/s offered, transfer 90 %, balance 10 %. Goodput, committed within 1.00 ms: 0/s (0 % of what was offered).
            Did it even happen? Yes: the target counted 1,990 requests, the client 2,001; the audit passed (1 check).
        "#]],
    );
}

#[test]
fn a_run_of_which_nothing_is_known() {
    let mut record = usual();
    record.plan.model = Model::Closed;
    record.plan.thresholds.clear();
    record.plan.scenarios.clear();
    record.costs = Costs::default();
    record.health = record::run::Health::default();
    record.audit = None;
    record.steps[0].failures.clear();
    check(
        &record,
        &expect![[r#"
            Why not double? unknown: no resource of either side could be measured
            Did it break limits? unknown: neither the target's CPU time nor what was in flight was measured, so there is nothing to check the rates against
            Did it error? No: every request was good and every arrival was answered.
            Does it reproduce? unknown: this is one run; repeat it, and look at both with loadtest compare
            Does it matter? It does where the load is like this: closed model, 64 users (their times do not show a stall as callers would feel it), requests to one address. Whether the times are good enough is unknown: the plan has neither slo nor a threshold on response time.
            Did it even happen? unknown: the target's own count could not be read and there is no audit; 2,000 good answers with 77 bytes of body came back
        "#]],
    );
}

#[test]
fn a_run_without_requests() {
    let mut record = specimen::record(&[]);
    record.steps.clear();
    check(
        &record,
        &expect![[r#"
            Why not double? unknown: no request finished
            Did it break limits? unknown: neither the target's CPU time nor what was in flight was measured, so there is nothing to check the rates against
            Did it error? unknown: no request finished
            Does it reproduce? unknown: this is one run; repeat it, and look at both with loadtest compare
            Does it matter? Not before the run is valid. It does where the load is like this: open model, 0.05/s offered, transfer only. Goodput, committed within 20.0 ms: 0/s (0 % of what was offered).
            Did it even happen? Yes: the target counted the same 1 request; the audit passed (1 check).
        "#]],
    );
}

#[test]
fn a_generator_without_a_processor_is_the_answer() {
    let mut record = usual();
    record.health.run_queue = Some(RunQueue {
        thread: "pacer".into(),
        share: 0.2,
    });
    let first = &six(&record, &judge(&record))[0];
    assert_eq!(
        first.text,
        "The generator has no processor to spare: its thread pacer waited for one for 20.0 % of the time."
    );
    record.health.throttled_periods = Some(3);
    assert!(
        six(&record, &judge(&record))[0]
            .text
            .contains("held back 3 times")
    );
    record.health.local_limits = vec!["EMFILE (24 times)".into()];
    assert!(
        six(&record, &judge(&record))[0]
            .text
            .contains("EMFILE (24 times)")
    );
}

#[test]
fn only_what_a_run_does_not_tell_is_unknown() {
    let record = usual();
    let known = six(&record, &judge(&record)).map(|one| one.is_known());
    assert_eq!(known, [true, true, true, false, true, true]);
}

#[test]
fn a_law_that_samples_cannot_check_closely_is_not_said_to_hold() {
    let mut record = specimen::record(&vec![1_000_000; 1_000]);
    record.health.in_flight_mean = Some(0.07);
    record.health.in_flight_samples = 50;
    let answers = six(&record, &judge(&record));
    let told = answers.map(|answer| answer.text).join(" ");
    assert!(told.contains("cannot be checked closely"), "{told}");
}
