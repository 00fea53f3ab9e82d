//! Absolute limits of the candidate's times, judged on all its rounds together (statistics.md, section 4.7).

use crate::precision::binomial::most_below;
use record::comparison::{ArmRound, Round};
use record::histogram::Histogram;
use record::rule::{Metric, Operator, Rule, Term};

/// Requests of one queue resemble each other; so few of them count as independent.
const SHARE_INDEPENDENT: f64 = 0.1;

/// A limit and what the rounds say about it.
#[derive(Debug, Clone, PartialEq)]
pub struct SloResult {
    /// As it was written.
    pub rule: String,
    /// The candidate's quantile, nanoseconds; `None` without times.
    pub seen_ns: Option<u64>,
    /// Lower limit of it; `None` if there are too few samples for one.
    pub low_ns: Option<u64>,
    /// Upper limit of it.
    pub high_ns: Option<u64>,
    /// Broken, beyond doubt.
    pub is_broken: bool,
    /// Kept, beyond doubt.
    pub is_kept: bool,
    /// The baseline's quantile breaks it too.
    pub baseline_breaks: bool,
}

/// Judges rules about quantiles; `alpha` is the level for broken, shared by all of them, and 0 where nothing can fail; `beta` that for kept.
pub fn slos(rules: &[Rule], rounds: &[&Round], alpha: f64, beta: f64) -> Vec<SloResult> {
    let level = alpha / rules.len().max(1) as f64;
    rules
        .iter()
        .map(|rule| slo(rule, rounds, level, beta))
        .collect()
}

fn slo(rule: &Rule, rounds: &[&Round], level: f64, beta: f64) -> SloResult {
    let q = match rule.term {
        Term::Quantile(q) => q,
        _ => 1.0,
    };
    let [baseline, candidate] = [
        merged(rule, rounds, |round| &round.baseline),
        merged(rule, rounds, |round| &round.candidate),
    ];
    let strictly = |value: Option<u64>, low: bool| match value {
        None => false,
        Some(ns) if low => ns as f64 > rule.limit,
        Some(ns) if rule.operator == Operator::Less => (ns as f64) < rule.limit,
        Some(ns) => ns as f64 <= rule.limit,
    };
    let low_at = |level| {
        candidate
            .as_ref()
            .and_then(|times| limits(times, q, level).0)
    };
    let high_at = |level| {
        candidate
            .as_ref()
            .and_then(|times| limits(times, q, level).1)
    };
    let of = |times: &Option<Histogram>| times.as_ref().and_then(|times| times.quantile(q));
    SloResult {
        rule: rule.text.clone(),
        seen_ns: of(&candidate),
        low_ns: low_at(beta),
        high_ns: high_at(beta),
        is_broken: level > 0.0 && strictly(low_at(level), true),
        is_kept: strictly(high_at(beta), false),
        baseline_breaks: of(&baseline)
            .is_some_and(|ns| !rule.operator.holds(ns as f64, rule.limit)),
    }
}

fn merged(rule: &Rule, rounds: &[&Round], arm: fn(&Round) -> &ArmRound) -> Option<Histogram> {
    let mut parts = rounds
        .iter()
        .filter_map(|round| arm(round).times.as_ref())
        .map(|times| match rule.metric {
            Metric::ServiceTime => &times.service,
            Metric::SendDelay => &times.send_delay,
            _ => &times.response,
        });
    let mut all = parts.next()?.clone();
    parts.for_each(|part| all.add(part));
    (!all.is_empty()).then_some(all)
}

/// One-sided limits of the quantile at `level` each, by order statistics of a tenth of the samples.
pub(super) fn limits(times: &Histogram, q: f64, level: f64) -> (Option<u64>, Option<u64>) {
    let n = (times.count() as f64 * SHARE_INDEPENDENT) as u64;
    if n == 0 || level <= 0.0 || q <= 0.0 || q >= 1.0 {
        return (None, None);
    }
    let at = |rank: u64| times.quantile(rank as f64 / n as f64);
    let low = most_below(n, q, level).and_then(at);
    let high = most_below(n, 1.0 - q, level).and_then(|from_above| at(n + 1 - from_above));
    (low, high)
}
