use super::*;
use record::rule::{Metric, Operator, Rule, Term};
use record::run::{AuditCheck, RunRecord};
use record::specimen;

const MS: u64 = 1_000_000;

/// A run of 2,000 requests of 1 ms with the thresholds of a specimen: p99 < 20 ms.
fn good() -> RunRecord {
    specimen::record(&[MS; 2000])
}

fn verdict_of(change: impl FnOnce(&mut RunRecord)) -> (Verdict, Vec<&'static str>) {
    let mut record = good();
    change(&mut record);
    let judgement = judge(&record);
    (
        judgement.verdict,
        judgement.reasons.iter().map(|reason| reason.code).collect(),
    )
}

fn rule(metric: Metric, term: Term, operator: Operator, limit: f64) -> Rule {
    Rule {
        text: "a rule".into(),
        metric,
        step: None,
        term,
        operator,
        limit,
    }
}

#[test]
fn a_good_run_passes() {
    assert_eq!(verdict_of(|_| {}), (Verdict::Pass, vec![]));
}

#[test]
fn a_broken_threshold_fails() {
    assert_eq!(
        verdict_of(|r| r.plan.thresholds[0].limit = 5e5),
        (Verdict::Fail, vec!["threshold"])
    );
}

#[test]
fn a_wrong_answer_fails_before_anything_else() {
    let lost = |r: &mut RunRecord| {
        r.arrivals.scheduled += 1;
        r.audit.as_mut().expect("audited").checks.push(AuditCheck {
            name: "nothing is lost".into(),
            held: false,
            detail: "1 lost".into(),
        });
    };
    let (verdict, reasons) = verdict_of(lost);
    assert_eq!((verdict, reasons[0]), (Verdict::Fail, "audit"));
}

#[test]
fn numbers_that_do_not_add_up_are_invalid() {
    let (verdict, reasons) = verdict_of(|r| r.arrivals.scheduled += 1);
    assert_eq!(
        (verdict, reasons[0]),
        (Verdict::Invalid, "recording_inconsistent")
    );
}

#[test]
fn no_data_never_passes() {
    let empty = |r: &mut RunRecord| {
        r.steps.clear();
        r.plan.thresholds.clear();
    };
    assert_eq!(verdict_of(empty), (Verdict::Invalid, vec!["no_data"]));
    // A rule about a step that never ran is not a rule that holds.
    let (verdict, reasons) = verdict_of(|r| r.plan.thresholds[0].step = Some("never".into()));
    assert_eq!((verdict, reasons), (Verdict::Invalid, vec!["no_data"]));
}

#[test]
fn too_little_data_never_passes_and_may_fail() {
    let short = |limit: f64| {
        let mut record = specimen::record(&[MS; 50]);
        record.plan.thresholds[0].limit = limit;
        judge(&record).verdict
    };
    assert_eq!(short(20e6), Verdict::Invalid);
    assert_eq!(short(5e5), Verdict::Fail);
}

#[test]
fn an_early_end_is_said() {
    assert_eq!(
        verdict_of(|r| r.ending = Ending::Interrupted),
        (Verdict::Inconclusive, vec!["interrupted"])
    );
    let (verdict, reasons) = verdict_of(|r| r.ending = Ending::TargetDied("gone".into()));
    assert_eq!((verdict, reasons[0]), (Verdict::Invalid, "target_died"));
}

#[test]
fn unfinished_arrivals_are_lower_bounds() {
    // 2,000 finished at 1 ms, and 100 unfinished known to be older than 10 ms: p99 may be anything above.
    let unfinished = |r: &mut RunRecord| {
        r.unfinished = specimen::histogram(&[10 * MS; 100]);
        r.arrivals.unsent = 100;
        r.arrivals.scheduled += 100;
        r.windows[19].backlog = 100;
    };
    assert_eq!(
        verdict_of(unfinished),
        (Verdict::Inconclusive, vec!["undecided", "overloaded"])
    );
    // If even their ages break the rule, it is broken.
    let aged = |r: &mut RunRecord| {
        unfinished(r);
        r.unfinished = specimen::histogram(&[30 * MS; 100]);
    };
    assert_eq!(
        verdict_of(aged),
        (Verdict::Fail, vec!["threshold", "overloaded"])
    );
    // If the quantile lies among the finished ones whatever the others took, it holds.
    let median = |r: &mut RunRecord| {
        unfinished(r);
        r.plan.thresholds[0].term = Term::Quantile(0.5);
    };
    assert_eq!(verdict_of(median), (Verdict::Pass, vec!["overloaded"]));
}

#[test]
fn a_late_generator_is_invalid_unless_the_target_was_full() {
    let late = |r: &mut RunRecord| r.send_delay = specimen::histogram(&[50 * MS; 2000]);
    assert_eq!(verdict_of(late), (Verdict::Invalid, vec!["generator_late"]));
    let full = |r: &mut RunRecord| {
        late(r);
        r.windows[3].in_flight = u64::from(r.plan.users);
    };
    assert_eq!(verdict_of(full).0, Verdict::Pass);
}

#[test]
fn under_delivery_is_ours_unless_the_target_was_full() {
    let slow = |r: &mut RunRecord| r.windows[0].committed /= 2;
    assert_eq!(
        verdict_of(slow),
        (Verdict::Invalid, vec!["under_delivered"])
    );
    let full = |r: &mut RunRecord| {
        slow(r);
        r.windows[3].backlog = 5;
    };
    assert_eq!(verdict_of(full), (Verdict::Pass, vec!["overloaded"]));
}

#[test]
fn a_run_in_which_everything_failed_does_not_pass() {
    let all = |r: &mut RunRecord| {
        r.plan.thresholds.clear();
        let step = &mut r.steps[0];
        let good = step.ok.response.count();
        step.failed.add(&std::mem::take(&mut step.ok));
        *step
            .failures
            .entry(record::failure::FailureKind::Status)
            .or_default() += good;
    };
    assert_eq!(verdict_of(all), (Verdict::Fail, vec!["all_failed"]));
}

#[test]
fn ratios_and_rates_are_judged_as_such() {
    let of = |one: Rule| verdict_of(|r| r.plan.thresholds = vec![one]).0;
    assert_eq!(
        of(rule(Metric::ErrorRatio, Term::Value, Operator::Less, 0.001)),
        Verdict::Pass
    );
    assert_eq!(
        of(rule(
            Metric::ErrorRatio,
            Term::Value,
            Operator::Less,
            0.0001
        )),
        Verdict::Fail
    );
    assert_eq!(
        of(rule(
            Metric::Qps,
            Term::Value,
            Operator::GreaterOrEqual,
            100.0
        )),
        Verdict::Pass
    );
    assert_eq!(
        of(rule(Metric::Tps, Term::Value, Operator::Greater, 1000.0)),
        Verdict::Fail
    );
    assert_eq!(
        of(rule(
            Metric::DroppedRatio,
            Term::Value,
            Operator::LessOrEqual,
            0.0
        )),
        Verdict::Pass
    );
}
