//! History: one point per commit of the main line, as a night measured it. It shows trends and never blocks.

pub mod json;

use super::Metric;
use std::collections::BTreeMap;

/// What one night measured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HistoryPoint {
    /// The commit that was built.
    pub commit: String,
    /// When it was measured, seconds since the Unix epoch.
    pub measured_unix_s: u64,
    /// Processor model and cores: points of different machines are no one series.
    pub machine: String,
    /// What was run: the digest of the plan. Points of different plans are no one series either.
    pub plan: String,
    /// Median of the rounds, by metric, in the metric's unit.
    pub values: BTreeMap<Metric, f64>,
}

/// The values of one metric over a history, with the index of each point, for points of the same machine and plan as the last.
pub fn series(points: &[HistoryPoint], metric: Metric) -> Vec<(usize, f64)> {
    let Some(last) = points.last() else {
        return Vec::new();
    };
    let same = |point: &HistoryPoint| point.machine == last.machine && point.plan == last.plan;
    let all = points.iter().enumerate().filter(|(_, point)| same(point));
    let values = all.filter_map(|(at, point)| Some((at, *point.values.get(&metric)?)));
    values.filter(|(_, value)| value.is_finite()).collect()
}
