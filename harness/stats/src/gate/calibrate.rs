//! What is settled on the baseline before the first round, and never later: how long to warm up, at which rate, and which percentile there
//! are samples enough for (statistics.md, section 4.2).

use crate::steady::{Bin, drifts};
use record::comparison::{GatePlan, GatedMetric, Metric, offered, slot};
use record::run::WarmupFacts;
use std::time::Duration;

/// The shortest warm-up takes both arms so long, in turns.
const SHORTEST_WARMING: Duration = Duration::from_secs(2);
/// The longest warm-up.
const LONGEST_WARMUP: Duration = Duration::from_secs(10);
/// Percentiles of response time, the highest first.
const PERCENTILES: [Metric; 5] = [
    Metric::ResponseTimeP999,
    Metric::ResponseTimeP99,
    Metric::ResponseTimeP95,
    Metric::ResponseTimeP90,
    Metric::ResponseTimeP50,
];

/// How long both arms are warmed up in every round: as long as the slowest pilot took to settle; where a pilot never settled or nobody looked, as
/// long as its whole warm-up.
pub fn warmup<'a>(pilots: impl IntoIterator<Item = &'a WarmupFacts>) -> Duration {
    let settled = |pilot: &WarmupFacts| pilot.settled.unwrap_or(pilot.length);
    let longest = pilots.into_iter().map(settled).max().unwrap_or_default();
    longest.clamp(offered(SHORTEST_WARMING), LONGEST_WARMUP)
}

/// How far a window drifts, for [`record::comparison::ArmRound::drift`]: the larger of response time and throughput, 0 where it may be
/// chance. `None` for fewer bins than anything can be said from.
pub fn window_drift(bins: &[Bin]) -> Option<f64> {
    if bins.len() < crate::steady::FEWEST_BATCHES {
        return None;
    }
    let found = drifts(bins, 0.0)
        .into_iter()
        .filter(|drift| drift.figure != "in flight");
    Some(found.map(|drift| drift.relative.abs()).fold(0.0, f64::max))
}

/// The rate of the open windows, from the baseline's capacity; both per second.
pub fn open_rate(plan: &GatePlan, capacity: f64) -> f64 {
    plan.rate_fraction * capacity
}

/// The open window that the highest gated percentile needs at that rate per second.
pub fn open_window_needed(plan: &GatePlan, rate: f64) -> Duration {
    let shares = plan
        .metrics
        .iter()
        .filter_map(|gated| gated.metric.response_quantile());
    let highest = shares.fold(0.0, f64::max);
    let requests = needed(plan, highest);
    Duration::try_from_secs_f64(requests / rate).map_or(Duration::MAX, slot)
}

/// The plan with each percentile that `requests` requests of an arm and round are too few for replaced by the highest they are enough for,
/// and a note for each.
pub fn with_enough_samples(plan: &GatePlan, requests: f64) -> (GatePlan, Vec<String>) {
    let mut notes = Vec::new();
    let mut metrics: Vec<GatedMetric> = Vec::new();
    for gated in &plan.metrics {
        let lower = lower_percentile(plan, gated.metric, requests);
        let metric = lower.unwrap_or(gated.metric);
        if let Some(lower) = lower {
            notes.push(format!(
                "{} is judged instead of {}: {requests:.0} requests per build and round are too few",
                lower.title(),
                gated.metric.title()
            ));
        }
        // The plan may gate the lower one as well, with a margin of its own.
        let is_declared = lower.is_some() && plan.metrics.iter().any(|one| one.metric == metric);
        if !is_declared && metrics.iter().all(|one| one.metric != metric) {
            metrics.push(GatedMetric { metric, ..*gated });
        }
    }
    let plan = GatePlan {
        metrics,
        ..plan.clone()
    };
    (plan, notes)
}

fn lower_percentile(plan: &GatePlan, metric: Metric, requests: f64) -> Option<Metric> {
    let own = metric.response_quantile()?;
    if requests >= needed(plan, own) {
        return None;
    }
    let lower = PERCENTILES
        .into_iter()
        .filter_map(|one| Some((one, one.response_quantile()?)));
    let enough = |(_, q): &(Metric, f64)| *q < own && requests >= needed(plan, *q);
    lower.into_iter().find(enough).map(|(one, _)| one)
}

// Requests for so many samples beyond the quantile; rounded, because 1 − 0.99 is not a hundredth in binary.
fn needed(plan: &GatePlan, q: f64) -> f64 {
    (plan.validity.samples as f64 / (1.0 - q)).round()
}
