//! One gate for each row of the table of verdicts, and for each precedence.

use super::made::*;
use crate::Verdict;
use crate::gate::{Design, Going, Label, OnInconclusive, Progress, interrupted, judge};
use record::comparison::{ArmEnding, GatePlan, Metric, Order, Round, Times};
use record::histogram::Histogram;
use record::rule::{self, Operator, Rule, Term};

fn rounds(count: u32, make: impl Fn(u32) -> Round) -> Vec<Round> {
    (1..=count).map(make).collect()
}

fn usual() -> GatePlan {
    GatePlan::default()
}

#[test]
fn identical_builds_pass_at_the_first_look_with_their_minimum_beside() {
    let decision = decided(&usual(), &rounds(16, quiet));
    assert_eq!(decision.verdict, Some(Verdict::Pass));
    assert_eq!((decision.valid, decision.look), (6, Some(1)));
    assert_eq!(decision.exit_code(OnInconclusive::Fail), 0);
    for one in &decision.metrics {
        assert!(one.detectable.is_some(), "{:?}", one.gated.metric);
        let excluded = one.figure.as_ref().and_then(crate::gate::Figure::excluded);
        assert!(excluded.is_some_and(|most| most < one.gated.margin));
    }
}

#[test]
fn a_regression_fails_at_the_second_look_and_is_named() {
    let slow = |number| worse(number, &[(Metric::ResponseTimeP99, 0.18)]);
    let decision = decided(&usual(), &rounds(16, slow));
    assert_eq!(decision.verdict, Some(Verdict::Fail));
    assert_eq!((decision.valid, decision.look), (10, Some(2)));
    assert_eq!(decision.exit_code(OnInconclusive::Neutral), 3);
    let regressed = decision.regressed();
    assert_eq!(regressed.len(), 1);
    assert_eq!(regressed[0].gated.metric, Metric::ResponseTimeP99);
    assert_eq!(decision.reasons, ["P99 response time regressed"]);
}

#[test]
fn less_throughput_is_worse_and_more_is_not() {
    let change = |share| move |number| worse(number, &[(Metric::Throughput, share)]);
    assert_eq!(
        decided(&usual(), &rounds(16, change(0.08))).verdict,
        Some(Verdict::Fail)
    );
    let better = decided(&usual(), &rounds(16, change(-0.08)));
    assert_eq!(better.verdict, Some(Verdict::Pass));
}

#[test]
fn a_difference_below_the_floor_is_no_regression() {
    let fast = |number| {
        let mut round = worse(number, &[(Metric::ResponseTimeP99, 0.3)]);
        for arm in [&mut round.baseline, &mut round.candidate] {
            let value = arm.values[&Metric::ResponseTimeP99] / 20.0;
            arm.values.insert(Metric::ResponseTimeP99, value);
        }
        round
    };
    let decision = decided(&usual(), &rounds(16, fast));
    assert_eq!(decision.verdict, Some(Verdict::Pass));
}

#[test]
fn one_allocation_more_fails_after_three_rounds() {
    let more = |number| worse(number, &[(Metric::AllocsPerRequest, 1.0 / 42.0)]);
    let decision = decided(&usual(), &rounds(16, more));
    assert_eq!(decision.verdict, Some(Verdict::Fail));
    assert_eq!((decision.valid, decision.look), (3, None));
    assert!(
        decision.reasons[0].contains("from 42.000 to 43.000"),
        "{:?}",
        decision.reasons
    );
}

// Alternating by 20 %: noise far beyond every margin.
fn noisy(number: u32) -> Round {
    let share = if number.is_multiple_of(2) { 0.2 } else { -0.2 };
    worse(
        number,
        &[
            (Metric::ResponseTimeP50, share),
            (Metric::ResponseTimeP99, share),
        ],
    )
}

#[test]
fn noise_is_inconclusive_after_the_last_look() {
    let decision = decided(&usual(), &rounds(16, noisy));
    assert_eq!(decision.verdict, Some(Verdict::Inconclusive));
    assert_eq!((decision.valid, decision.look), (16, Some(3)));
    let codes = [
        OnInconclusive::Neutral,
        OnInconclusive::Pass,
        OnInconclusive::Fail,
    ];
    assert_eq!(codes.map(|choice| decision.exit_code(choice)), [0, 0, 6]);
    let unclear = |reason: &String| reason == "P50 response time is unclear";
    assert!(decision.reasons.iter().any(unclear));
    let told =
        |note: &String| note.starts_with("the margin of P50 response time (5.0 %) is out of reach");
    assert!(decision.notes.iter().any(told), "{:?}", decision.notes);
}

