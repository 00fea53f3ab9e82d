//! Can the numbers be trusted? Each reason says value, limit and what to do; the limits are in [`crate::limits`].
//!
//! Where a signal is absent nothing is claimed from it.

mod counting;
mod generator;
mod host;
mod inside;
mod load;
mod steadiness;

pub(crate) use counting::{all_failed, counts};
pub(crate) use generator::processor_share as generator_share;
pub use host::{strangers, strangers_to_both};
pub(crate) use inside::lock_share;

use crate::limits::Limit;
use crate::rule::RuleResult;
use record::run::{Ending, RunRecord};

/// A sentence about a run, with a stable code for scripts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Stable.
    pub code: &'static str,
    /// One sentence with value and limit.
    pub text: String,
    /// What to do.
    pub hint: String,
}

impl Reason {
    pub(crate) fn new(code: &'static str, text: String, hint: &str) -> Self {
        Self {
            code,
            text,
            hint: hint.to_owned(),
        }
    }

    pub(crate) fn of(limit: &Limit, text: String) -> Self {
        Self::new(limit.code, text, limit.hint)
    }
}

/// Why the numbers cannot be trusted; empty if they can.
pub(crate) fn reasons(record: &RunRecord, thresholds: &[RuleResult]) -> Vec<Reason> {
    let checks: [fn(&RunRecord) -> Option<Reason>; 17] = [
        ending,
        counting::conservation,
        counting::no_data,
        generator::late,
        generator::stalled,
        generator::under_delivered,
        generator::saturated,
        generator::starved,
        generator::local_limit,
        host::busy,
        host::throttled,
        host::steal,
        counting::little_open,
        counting::little_closed,
        counting::counts_differ,
        steadiness::not_steady,
        steadiness::drifted,
    ];
    let mut reasons: Vec<_> = checks.iter().filter_map(|check| check(record)).collect();
    // A run that a broken rule cut short need not be long enough for the others.
    if record.requests() > 0 && record.aborted.is_none() {
        reasons.extend(thresholds.iter().filter_map(counting::too_few));
    }
    reasons
}

/// What does not spoil the numbers, and must be known to read them.
pub(crate) fn remarks(record: &RunRecord) -> Vec<Reason> {
    let checks: [fn(&RunRecord) -> Option<Reason>; 9] = [
        counting::mostly_failed,
        load::overloaded,
        load::cap_bound,
        generator::busy,
        generator::waited,
        steadiness::warmup_short,
        steadiness::imprecise,
        inside::leaking,
        inside::locks,
    ];
    checks.iter().filter_map(|check| check(record)).collect()
}

fn ending(record: &RunRecord) -> Option<Reason> {
    match &record.ending {
        Ending::Completed | Ending::Interrupted => None,
        Ending::TargetDied(why) => Some(Reason::new(
            "target_died",
            format!("the target died: {why}"),
            "the numbers are those until then",
        )),
        Ending::Failed(why) => Some(Reason::new(
            "generator_failed",
            format!("the generator failed: {why}"),
            "please report this",
        )),
    }
}

#[cfg(test)]
mod tests;
