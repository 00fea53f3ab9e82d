//! A metric from commit to commit: its values, its levels, and where these changed.

use super::axis::Axis;
use super::drawing::{Drawing, Ink, Series, Shape};
use super::gate::percents;
use stats::trend::Trend;

/// Ticks below the plot, at most.
const TICKS: usize = 12;
/// The axis reaches at least so far from the first level, so that noise does not fill the picture.
const LEAST: f64 = 0.03;

/// Relative to the first level, on a log scale; `None` where a value is 0 or there is a single one.
pub(super) fn trend(trend: &Trend) -> Option<Drawing> {
    let values: Vec<f64> = trend.points.iter().map(|(_, value)| *value).collect();
    if values.len() < 2 || values.iter().any(|value| *value <= 0.0) {
        return None;
    }
    let levels = trend.levels();
    let first = levels.first()?.value;
    let log = |value: f64| (value / first).ln();
    let (low, high) = values
        .iter()
        .map(|value| log(*value))
        .fold((-LEAST, LEAST), |(low, high), one| {
            (low.min(one), high.max(one))
        });
    let y = percents(low * 1.1, high * 1.1, "against the first level, log scale");
    let at = |index: usize| index as f64 + 1.0;
    let drawn = levels.iter().map(|level| {
        let height = log(level.value);
        vec![(at(level.from) - 0.5, height), (at(level.to) - 0.5, height)]
    });
    let changes = trend.changes.iter().map(|change| {
        let x = at(change.at) - 0.5;
        vec![(x, y.low), (x, y.high)]
    });
    let points = values.iter().enumerate();
    let points = points.map(|(index, value)| (at(index), log(*value)));
    let series = |name, ink, weight, stretches| Series {
        name,
        ink,
        shape: Shape::Line(weight),
        stretches,
    };
    Some(Drawing {
        description: format!(
            "{} of {} commits against the first level; {} changes of level.",
            trend.metric.title(),
            values.len(),
            trend.changes.len()
        ),
        height: 230,
        x: commits(values.len()),
        shades: Vec::new(),
        series: vec![
            series("level", Ink::Muted, 2.0, drawn.collect()),
            series("change", Ink::Second, 1.5, changes.collect()),
            series("measured", Ink::First, 1.5, vec![points.collect()]),
        ],
        y,
    })
}

fn commits(count: usize) -> Axis {
    let step = count.div_ceil(TICKS).max(1);
    Axis {
        low: 0.5,
        high: count as f64 + 0.5,
        ticks: (1..=count)
            .step_by(step)
            .map(|at| (at as f64, at.to_string()))
            .collect(),
        title: "point of the history",
    }
}
