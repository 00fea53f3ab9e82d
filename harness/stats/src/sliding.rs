//! Rules that are judged on stretches of the steady phase (`over 10s`): a whole run hides a dead minute. And rules that stop a run.
//!
//! While a run is on, [`Watch`] is given what each window saw; the stretches it forms are kept in the record, and [`held`] judges one of
//! them the same way then and later.

mod seen;
mod watch;

pub use seen::Seen;
pub use watch::Watch;

use crate::limits::SAMPLES;
use crate::rule::{self, RuleResult, Stretches, is_lower_limit};
use record::rule::{Rule, Term};
use record::run::{RunRecord, Stretch};

/// Whether a stretch satisfies its rule; `None` if that cannot be said.
///
/// There are many stretches in a run, and the P99 of a few hundred requests is broken by chance in one of them. So a quantile or a ratio
/// is broken only by ten samples at least on the wrong side of its limit; with fewer nobody can say.
pub fn held(rule: &Rule, stretch: &Stretch) -> Option<bool> {
    let held = rule::held(rule, stretch.low, stretch.high);
    held.filter(|&held| held || is_witnessed(rule, stretch))
}

fn is_witnessed(rule: &Rule, stretch: &Stretch) -> bool {
    let counts_samples = matches!(rule.term, Term::Quantile(_)) || rule.metric.is_ratio();
    // Where none is allowed, one is proof.
    !counts_samples || rule.limit <= 0.0 || stretch.beyond as f64 >= SAMPLES.value
}

/// Every stretch has to hold. The samples are the fewest that a stretch stands on, unless one is broken: too few never pass.
pub(crate) fn judge(rule: &Rule, record: &RunRecord) -> RuleResult {
    let mut all = record.stretches.iter().filter(|all| all.rule == rule.text);
    let all = all.next().map_or(&[][..], |all| &all.stretches);
    let results: Vec<_> = all.iter().map(|one| held(rule, one)).collect();
    let broken = all.iter().zip(&results);
    let broken: Vec<_> = broken
        .filter(|(_, held)| **held == Some(false))
        .map(|(one, _)| one)
        .collect();
    let worst = if broken.is_empty() {
        worst(rule, all.iter())
    } else {
        worst(rule, broken.iter().copied())
    };
    let samples = if broken.is_empty() {
        all.iter().map(|one| one.samples).min()
    } else {
        worst.map(|one| one.samples)
    };
    RuleResult {
        rule: rule.clone(),
        observed: worst.and_then(|one| one.low),
        samples: samples.unwrap_or(0),
        held: if !broken.is_empty() {
            Some(false)
        } else if !results.is_empty() && results.iter().all(|held| *held == Some(true)) {
            Some(true)
        } else {
            None
        },
        stretches: worst.map(|one| Stretches {
            judged: all.len() as u64,
            broken: broken.len() as u64,
            worst: one.span,
        }),
    }
}

fn worst<'a>(rule: &Rule, all: impl Iterator<Item = &'a Stretch>) -> Option<&'a Stretch> {
    let sign = if is_lower_limit(rule) { -1.0 } else { 1.0 };
    let badness = |one: &Stretch| one.low.map_or(f64::NEG_INFINITY, |low| sign * low);
    all.max_by(|a, b| badness(a).total_cmp(&badness(b)))
}

#[cfg(test)]
mod tests;
