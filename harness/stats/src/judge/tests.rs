use super::*;
use proptest::prelude::*;
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
        over: None,
        abort: None,
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
fn a_late_generator_of_an_old_record_is_invalid_unless_the_target_was_full() {
    let late = |r: &mut RunRecord| {
        r.delays.clear();
        r.send_delay = specimen::histogram(&[50 * MS; 2000]);
    };
    assert_eq!(verdict_of(late), (Verdict::Invalid, vec!["generator_late"]));
    let full = |r: &mut RunRecord| {
        late(r);
        r.windows[3].in_flight = u64::from(r.plan.users);
    };
    assert_eq!(verdict_of(full).0, Verdict::Pass);
}

#[test]
fn under_delivery_is_ours_unless_the_target_was_full() {
    let held_back = |r: &mut RunRecord| {
        r.plan.thresholds.clear();
        r.arrivals.scheduled += 100;
        r.arrivals.unsent = 100;
    };
    assert_eq!(
        verdict_of(held_back),
        (Verdict::Invalid, vec!["under_delivered"])
    );
    let full = |r: &mut RunRecord| {
        held_back(r);
        r.windows[3].backlog = 5;
    };
    assert_eq!(verdict_of(full), (Verdict::Pass, vec!["overloaded"]));
    // Who is interrupted leaves arrivals behind.
    let interrupted = |r: &mut RunRecord| {
        held_back(r);
        r.ending = Ending::Interrupted;
    };
    assert_eq!(verdict_of(interrupted).0, Verdict::Inconclusive);
}

#[test]
fn answers_after_the_end_of_the_phase_are_no_fault_of_the_generator() {
    let late_answers = |r: &mut RunRecord| r.windows[0].committed /= 2;
    assert_eq!(verdict_of(late_answers), (Verdict::Pass, vec![]));
}

#[test]
fn a_closed_run_is_not_held_to_a_schedule() {
    let closed = |r: &mut RunRecord| {
        r.plan.model = record::run::Model::Closed;
        r.plan.thresholds.clear();
        r.send_delay = specimen::histogram(&[50 * MS; 2000]);
        r.delays.pacing = r.send_delay.clone();
        r.costs.generator_cpu = Some(std::time::Duration::from_secs(20));
    };
    assert_eq!(verdict_of(closed), (Verdict::Pass, vec![]));
}

#[test]
fn a_lower_limit_holds_if_the_low_end_does() {
    let unfinished = |limit: f64| {
        move |r: &mut RunRecord| {
            r.unfinished = specimen::histogram(&[10 * MS; 100]);
            r.plan.thresholds = vec![rule(
                Metric::ResponseTime,
                Term::Quantile(0.99),
                Operator::Greater,
                limit,
            )];
        }
    };
    assert_eq!(verdict_of(unfinished(5e6)).0, Verdict::Pass);
    // The unfinished may have taken longer than this or not.
    assert_eq!(verdict_of(unfinished(30e6)).0, Verdict::Inconclusive);
}

#[test]
fn a_percentile_needs_ten_samples_beyond_it() {
    let p90 = |count: usize| {
        let mut record = specimen::record(&vec![MS; count]);
        record.plan.thresholds[0].term = Term::Quantile(0.9);
        judge(&record).verdict
    };
    assert_eq!(p90(100), Verdict::Pass);
    assert_eq!(p90(99), Verdict::Invalid);
}

#[test]
fn a_saturated_generator_is_invalid_if_it_does_not_deliver() {
    let busy = |r: &mut RunRecord| r.costs.generator_cpu = Some(std::time::Duration::from_secs(19));
    assert_eq!(verdict_of(busy), (Verdict::Pass, vec!["generator_busy"]));
    let limit = |r: &mut RunRecord| {
        busy(r);
        r.windows[0].committed /= 2;
        r.windows[3].backlog = 5;
    };
    let (verdict, reasons) = verdict_of(limit);
    assert_eq!((verdict, reasons[0]), (Verdict::Invalid, "generator_cpu"));
    let spare = |r: &mut RunRecord| {
        limit(r);
        r.provenance.generator_processors = 4;
    };
    assert_eq!(verdict_of(spare).0, Verdict::Pass);
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
    let step = |name: &str| {
        let mut one = rule(Metric::ErrorRatio, Term::Value, Operator::Less, 0.001);
        one.step = Some(name.into());
        of(one)
    };
    assert_eq!(step("transfer"), Verdict::Pass);
    assert_eq!(step("never"), Verdict::Invalid);
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

proptest! {
    // Asking for less never turns a pass into anything else, nor more a fail.
    #[test]
    fn a_wider_limit_is_never_harder(
        times in proptest::collection::vec(1..100 * MS, 1..300),
        ages in proptest::collection::vec(1..100 * MS, 0..50),
        limits in (1..100 * MS, 1..100 * MS),
        share in 0.0..1.0_f64,
    ) {
        let held = |limit: u64| {
            let mut record = specimen::record(&times);
            record.unfinished = specimen::histogram(&ages);
            let limit = limit as f64;
            record.plan.thresholds = vec![rule(Metric::ResponseTime, Term::Quantile(share), Operator::Less, limit)];
            // Fails, cannot be said, holds.
            [Some(false), None, Some(true)].iter().position(|held| *held == judge(&record).thresholds[0].held)
        };
        let (narrow, wide) = (limits.0.min(limits.1), limits.0.max(limits.1));
        prop_assert!(held(narrow) <= held(wide));
    }
}
