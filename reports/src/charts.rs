//! Charts of a run as SVG, drawn with plotters: response time and rate over time, and the quantile curve.
//!
//! Each function turns a record into a [`drawing::Drawing`], which is data; [`drawing`] puts it on paper. Colours carry
//! classes, so a page can restyle them for dark mode; the hexadecimal values beside them serve a reader without CSS.

mod axis;
mod drawing;
mod gate;
mod heat;
mod over_time;
mod quantile;
mod scaling;
mod thin;
mod timeline;
mod trend;

use crate::gate::Moment;
use crate::scaling::Sweep;
use record::comparison::{Metric, Round};
use record::run::RunRecord;
use stats::gate::{Curves, ForestRow};
use stats::trend::Trend;
pub use timeline::Over;

/// Response time per window: p50, p99 and the largest, on a log axis, phases shaded.
pub fn response_time(record: &RunRecord) -> String {
    drawing::svg(&over_time::response_time(record))
}

/// Arrivals due and transactions finished per second; requests too where a transaction has several.
pub fn rates(record: &RunRecord) -> String {
    drawing::svg(&over_time::rates(record))
}

/// Failed requests per second; `None` if no window has any.
pub fn failures(record: &RunRecord) -> Option<String> {
    let any = record.windows.iter().any(|window| window.failed > 0);
    any.then(|| drawing::svg(&over_time::failures(record)))
}

/// Response and service time at every quantile, on a nines axis.
pub fn quantile_curve(record: &RunRecord) -> String {
    drawing::svg(&quantile::curve(record))
}

/// Throughput against users, with the fitted scalability law.
pub fn scaling(sweep: &Sweep) -> String {
    drawing::svg(&scaling::curve(sweep))
}

/// The forest plot of a gate.
pub fn forest(rows: &[ForestRow]) -> String {
    let (rows, axis) = gate::forest(rows);
    let description = "Worsening of each metric with its interval, its margin and one dot per round; worse is to the right.";
    drawing::forest::svg(description, &rows, &axis)
}

/// Response time of both builds of a gate at every percentile; `None` without times.
pub fn percentiles(curves: &Curves) -> Option<String> {
    Some(drawing::svg(&gate::percentiles(curves)?))
}

/// The ratio of those; `None` without times.
pub fn quantile_ratio(curves: &Curves) -> Option<String> {
    Some(drawing::svg(&gate::quantile_ratio(curves)?))
}

/// All seconds of a gate in the order of measurement; `None` where nothing of it is known.
pub fn timeline(moments: &[Moment], dropped: &[u32], over: Over) -> Option<String> {
    Some(drawing::svg(&timeline::timeline(moments, dropped, over)?))
}

/// A metric over a history; `None` where there is no ratio to draw.
pub fn trend(trend: &Trend) -> Option<String> {
    Some(drawing::svg(&trend::trend(trend)?))
}

/// Response times of both builds of a gate as a heat map, a column per round; `None` without times.
pub fn heat(rounds: &[Round]) -> Option<String> {
    let (panels, x, y) = heat::heat(rounds)?;
    let description = "Response times of both builds in every round: the stronger a cell, the more requests took so long.";
    Some(drawing::heat::svg(description, &panels, &x, &y))
}

/// A metric of both builds of a gate, round by round; `None` if no round has it.
pub fn rounds(
    rounds: &[Round],
    dropped: &[u32],
    metric: Metric,
    title: &'static str,
) -> Option<String> {
    Some(drawing::svg(&gate::rounds(rounds, dropped, metric, title)?))
}

#[cfg(test)]
mod tests;