#[test]
fn seven_dropped_rounds_are_invalid_at_once_and_not_before() {
    let stolen = |number| {
        let mut round = quiet(number);
        round.machine.steal = Some(0.5);
        round
    };
    let design = Design::new(&usual());
    let six = judge(&design, &calibration(), &rounds(6, stolen));
    assert!(
        matches!(six, Progress::Going(Going { dropped: 6, .. })),
        "{six:?}"
    );
    let decision = decided(&usual(), &rounds(7, stolen));
    assert_eq!(decision.verdict, Some(Verdict::Invalid));
    assert_eq!(decision.exit_code(OnInconclusive::Pass), 4);
    assert!(decision.reasons[0].contains("7 of 7 rounds were dropped (noisy machine: steal 7)"));
}

#[test]
fn more_than_three_of_ten_dropped_is_invalid_at_a_look() {
    let some = |number| {
        let mut round = quiet(number);
        round.candidate.drift = Some(if number <= 3 { 0.5 } else { 0.0 });
        round
    };
    let decision = decided(&usual(), &rounds(9, some));
    assert_eq!(
        decision.verdict,
        Some(Verdict::Invalid),
        "{:?}",
        decision.reasons
    );
    assert!(
        decision
            .notes
            .iter()
            .any(|note| note.contains("because of the candidate alone"))
    );
}

fn dying(
    number: u32,
    from: u32,
    which: fn(&mut Round) -> &mut record::comparison::ArmRound,
) -> Round {
    let mut round = quiet(number);
    if number >= from {
        which(&mut round).ending = ArmEnding::Died("signal 11".to_owned());
    }
    round
}

#[test]
fn a_candidate_that_dies_twice_fails_and_a_baseline_that_does_is_no_verdict() {
    let decision = decided(&usual(), &rounds(5, |n| dying(n, 4, |r| &mut r.candidate)));
    assert_eq!(decision.verdict, Some(Verdict::Fail));
    assert_eq!((decision.measured, decision.valid), (5, 3));
    let decision = decided(&usual(), &rounds(5, |n| dying(n, 4, |r| &mut r.baseline)));
    assert_eq!(decision.verdict, None);
    assert_eq!(decision.exit_code(OnInconclusive::Neutral), 5);
    let both = |n| {
        dying(n, 1, |r| {
            r.baseline.ending = ArmEnding::Died("signal 11".to_owned());
            &mut r.candidate
        })
    };
    assert_eq!(decided(&usual(), &rounds(1, both)).verdict, None);
}

#[test]
fn a_baseline_that_cannot_hold_the_rate_twice_is_invalid() {
    let short = |number| {
        let mut round = quiet(number);
        round.baseline.achieved = Some(0.9);
        round
    };
    assert_eq!(
        decided(&usual(), &rounds(2, short)).verdict,
        Some(Verdict::Invalid)
    );
}

#[test]
fn a_failing_hard_rule_goes_before_invalid_and_invalid_before_a_failing_test() {
    let design = Design::new(&usual());
    // Six dropped, then the candidate dies twice: fail.
    let mut seen = rounds(6, |number| {
        let mut round = quiet(number);
        round.machine.steal = Some(0.5);
        round
    });
    seen.extend((7..=8).map(|n| dying(n, 1, |r| &mut r.candidate)));
    let Progress::Decided(decision) = judge(&design, &calibration(), &seen) else {
        panic!("decided");
    };
    assert_eq!(decision.verdict, Some(Verdict::Fail));
    // Five dropped of fifteen at the failing look: invalid.
    let mut seen = seen[..5].to_vec();
    seen.extend((6..=20).map(|n| worse(n, &[(Metric::CpuPerRequest, 0.3)])));
    let Progress::Decided(decision) = judge(&design, &calibration(), &seen) else {
        panic!("decided");
    };
    assert_eq!(decision.verdict, Some(Verdict::Invalid));
}

