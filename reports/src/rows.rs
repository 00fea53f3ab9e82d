//! A run as rows of named cells: windows and steps. CSV and JSON lines write the same cells, so that a name is given once.

use record::failure::FailureKind;
use record::histogram::Summary;
use record::run::{RunRecord, StepRecord, Times, Window};
use std::time::Duration;

/// One cell, by what it holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell<'a> {
    /// Text, possibly from outside.
    Text(&'a str),
    /// Things counted, bytes or nanoseconds.
    Count(u64),
    /// Seconds, per second, or a ratio; always finite.
    Number(f64),
    /// The run does not have that figure.
    Absent,
}

impl Cell<'_> {
    // What is not finite is not a figure: no format may print it.
    fn number(value: Option<f64>) -> Self {
        value
            .filter(|value| value.is_finite())
            .map_or(Self::Absent, Self::Number)
    }

    fn seconds(time: Option<Duration>) -> Self {
        Self::number(time.map(|time| time.as_secs_f64()))
    }

    fn count(value: Option<u64>) -> Self {
        value.map_or(Self::Absent, Self::Count)
    }
}

/// A row: names and cells in a fixed order, the same for every row of a kind.
pub(crate) type Row<'a> = Vec<(String, Cell<'a>)>;

fn named<'a>(name: &str, cell: Cell<'a>) -> (String, Cell<'a>) {
    (name.to_owned(), cell)
}

/// What every window of a run says of the run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'a> {
    pub(crate) run_id: &'a str,
    pub(crate) started_unix: Duration,
}

impl<'a> From<&'a RunRecord> for Run<'a> {
    fn from(record: &'a RunRecord) -> Self {
        Self {
            run_id: &record.run_id,
            started_unix: record.started_unix,
        }
    }
}

/// One window; of `None` the names alone. Rates are by the window's own length, which may be less than a second at the edges
/// of phases.
pub(crate) fn window<'a>(run: Run<'a>, window: Option<&Window>) -> Row<'a> {
    let count = |of: fn(&Window) -> u64| Cell::count(window.map(of));
    let rate = |of: fn(&Window) -> u64| {
        let per_second = |one: &Window| of(one) as f64 / one.span.length().as_secs_f64();
        Cell::number(window.map(per_second))
    };
    let start = window.map(|one| one.span.start);
    let phase = window.map_or("", |one| one.phase.name());
    let mut row = vec![
        named("run_id", Cell::Text(run.run_id)),
        named("phase", Cell::Text(phase)),
        named(
            "start_unix_seconds",
            Cell::seconds(start.map(|start| run.started_unix + start)),
        ),
        named("start_seconds", Cell::seconds(start)),
        named("end_seconds", Cell::seconds(window.map(|one| one.span.end))),
        named("due", count(|one| one.due)),
        named("finished", count(finished)),
        named("committed", count(|one| one.committed)),
        named("uncommitted", count(|one| one.uncommitted)),
        named("requests", count(|one| one.requests)),
        named("failed_requests", count(|one| one.failed)),
        named("in_flight", count(|one| one.in_flight)),
        named("backlog", count(|one| one.backlog)),
        named("offered_per_second", rate(|one| one.due)),
        named("achieved_per_second", rate(finished)),
        named("committed_per_second", rate(|one| one.committed)),
        named("requests_per_second", rate(|one| one.requests)),
    ];
    row.extend(times("response_time", window.and_then(|one| one.response)));
    row.extend(times("service_time", window.and_then(|one| one.service)));
    row.extend(times("send_delay", window.and_then(|one| one.send_delay)));
    row
}

fn finished(window: &Window) -> u64 {
    window.committed + window.uncommitted
}

/// One step of the steady phase; of `None` the names alone.
pub(crate) fn step<'a>(record: &'a RunRecord, step: Option<&'a StepRecord>) -> Row<'a> {
    let failed = step.map(|one| one.failures.values().sum::<u64>());
    let all = step.zip(failed);
    let all = all.map(|(one, failed)| one.ok.service.count() + failed);
    let ratio = failed.zip(all);
    let mut row = vec![
        named("run_id", Cell::Text(&record.run_id)),
        named("scenario", Cell::Text(step.map_or("", |one| &one.scenario))),
        named("step", Cell::Text(step.map_or("", |one| &one.step))),
        named("requests", Cell::count(all)),
        named("failed_requests", Cell::count(failed)),
        named(
            "error_ratio",
            Cell::number(ratio.map(|(failed, all)| failed as f64 / all as f64)),
        ),
    ];
    row.extend(FailureKind::ALL.map(|kind| {
        let count = step.map(|one| one.failures.get(&kind).copied().unwrap_or(0));
        (format!("failed_{kind}"), Cell::count(count))
    }));
    row.push(named(
        "body_bytes",
        Cell::count(step.map(|one| one.body_bytes)),
    ));
    row.extend(both("", step.map(|one| &one.ok)));
    row.extend(both("failed_", step.map(|one| &one.failed)));
    row
}

fn both(prefix: &str, of: Option<&Times>) -> Row<'static> {
    let response = of.and_then(|of| of.response.summary());
    let service = of.and_then(|of| of.service.summary());
    let mut row = times(&format!("{prefix}response_time"), response);
    row.extend(times(&format!("{prefix}service_time"), service));
    row
}

type Figure = (&'static str, fn(&Summary) -> u64);

/// The quantiles of one duration; without values the count is 0 and the rest absent.
fn times(name: &str, summary: Option<Summary>) -> Row<'static> {
    let figures: [Figure; 8] = [
        ("min", |s| s.min),
        ("mean", |s| s.mean),
        ("p50", |s| s.p50),
        ("p90", |s| s.p90),
        ("p95", |s| s.p95),
        ("p99", |s| s.p99),
        ("p99_9", |s| s.p99_9),
        ("max", |s| s.max),
    ];
    let count = Cell::Count(summary.map_or(0, |summary| summary.count));
    std::iter::once((format!("{name}_count"), count))
        .chain(figures.map(|(figure, of)| {
            let value = Cell::count(summary.as_ref().map(of));
            (format!("{name}_{figure}_ns"), value)
        }))
        .collect()
}
