//! What is needed to tell which code and which waits the slow requests had: profiles by request, and both sides' account of each.

use super::steady::Source;
use crate::clock::{self, Clock};
use record::profile::Profile;
use record::run::Span;
use record::served::Served;
use record::tail::{ClockOffset, Exchanged, Metric};
use std::time::Duration;

/// The most requests that are remembered one by one, 56 bytes each; memory is used as they come.
pub(super) const MOST_REMEMBERED: usize = 1 << 20;

/// A profile of the profiled seconds, or why there is none.
pub type TakenProfile = Result<Profile, String>;

/// Everything about the requests of the profiled seconds, before it is put together.
#[derive(Debug)]
pub struct TailFacts {
    /// The seconds that the profiles cover.
    pub span: Span,
    /// T0 since 1970, by the system's clock at the end of the run.
    pub t0_unix: Duration,
    /// Which label of the profiles has a request's `x-request-id`.
    pub request_label: String,
    /// Profiles of these seconds with that label, or why there is none.
    pub profiles: Vec<(Metric, TakenProfile)>,
    /// Requests that were under way in these seconds, as the client saw them.
    pub requests: Vec<Exchanged>,
    /// Requests that found no room in that list.
    pub unlisted: u64,
    /// The target's own account of them, where it keeps one; times by its own clock.
    pub served: Result<Vec<Served>, String>,
    /// How the target's clock stood to T0, where it tells its clock.
    pub clock: Option<ClockOffset>,
}

/// After the drain: what the target says of the requests of `span`.
pub(super) async fn listed(
    source: &Source,
    clock: Clock,
    span: Span,
    run_id: &str,
) -> (Result<Vec<Served>, String>, Option<ClockOffset>) {
    let after = match source.admin.clock_offset().await {
        Ok(offset) => offset,
        Err(why) => return (Err(why), None),
    };
    // The clocks of one machine do not drift apart; those of two do by microseconds in a run, and the tighter bound wins.
    let before = source.offset;
    let offset = before
        .filter(|before| before.error <= after.error)
        .unwrap_or(after);
    let start = offset.theirs(clock.t0_ns() + span.start.as_nanos() as u64);
    let now = offset.theirs(clock::monotonic());
    let from = start.saturating_sub(offset.error);
    let served = source
        .admin
        .requests(from..now.saturating_add(offset.error), run_id)
        .await;
    let t0 = i64::try_from(clock.t0_ns()).unwrap_or(i64::MAX);
    let known = ClockOffset {
        offset_ns: offset.nanos.saturating_add(t0),
        error_ns: offset.error,
    };
    (served, Some(known))
}
