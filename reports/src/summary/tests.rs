#![expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]

use super::*;
use expect_test::{Expect, expect};
use record::run::Costs;
use record::specimen;
use stats::Verdict;

fn judged(record: &RunRecord, verdict: Verdict) -> Judgement {
    let rule = record.plan.thresholds[0].clone();
    Judgement {
        verdict,
        reasons: vec![Reason {
            code: "threshold",
            text: "p99 < 20ms: observed 25.0 ms".into(),
            hint: "see the slowest step".into(),
        }],
        thresholds: vec![RuleResult {
            rule,
            observed: Some(25e6),
            samples: 2000,
            held: Some(false),
            stretches: None,
        }],
    }
}

fn check(record: &RunRecord, verdict: Verdict, expected: &Expect) {
    expected.assert_eq(&text(
        record,
        &judged(record, verdict),
        "target/loadtest/x/",
    ));
}

#[test]
fn a_usual_run() {
    let times: Vec<u64> = (1..=2000).map(|n| 400_000 + n * 1_500).collect();
    check(
        &specimen::record(&times),
        Verdict::Fail,
        &expect![[r#"
            FAIL           open model, 100/s for 20.0 s against http://127.0.0.1:8080
            rates          offered 100/s, achieved 100/s, QPS 100, TPS 100, goodput 100 within 20.0 ms
                                  p50        p90        p95        p99      p99.9        max      count
            response time     1.90 ms    3.10 ms    3.25 ms    3.37 ms    3.40 ms*   3.40 ms      2,000
            service time      1.90 ms    3.10 ms    3.25 ms    3.37 ms    3.40 ms*   3.40 ms      2,000
            send delay        70.0 µs*   70.0 µs*   70.0 µs*   70.0 µs*   70.0 µs*   70.0 µs          1
                           * fewer than 10 samples beyond it
            mean           1.90 ms = pacing 25 ns + slot wait 0 ns + connect wait 10 ns + service 1.90 ms
            errors         1 of 2,001 requests (0.050 %): status 1
            CPU            generator 750 µs per request, target 1.25 ms per request
            allocations    10 and 1,000 B per request in the target
            audit          passed, 1 check
            threshold      p99 < 20ms: 25.0 ms, BROKEN
            reason         threshold: p99 < 20ms: observed 25.0 ms (see the slowest step)
            why not double Nothing that was measured forbids it: most used is the target's CPU, to 12.5 %; waits for locks took less than 0.01 % of the requests' time; disk and network of the target are not measured. Try it: loadtest capacity.
            broke limits   No: at 1.25 ms of CPU time a request the target's processors could serve 800.4/s, and served 100/s.
            errored        Yes: 1 of 2,001 requests (0.05 %) failed, by status 1, all in the second 3 s after the start.
            reproduces     unknown: this is one run; repeat it, and look at both with loadtest compare
            matters        It does where the load is like this: open model, 100/s offered, transfer only. Goodput, committed within 20.0 ms: 100/s (100.0 % of what was offered).
            happened       Yes: the target counted the same 2,001 requests; the audit passed (1 check).
            warning        one core only
            report         target/loadtest/x/report.html
        "#]],
    );
}

#[test]
fn a_run_without_data() {
    let mut record = specimen::record(&[]);
    record.steps.clear();
    record.send_delay.clear();
    record.costs = Costs::default();
    record.audit = None;
    record.plan.model = Model::Closed;
    check(
        &record,
        Verdict::Invalid,
        &expect![[r#"
            INVALID        closed model, 64 users for 20.0 s against http://127.0.0.1:8080
            rates          achieved 0.05/s, QPS 0.05, TPS 0, goodput 0 within 20.0 ms
                                  p50        p90        p95        p99      p99.9        max      count
            response time  no data
            service time   no data
            send delay     no data
            errors         no requests
            CPU            generator unknown, target unknown
            allocations    unknown: the target does not count them
            audit          none for this target
            threshold      p99 < 20ms: 25.0 ms, BROKEN
            reason         threshold: p99 < 20ms: observed 25.0 ms (see the slowest step)
            why not double unknown: no request finished
            broke limits   unknown: neither the target's CPU time nor what was in flight was measured, so there is nothing to check the rates against
            errored        unknown: no request finished
            reproduces     unknown: this is one run; repeat it, and look at both with loadtest compare
            matters        Not before the run is valid. It does where the load is like this: closed model, 64 users (their times do not show a stall as callers would feel it), transfer only. Goodput, committed within 20.0 ms: 0/s.
            happened       Yes: the target counted the same 1 request.
            warning        one core only
            report         target/loadtest/x/report.html
        "#]],
    );
}

#[test]
fn unfinished_arrivals_and_a_broken_audit_are_told() {
    let mut record = specimen::record(&[2_000_000; 500]);
    (0..60).for_each(|n| record.unfinished.record(3_000_000_000 + n));
    record.arrivals.unsent = 60;
    if let Some(audit) = &mut record.audit {
        audit.checks[0].held = false;
    }
    check(
        &record,
        Verdict::Fail,
        &expect![[r#"
            FAIL           open model, 100/s for 20.0 s against http://127.0.0.1:8080
            rates          offered 25.05/s, achieved 25.05/s, QPS 25.05, TPS 25, goodput 25 within 20.0 ms
                                  p50        p90        p95        p99      p99.9        max      count
            response time     2.00 ms   ≥ 3.00 s   ≥ 3.00 s   ≥ 3.00 s*  ≥ 3.00 s*  ≥ 3.00 s        560
            service time      2.00 ms    2.00 ms    2.00 ms    2.00 ms*   2.00 ms*   2.00 ms        500
            send delay        70.0 µs*   70.0 µs*   70.0 µs*   70.0 µs*   70.0 µs*   70.0 µs          1
                           * fewer than 10 samples beyond it
                           ≥ lower bound: 60 arrivals did not finish and count with their age
            mean           2.00 ms = pacing 100 ns + slot wait 0 ns + connect wait 40 ns + service 2.00 ms
            errors         1 of 501 requests (0.200 %): status 1; 60 arrivals never sent
            CPU            generator 2.99 ms per request, target 4.99 ms per request
            allocations    10 and 1,000 B per request in the target
            audit          FAILED: balances add up (1000 = 1000)
            threshold      p99 < 20ms: 25.0 ms, BROKEN
            reason         threshold: p99 < 20ms: observed 25.0 ms (see the slowest step)
            why not double Nothing that was measured forbids it: most used is the target's CPU, to 12.5 %; waits for locks took less than 0.01 % of the requests' time; disk and network of the target are not measured. Try it: loadtest capacity.
            broke limits   No: at 4.99 ms of CPU time a request the target's processors could serve 200.4/s, and served 25.05/s.
            errored        Yes: 1 of 501 requests (0.20 %) failed, by status 1, all in the second 3 s after the start; 60 arrivals never sent.
            reproduces     unknown: this is one run; repeat it, and look at both with loadtest compare
            matters        It does where the load is like this: open model, 25.05/s offered, transfer only. Goodput, committed within 20.0 ms: 25/s (99.8 % of what was offered).
            happened       Not as it should: the target counted the same 501 requests; the audit found 1 of 1 checks broken.
            warning        one core only
            report         target/loadtest/x/report.html
        "#]],
    );
}

#[test]
fn text_from_outside_stays_on_its_line() {
    let mut record = specimen::record(&[1_000]);
    record.target.url = "http://x/\u{1b}[31m\nPASS".into();
    record.warnings = vec!["two\nlines".into()];
    let text = text(&record, &judged(&record, Verdict::Fail), "out");
    assert!(text.starts_with("FAIL ") && !text.contains('\u{1b}'));
    assert!(text.contains("warning        two lines\n"), "{text}");
}
