//! A history as one JSON object.

use super::History;
use serde::Serialize;

/// The value of `schema`: the contract's name and version.
pub const HISTORY_VERSION: &str = "loadtest.history/v1";

#[derive(Serialize)]
struct Object<'a> {
    schema: &'static str,
    machine: &'a str,
    plan: &'a str,
    points: usize,
    left_out: usize,
    series: Vec<SeriesObject<'a>>,
}

#[derive(Serialize)]
struct SeriesObject<'a> {
    metric: &'static str,
    unit: &'static str,
    points: Vec<PointObject<'a>>,
    changes: Vec<ChangeObject<'a>>,
}

#[derive(Serialize)]
struct PointObject<'a> {
    commit: &'a str,
    measured_unix_s: u64,
    value: f64,
}

#[derive(Serialize)]
struct ChangeObject<'a> {
    commit: &'a str,
    before: f64,
    after: f64,
    worsening: Option<f64>,
    p: f64,
}

impl History<'_> {
    /// As one JSON object on one line, without a line break.
    pub fn json(&self) -> String {
        let last = self.points.last();
        let series = self.trends.iter().map(|trend| SeriesObject {
            metric: trend.metric.name(),
            unit: trend.metric.unit(),
            points: trend
                .points
                .iter()
                .filter_map(|(at, value)| {
                    let point = self.points.get(*at)?;
                    Some(PointObject {
                        commit: &point.commit,
                        measured_unix_s: point.measured_unix_s,
                        value: *value,
                    })
                })
                .collect(),
            changes: trend
                .changes
                .iter()
                .filter_map(|change| {
                    Some(ChangeObject {
                        commit: &self.point(trend, change)?.commit,
                        before: change.before,
                        after: change.after,
                        worsening: trend.worsening(change),
                        p: change.p,
                    })
                })
                .collect(),
        });
        let object = Object {
            schema: HISTORY_VERSION,
            machine: last.map_or("", |point| &point.machine),
            plan: last.map_or("", |point| &point.plan),
            points: self.used(),
            left_out: self.points.len() - self.used(),
            series: series.collect(),
        };
        serde_json::to_string(&object).expect("the mirror structs have string keys only")
    }
}
