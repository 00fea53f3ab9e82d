//! Had the target settled, and is the quantile known as well as it was asked for?

use super::Reason;
use super::load::{cap_bound, overloaded};
use crate::limits::STEADY;
use crate::steady::{DRIFT_OF_STEADY, Drift, drift_of};
use crate::words::{nanoseconds, share};
use record::run::{Ending, Model, RunRecord, WarmupAsked, pacing_floor_ns};

pub(super) fn not_steady(record: &RunRecord) -> Option<Reason> {
    let warmup = &record.warmup;
    let searched = warmup.asked == WarmupAsked::Auto && warmup.steady_found == Some(false);
    searched.then(|| Reason::of(&STEADY, unsettled(record)))
}

/// Fewer whole windows than this say nothing of a drift: the chance of a slow plan looks like one.
const FEWEST_WINDOWS: usize = 20;

/// A steady phase that is none. Judged only where the load was level all the time and the target got through it: a ramp drifts because it
/// is told to, and behind an overloaded target the queue grows, which has its own remark. What is in flight is not judged by itself: by
/// Little's law it follows from the other two.
pub(super) fn drifted(record: &RunRecord) -> Option<Reason> {
    let level = record.plan.is_level && record.plan.model != Model::Closed;
    let whole = record.ending == Ending::Completed && record.aborted.is_none();
    let kept_up = overloaded(record).is_none() && cap_bound(record).is_none();
    if !(level && whole && kept_up) || record.whole_steady_windows().count() < FEWEST_WINDOWS {
        return None;
    }
    let drifts = drift_of(record).into_iter();
    let told: Vec<_> = drifts
        .filter(|drift| drift.figure != "in flight" && is_beyond_our_own(record, drift))
        .map(|drift| drift.told(DRIFT_OF_STEADY))
        .collect();
    (!told.is_empty()).then(|| {
        let text = format!("the steady phase was not steady: {}", told.join(", "));
        Reason::of(&STEADY, text)
    })
}

// A change of response time that is smaller than what the generator itself may be late by is not held against the target.
fn is_beyond_our_own(record: &RunRecord, drift: &Drift) -> bool {
    let response = drift.figure.starts_with("response");
    let level = record.response_time().quantile(0.5).unwrap_or(0) as f64;
    let floor = pacing_floor_ns(record.provenance.cores) as f64;
    !response || level * drift.relative.abs() > floor
}

/// Where the plan fixes the warm-up, nobody promised that the target would be steady after it.
pub(super) fn warmup_short(record: &RunRecord) -> Option<Reason> {
    let warmup = &record.warmup;
    let fixed = warmup.asked == WarmupAsked::Fixed && warmup.steady_found == Some(false);
    fixed.then(|| {
        Reason::new(
            "warmup_short",
            unsettled(record),
            "warm up longer, or let it be found: --warmup auto",
        )
    })
}

fn unsettled(record: &RunRecord) -> String {
    let warmup = &record.warmup;
    let seen = if warmup.text.is_empty() {
        String::new()
    } else {
        format!(": {}", warmup.text)
    };
    let length = nanoseconds(warmup.length.as_nanos() as f64);
    format!("the target was not steady after {length} of warm-up{seen}")
}

pub(super) fn imprecise(record: &RunRecord) -> Option<Reason> {
    let asked = record.precision.filter(|precision| !precision.reached)?;
    let text = format!(
        "p{} is known to lie in {} to {} only; ±{} was asked for, and the time for it is spent",
        (asked.quantile * 1e6).round() / 1e4,
        nanoseconds(asked.low_ns as f64),
        nanoseconds(asked.high_ns as f64),
        share(asked.relative_asked)
    );
    Some(Reason::new(
        "imprecise",
        text,
        "give it a longer budget, or ask for less",
    ))
}