#[test]
fn smoke_never_fails_by_statistics() {
    let plan = usual().smoke();
    let slow = |number| worse(number, &[(Metric::ResponseTimeP99, 0.5)]);
    let decision = decided(&plan, &rounds(6, slow));
    assert_eq!(decision.verdict, Some(Verdict::Inconclusive));
    assert!(decision.metrics.iter().all(|one| !one.is_rejected));
}

#[test]
fn more_errors_fail_and_bursts_do_not() {
    let failing = |number| {
        let mut round = quiet(number);
        round.candidate.errors = 60 + u64::from(number);
        round
    };
    let decision = decided(&usual(), &rounds(16, failing));
    assert_eq!(
        decision.verdict,
        Some(Verdict::Fail),
        "{:?}",
        decision.reasons
    );
    assert!(decision.reasons[0].contains("more errors"));
    let burst = |number| {
        let mut round = quiet(number);
        round.candidate.errors = if number == 4 { 170 } else { 0 };
        round
    };
    assert_ne!(
        decided(&usual(), &rounds(16, burst)).verdict,
        Some(Verdict::Fail)
    );
}

fn timed(number: u32, p99_ns: u64) -> Round {
    let mut round = quiet(number);
    let mut response = Histogram::new();
    response.record_many(p99_ns / 10, 9_000);
    response.record_many(p99_ns, 1_000);
    let times = Times {
        response,
        ..Times::default()
    };
    round.baseline.times = Some(times.clone());
    round.candidate.times = Some(times);
    round
}

fn slo(limit_ns: f64) -> GatePlan {
    let rule = Rule {
        text: "response_time p99 < 50ms".to_owned(),
        metric: rule::Metric::ResponseTime,
        step: None,
        term: Term::Quantile(0.99),
        operator: Operator::Less,
        limit: limit_ns,
        over: None,
        abort: None,
    };
    GatePlan {
        slos: vec![rule],
        ..usual()
    }
}

#[test]
fn an_absolute_limit_fails_and_says_that_the_baseline_breaks_it_too() {
    let slow = rounds(16, |number| timed(number, 80_000_000));
    let decision = decided(&slo(50e6), &slow);
    assert_eq!(decision.verdict, Some(Verdict::Fail));
    assert!(
        decision.reasons[0].ends_with("and so does the baseline"),
        "{:?}",
        decision.reasons
    );
    assert_eq!(decided(&slo(100e6), &slow).verdict, Some(Verdict::Pass));
}

#[test]
fn a_metric_that_nobody_measures_is_noted_and_one_that_only_one_arm_has_blocks() {
    let without = |number| {
        let mut round = quiet(number);
        round.baseline.values.remove(&Metric::AllocsPerRequest);
        round.candidate.values.remove(&Metric::AllocsPerRequest);
        round
    };
    let decision = decided(&usual(), &rounds(16, without));
    assert_eq!(decision.verdict, Some(Verdict::Pass));
    assert!(
        decision
            .notes
            .iter()
            .any(|note| note.contains("was not measured"))
    );
    let lost = |number| {
        let mut round = quiet(number);
        round.candidate.values.remove(&Metric::AllocsPerRequest);
        round
    };
    let decision = decided(&usual(), &rounds(16, lost));
    assert_eq!(decision.verdict, Some(Verdict::Inconclusive));
    let label = decision
        .metric(Metric::AllocsPerRequest)
        .map(|one| one.label);
    assert_eq!(label, Some(Label::Unclear));
}

#[test]
fn an_interrupted_gate_shows_its_rounds_and_decides_nothing() {
    let design = Design::new(&usual());
    let decision = interrupted(&design, &calibration(), &rounds(4, quiet), "interrupted");
    assert_eq!(decision.verdict, Some(Verdict::Inconclusive));
    assert_eq!(
        (decision.valid, decision.reasons.as_slice()),
        (4, &["interrupted".to_owned()][..])
    );
}

#[test]
fn rounds_after_the_decision_are_not_looked_at() {
    let mut seen = rounds(16, quiet);
    let decision = decided(&usual(), &seen);
    for round in &mut seen[6..] {
        round.order = Order::Baab;
        round.candidate.ending = ArmEnding::Died("later".to_owned());
    }
    assert_eq!(decided(&usual(), &seen), decision);
}
