//! Did a step keep the promise?

use crate::Reason;
use crate::judge::{Verdict, judge_by};
use crate::limits::{ACHIEVED, CAP, STEADY};
use crate::steady::{Drift, drift_of};
use record::phase::Phase;
use record::rule::Rule;
use record::run::{RunRecord, Window};

/// Unfinished work at the end up to which nothing is piling up, whatever its mean: small numbers fluctuate.
const FEW: f64 = 16.0;

/// What a step shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// Valid, and every rule holds.
    Pass,
    /// Valid, and the target does not keep up or does not keep the promise.
    Fail,
    /// Not to be trusted; says nothing of the target.
    Invalid,
}

impl Quality {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Invalid => "invalid",
        }
    }
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct StepOutcome {
    /// Pass, fail or invalid.
    pub quality: Quality,
    /// Transactions per second that finished.
    pub achieved: f64,
    /// Why it did not pass, a fragment each.
    pub reasons: Vec<String>,
}

/// Judges a step by its record and the rules of the search, whatever its plan demanded.
///
/// It passes if it is valid, every rule holds on the high end of its figure, at least 98 % of what was due finished, no user was missing,
/// and nothing piles up: what is in flight or waiting at the end is below twice what throughput × service time explains (Little). A step in
/// which times grew from its start to its end fails, although a run like that is invalid.
pub fn outcome(record: &RunRecord, slo: &[Rule]) -> StepOutcome {
    let judgement = judge_by(record, slo);
    let achieved = record.achieved_rate();
    let said = |reasons: Vec<String>, quality| StepOutcome {
        quality,
        achieved,
        reasons,
    };
    if judgement.verdict == Verdict::Invalid {
        let reasons = judgement.reasons.iter();
        let told = reasons.map(|reason| format!("{}: {}", reason.code, reason.text));
        let quality = if is_sinking(record, &judgement.reasons) {
            Quality::Fail
        } else {
            Quality::Invalid
        };
        return said(told.collect(), quality);
    }
    let mut reasons: Vec<String> = judgement
        .thresholds
        .iter()
        .filter(|result| result.held != Some(true))
        .map(|result| {
            let seen = result
                .observed
                .map_or_else(|| "unknown".to_owned(), |value| result.rule.show(value));
            format!("{}: {seen}", result.rule)
        })
        .collect();
    reasons.extend(
        [lagging(record), cap_bound(record), piling_up(record)]
            .into_iter()
            .flatten(),
    );
    // Wrong answers, or none that is good.
    if reasons.is_empty() && judgement.verdict == Verdict::Fail {
        reasons.extend(judgement.reasons.first().map(|reason| reason.text.clone()));
    }
    let quality = if reasons.is_empty() {
        Quality::Pass
    } else {
        Quality::Fail
    };
    said(reasons, quality)
}

// At a rate that stays the same times that grow, or answers that become fewer, are a target that does not keep up, seen before anything
// else shows it. A drift the other way is one that still warms up: nothing is known of it.
fn is_sinking(record: &RunRecord, reasons: &[Reason]) -> bool {
    let only_unsteady = reasons.iter().all(|reason| reason.code == STEADY.code);
    let sinks = |drift: &Drift| match drift.figure {
        "throughput" => drift.relative < 0.0,
        figure => figure.starts_with("response") && drift.relative > 0.0,
    };
    only_unsteady && drift_of(record).iter().any(sinks)
}

// What is under way at the end as at any moment is no lag; in a short step it is a visible share.
fn lagging(record: &RunRecord) -> Option<String> {
    let seconds = record.steady.length().as_secs_f64();
    let (due, done) = (
        record.arrivals.scheduled as f64,
        record.achieved_rate() * seconds,
    );
    let limit = ACHIEVED.value;
    (due - done > (1.0 - limit) * due + explained(record)?).then(|| {
        format!(
            "{:.1} % of {:.0}/s achieved (limit {:.0} %)",
            done / due * 100.0,
            record.offered_rate(),
            limit * 100.0
        )
    })
}

// Little: requests a second × service time is what is in flight on average. Each request counts, so a transaction of several is in flight
// for several service times.
fn explained(record: &RunRecord) -> Option<f64> {
    Some(record.qps() * record.service_time().mean_ns()? / 1e9)
}

fn cap_bound(record: &RunRecord) -> Option<String> {
    let (waited, due) = (record.health.waited_for_user, record.arrivals.scheduled);
    (waited as f64 > CAP.value * due as f64).then(|| {
        format!(
            "cap of {} connections reached: {waited} of {due} arrivals waited for one",
            record.plan.users
        )
    })
}

