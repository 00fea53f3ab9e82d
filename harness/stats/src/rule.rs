//! One threshold against one record.

use crate::sliding;
use record::histogram::Histogram;
use record::rule::{Metric, Operator, Rule, Term};
use record::run::{RunRecord, Span, StepRecord};

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
    /// Of a rule `over` a time: its stretches, of which figure and samples are those of the worst.
    pub stretches: Option<Stretches>,
}

/// The stretches that a rule was judged on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretches {
    /// How many.
    pub judged: u64,
    /// How many of them broke it.
    pub broken: u64,
    /// The one furthest beyond the limit, or nearest to it.
    pub worst: Span,
}

pub(crate) fn judge(rule: &Rule, record: &RunRecord) -> RuleResult {
    if rule.over.is_some() {
        return sliding::judge(rule, record);
    }
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
        stretches: None,
    }
}

fn duration(rule: &Rule, record: &RunRecord) -> (Option<f64>, u64, Option<bool>) {
    let (finished, unfinished) = times(rule, record);
    let (low, high) = bounds(rule.term, &finished, &unfinished);
    let samples = finished.count() + unfinished.count();
    (low, samples, held(rule, low, high))
}

/// Unfinished arrivals are known from below only. Low: each counts with its age. High: each ranks above all finished ones; `None` where
/// that is unbounded.
pub(crate) fn bounds(
    term: Term,
    finished: &Histogram,
    unfinished: &Histogram,
) -> (Option<f64>, Option<f64>) {
    let mut all = finished.clone();
    all.add(unfinished);
    (value(term, &all), high(term, finished, unfinished))
}

/// What holds at the end that makes it hardest holds; what does not hold at the end that makes it easiest is broken; between them nobody
/// can say.
pub(crate) fn held(rule: &Rule, low: Option<f64>, high: Option<f64>) -> Option<bool> {
    let holds = |value: f64| rule.operator.holds(value, rule.limit);
    // Without a bound above, a lower limit may hold and an upper one may not.
    let at_high = high.map_or(is_lower_limit(rule), holds);
    low.and_then(|low| (holds(low) == at_high).then_some(at_high))
}

pub(crate) fn is_lower_limit(rule: &Rule) -> bool {
    matches!(rule.operator, Operator::Greater | Operator::GreaterOrEqual)
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
    let merged = |of: fn(&StepRecord) -> &Histogram| {
        let mut all = Histogram::new();
        chosen(rule, record).for_each(|step| all.add(of(step)));
        all
    };
    match rule.metric {
        Metric::PacingDelay => (record.delays.pacing.clone(), Histogram::new()),
        Metric::SendDelay => (record.send_delay.clone(), Histogram::new()),
        Metric::ServiceTime => (merged(|step| &step.ok.service), Histogram::new()),
        // Of which step an arrival that was never sent would have been is not known, so it counts against each.
        _ => (merged(|step| &step.ok.response), record.unfinished.clone()),
    }
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
        Metric::ErrorRatio => error_ratio(rule, record),
        Metric::DroppedRatio => {
            let due = record.arrivals.scheduled;
            let never_sent = record.arrivals.dropped + record.arrivals.unsent;
            ((due > 0).then(|| never_sent as f64 / due as f64), due)
        }
        Metric::Goodput => (record.goodput().filter(|_| requests > 0), requests),
        Metric::Tps => ((requests > 0).then(|| record.tps()), requests),
        _ => ((requests > 0).then(|| record.qps()), requests),
    }
}

fn error_ratio(rule: &Rule, record: &RunRecord) -> (Option<f64>, u64) {
    let (mut good, mut failed) = (0, 0);
    for step in chosen(rule, record) {
        good += step.ok.service.count();
        failed += step.failures.values().sum::<u64>();
    }
    let all = good + failed;
    ((all > 0).then(|| failed as f64 / all as f64), all)
}

fn chosen<'a>(rule: &'a Rule, record: &'a RunRecord) -> impl Iterator<Item = &'a StepRecord> {
    let all = record.steps.iter();
    all.filter(|step| rule.step.as_ref().is_none_or(|name| *name == step.step))
}
