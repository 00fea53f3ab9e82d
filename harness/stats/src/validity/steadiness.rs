//! Had the target settled, and is the quantile known as well as it was asked for?

use super::Reason;
use crate::limits::STEADY;
use crate::words::{nanoseconds, share};
use record::run::{RunRecord, WarmupAsked};

pub(super) fn not_steady(record: &RunRecord) -> Option<Reason> {
    let warmup = &record.warmup;
    let searched = warmup.asked == WarmupAsked::Auto && warmup.steady_found == Some(false);
    searched.then(|| Reason::of(&STEADY, unsettled(record)))
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