// The median of the last windows: one window's end is a moment, and moments of a queue spread widely.
fn piling_up(record: &RunRecord) -> Option<String> {
    const LAST: usize = 5;
    let steady = record
        .windows
        .iter()
        .filter(|window| window.phase == Phase::Steady);
    let unfinished = |window: &Window| window.in_flight + window.backlog;
    let mut last: Vec<u64> = steady.rev().take(LAST).map(unfinished).collect();
    last.sort_unstable();
    let seen = *last.get(last.len() / 2)? as f64;
    let limit = (2.0 * explained(record)?).max(FEW);
    (seen > limit).then(|| format!("{seen:.0} arrivals unfinished at the end (limit {limit:.0})"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use record::rule::{Metric, Operator, Term};
    use record::specimen;
    use std::time::Duration;

    fn slo(limit_ns: f64) -> Vec<Rule> {
        vec![Rule {
            text: "p90 < limit".into(),
            metric: Metric::ResponseTime,
            step: None,
            term: Term::Quantile(0.9),
            operator: Operator::Less,
            limit: limit_ns,
            over: None,
            abort: None,
        }]
    }

    // 1,000 answers of 1 ms.
    fn good() -> RunRecord {
        let mut record = specimen::record(&vec![1_000_000; 1_000]);
        record.arrivals.scheduled = 1_001;
        record.health.waited_for_user = 0;
        record
    }

    #[test]
    fn a_step_passes_that_holds_its_rules_whatever_the_plan_demands() {
        let mut record = good();
        record.plan.thresholds[0].limit = 1.0;
        let seen = outcome(&record, &slo(5e6));
        assert_eq!((seen.quality, &seen.reasons[..]), (Quality::Pass, &[][..]));
    }

    #[test]
    fn a_broken_rule_fails_the_step_with_its_figure() {
        let seen = outcome(&good(), &slo(5e5));
        assert_eq!(seen.quality, Quality::Fail);
        assert_eq!(seen.reasons, ["p90 < limit: 1.00 ms"]);
    }

    #[test]
    fn an_invalid_step_is_no_fail() {
        let mut record = good();
        record.arrivals.scheduled += 1;
        let seen = outcome(&record, &slo(5e5));
        assert_eq!(seen.quality, Quality::Invalid);
        assert!(
            seen.reasons[0].starts_with("recording_inconsistent: "),
            "{seen:?}"
        );
    }

    // 50 answers in each of 20 seconds, whose times move from 100 ms by this share of it each second.
    fn drifting(each: f64) -> RunRecord {
        let mut record = good();
        record.steps[0].ok.response = specimen::histogram(&vec![100_000_000; 1_000]);
        for (window, second) in record.windows.iter_mut().zip(0..) {
            let ns = (1e8 * (1.0 + each * f64::from(second))) as u64;
            (window.due, window.requests, window.committed) = (50, 50, 50);
            (window.failed, window.uncommitted) = (0, 0);
            window.response = specimen::histogram(&[ns; 50]).summary();
        }
        record
    }

    #[test]
    fn times_that_grow_at_a_level_rate_fail_the_step_and_times_that_fall_do_not() {
        let growing = outcome(&drifting(0.02), &slo(5e9));
        assert_eq!(growing.quality, Quality::Fail, "{growing:?}");
        assert!(growing.reasons[0].starts_with("not_steady"), "{growing:?}");
        let settling = outcome(&drifting(-0.02), &slo(5e9));
        assert_eq!(settling.quality, Quality::Invalid, "{settling:?}");
    }

    #[test]
    fn a_target_that_lags_fails() {
        let mut record = good();
        // Half of what was due did not finish in the steady phase, but late: valid, and too slow.
        for window in &mut record.windows {
            (window.committed, window.uncommitted) = (window.committed / 2, 0);
            window.backlog = 3;
        }
        let seen = outcome(&record, &slo(5e6));
        assert_eq!(seen.quality, Quality::Fail, "{seen:?}");
        assert!(
            seen.reasons[0].contains("achieved (limit 98 %)"),
            "{seen:?}"
        );
    }

    #[test]
    fn what_is_under_way_at_the_end_is_no_lag() {
        let mut record = good();
        // 25 of 1,001 arrivals finish after the phase. At 1 ms that is a lag; at 500 ms so many are always under way.
        record.windows[0].committed = 976;
        record.windows[0].uncommitted = 0;
        assert_eq!(outcome(&record, &slo(5e9)).quality, Quality::Fail);
        record.steps[0].ok.service = specimen::histogram(&vec![500_000_000; 1_000]);
        assert_eq!(outcome(&record, &slo(5e9)).quality, Quality::Pass);
    }

    #[test]
    fn a_cap_that_was_reached_fails_the_step() {
        let mut record = good();
        record.health.waited_for_user = 2;
        let seen = outcome(&record, &slo(5e6));
        assert_eq!(seen.quality, Quality::Fail);
        assert!(seen.reasons[0].starts_with("cap of "), "{seen:?}");
    }

    #[test]
    fn work_that_piles_up_fails_the_step_and_a_moment_of_it_does_not() {
        let mut record = good();
        let last = record.windows.len() - 1;
        record.windows[last].in_flight = 40;
        assert_eq!(outcome(&record, &slo(5e6)).quality, Quality::Pass);
        for window in &mut record.windows {
            window.in_flight = 40;
        }
        let seen = outcome(&record, &slo(5e6));
        assert_eq!(
            seen.reasons,
            ["40 arrivals unfinished at the end (limit 16)"]
        );
    }

    #[test]
    fn what_cannot_be_decided_does_not_pass() {
        let mut record = good();
        // A fifth of the arrivals never finished; their ages say little.
        let unfinished = 250;
        record.unfinished = specimen::histogram(&vec![500_000; unfinished]);
        record.arrivals.in_flight = unfinished as u64;
        record.arrivals.scheduled += unfinished as u64;
        record.steady.end = record.steady.start + Duration::from_secs(20);
        assert_eq!(outcome(&record, &slo(5e6)).quality, Quality::Fail);
    }
}
