//! The line of a history point. Lines are only ever appended, by one scheduled job.

use super::HistoryPoint;
use crate::comparison::Metric;
use crate::comparison::json::{RoundsError, SCHEMA};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most points that are read: fifty a day for five years.
pub const MAX_POINTS: usize = 100_000;

#[derive(Serialize, Deserialize)]
struct Line {
    schema: u32,
    commit: String,
    measured_unix_s: u64,
    machine: String,
    plan: String,
    values: BTreeMap<String, f64>,
}

/// The line of a point, with its line break. Values that are no number are left out.
pub fn history_line(point: &HistoryPoint) -> String {
    let values = point.values.iter().filter(|(_, value)| value.is_finite());
    let line = Line {
        schema: SCHEMA,
        commit: point.commit.clone(),
        measured_unix_s: point.measured_unix_s,
        machine: point.machine.clone(),
        plan: point.plan.clone(),
        values: values
            .map(|(metric, value)| (metric.name().to_owned(), *value))
            .collect(),
    };
    let mut text = serde_json::to_string(&line).expect("the mirror struct has string keys only");
    text.push('\n');
    text
}

/// Reads lines back, in their order. Metrics that this version does not know are left out: a history outlives its metrics.
pub fn history(text: &str) -> Result<Vec<HistoryPoint>, RoundsError> {
    let lines = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty());
    let mut points = Vec::new();
    for (number, line) in lines {
        if points.len() == MAX_POINTS {
            let why = format!("more than {MAX_POINTS} points");
            return Err(RoundsError::Corrupt { line: number, why });
        }
        let line: Line = crate::comparison::json::read(number, line)?;
        let values = line.values.into_iter();
        points.push(HistoryPoint {
            commit: line.commit,
            measured_unix_s: line.measured_unix_s,
            machine: line.machine,
            plan: line.plan,
            values: values
                .filter_map(|(name, value)| Some((Metric::parse(&name)?, value)))
                .collect(),
        });
    }
    Ok(points)
}
