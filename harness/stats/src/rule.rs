//! One threshold against one record.

use record::histogram::Histogram;
use record::rule::{Metric, Operator, Rule, Term};
use record::run::{RunRecord, StepRecord};

/// Fewer samples than this beyond a quantile, and the quantile is an accident of the run. The design asks for 100 where a gate decides about
/// a change; an absolute threshold usually has a wide margin, so 10 are enough to say that it holds or does not.
pub(crate) const SAMPLES_BEYOND: f64 = 10.0;

/// A threshold and what was seen.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleResult {
    /// The rule.
    pub rule: Rule,
    /// The figure, in the unit of the rule's limit; `None` without data.
    pub observed: Option<f64>,
    /// Samples it stands on.
    pub samples: u64,
    /// Whether the rule holds; `None` if that cannot be said.
    pub held: Option<bool>,
}

pub(crate) fn judge(rule: &Rule, record: &RunRecord) -> RuleResult {
    let (observed, samples, held) = if rule.metric.is_duration() {
        duration(rule, record)
    } else {
        let (value, samples) = figure(rule, record);
        (
            value,
            samples,
            value.map(|value| rule.operator.holds(value, rule.limit)),
        )
    };
    RuleResult {
        rule: rule.clone(),
        observed,
        samples,
        held,
    }
}

// Unfinished arrivals are known from below only. Low: each counts with its age. High: each ranks above all finished ones. A rule with an
// upper limit holds only if the high end does, and is broken only if the low end is.
fn duration(rule: &Rule, record: &RunRecord) -> (Option<f64>, u64, Option<bool>) {
    let (finished, unfinished) = times(rule, record);
    let mut low = finished.clone();
    low.add(&unfinished);
    let samples = low.count();
    let observed = value(rule.term, &low);
    let holds = |value: f64| rule.operator.holds(value, rule.limit);
    let upper_limit = matches!(rule.operator, Operator::Less | Operator::LessOrEqual);
    let held = match (observed, high(rule.term, &finished, &unfinished)) {
        (None, _) => None,
        (Some(low), _) if upper_limit && !holds(low) => Some(false),
        (Some(_), Some(high)) if upper_limit => holds(high).then_some(true),
        (Some(_), None) if upper_limit => None,
        (Some(low), _) => Some(holds(low)),
    };
    (observed, samples, held)
}

// The figure if every unfinished arrival took longer than every finished one; `None` where that is unbounded.
fn high(term: Term, finished: &Histogram, unfinished: &Histogram) -> Option<f64> {
    if unfinished.is_empty() {
        return value(term, finished);
    }
    match term {
        Term::Quantile(share) => {
            let rank = (share * (finished.count() + unfinished.count()) as f64).ceil();
            let inside = rank / finished.count() as f64;
            (inside <= 1.0)
                .then(|| finished.quantile(inside))
                .flatten()
                .map(|ns| ns as f64)
        }
        Term::Min => value(term, finished),
        Term::Mean | Term::Max | Term::Value => None,
    }
}

fn times(rule: &Rule, record: &RunRecord) -> (Histogram, Histogram) {
    let chosen = record
        .steps
        .iter()
        .filter(|step| rule.step.as_ref().is_none_or(|name| *name == step.step));
    let mut all = Histogram::new();
    let mut add = |of: fn(&StepRecord) -> &Histogram| {
        for step in chosen.clone() {
            all.add(of(step));
        }
    };
    match rule.metric {
        Metric::SendDelay => return (record.send_delay.clone(), Histogram::new()),
        Metric::ServiceTime => {
            add(|step| &step.ok.service);
            return (all, Histogram::new());
        }
        _ => add(|step| &step.ok.response),
    }
    // Of which step an arrival that was never sent would have been is not known, so it counts against each.
    (all, record.unfinished.clone())
}

fn value(term: Term, histogram: &Histogram) -> Option<f64> {
    let nanoseconds = |value: Option<u64>| value.map(|ns| ns as f64);
    match term {
        Term::Quantile(share) => nanoseconds(histogram.quantile(share)),
        Term::Mean => histogram.mean_ns(),
        Term::Min => nanoseconds(histogram.quantile(0.0)),
        Term::Max | Term::Value => nanoseconds(histogram.max_ns()),
    }
}

fn figure(rule: &Rule, record: &RunRecord) -> (Option<f64>, u64) {
    let requests = record.requests();
    match rule.metric {
        Metric::ErrorRatio => (record.error_ratio(), requests),
        Metric::DroppedRatio => {
            let due = record.arrivals.scheduled;
            let never_sent = record.arrivals.dropped + record.arrivals.unsent;
            ((due > 0).then(|| never_sent as f64 / due as f64), due)
        }
        Metric::Tps => ((requests > 0).then(|| record.tps()), requests),
        _ => ((requests > 0).then(|| record.qps()), requests),
    }
}
