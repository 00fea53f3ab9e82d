//! What the forest plot and the table of a gate show, without drawing: "worse" is always to the right, whichever direction is good.

use super::verdict::{Decision, Label, MetricResult};
use crate::signed_rank::Bounds;
use record::comparison::Metric;

/// A row: a metric on a log-ratio axis.
#[derive(Debug, Clone, PartialEq)]
pub struct ForestRow {
    /// Which metric.
    pub metric: Metric,
    /// What became of it.
    pub label: Label,
    /// Worsening in log units; positive is worse.
    pub estimate: f64,
    /// Its 95 % interval, unadjusted; infinite ends are open.
    pub interval: Bounds,
    /// The margin in log units; the zone is from minus this to this.
    pub margin: f64,
    /// One dot per round, in the order of rounds.
    pub rounds: Vec<f64>,
}

/// The rows, the largest worsening in margins first; metrics without a log ratio are in the table only.
pub fn forest(decision: &Decision) -> Vec<ForestRow> {
    by_worsening(decision).into_iter().filter_map(row).collect()
}

/// The gated metrics, the largest worsening in margins first: the order of the table.
pub fn by_worsening(decision: &Decision) -> Vec<&MetricResult> {
    let mut all: Vec<_> = decision.metrics.iter().collect();
    all.sort_by(|a, b| b.margins().total_cmp(&a.margins()));
    all
}

/// What the axis must span so that estimates, finite interval ends, dots and margin zones are on it.
pub fn span(rows: &[ForestRow]) -> f64 {
    let ends = rows.iter().flat_map(|row| {
        let own = [
            row.estimate,
            row.interval.low,
            row.interval.high,
            row.margin,
        ];
        own.into_iter().chain(row.rounds.iter().copied())
    });
    ends.filter(|end| end.is_finite())
        .map(f64::abs)
        .fold(0.0, f64::max)
}

fn row(one: &MetricResult) -> Option<ForestRow> {
    let figure = one
        .figure
        .as_ref()
        .filter(|figure| !figure.logs.is_empty())?;
    Some(ForestRow {
        metric: one.gated.metric,
        label: one.label,
        estimate: figure.theta,
        interval: figure.interval,
        margin: one.gated.margin.ln_1p(),
        rounds: figure.logs.clone(),
    })
}
