//! Charts along the run's windows.

use super::axis::{self, log_ns};
use super::drawing::{Drawing, Ink, Series, Shade, Shape};
use super::thin::thin;
use record::histogram::Summary;
use record::phase::Phase;
use record::run::{RunRecord, Window};
use std::time::Duration;

/// A window shorter than this is left out of rates: a few events in a sliver of a second say nothing about one second.
const SHORTEST_FOR_RATES: Duration = Duration::from_millis(250);

/// Response time per window.
pub(super) fn response_time(record: &RunRecord) -> Drawing {
    let summaries = record.windows.iter().filter_map(|window| window.response);
    let low = summaries.clone().map(|s| s.p50).min();
    let high = summaries.map(|s| s.max).max();
    let line = |name, ink, weight, of: fn(&Summary) -> u64| Series {
        name,
        ink,
        shape: Shape::Line(weight),
        stretches: stretches(&record.windows, |window| {
            Some(log_ns(of(&window.response?)))
        }),
    };
    Drawing {
        description:
            "Response time per window: median, 99th percentile and maximum over time, logarithmic."
                .to_owned(),
        height: 300,
        x: time_axis(record),
        y: axis::durations(
            low.unwrap_or(100_000),
            high.unwrap_or(10_000_000),
            "response time, log scale",
        ),
        shades: shades(record),
        series: vec![
            line("max", Ink::Third, 1.0, |s| s.max),
            line("p99", Ink::Second, 1.75, |s| s.p99),
            line("p50", Ink::First, 2.5, |s| s.p50),
        ],
    }
}

/// Due and achieved per second.
pub(super) fn rates(record: &RunRecord) -> Drawing {
    let finished = |window: &Window| window.committed + window.uncommitted;
    let several = record
        .windows
        .iter()
        .any(|window| window.requests > finished(window) + finished(window) / 20);
    let mut series = vec![
        rate(record, "arrivals due", Ink::Second, 1.5, |window| {
            window.due
        }),
        rate(record, "transactions finished", Ink::First, 2.5, finished),
    ];
    if several {
        series.insert(
            0,
            rate(record, "requests finished", Ink::Third, 1.5, |window| {
                window.requests
            }),
        );
    }
    per_second(
        record,
        280,
        "Arrivals due and transactions finished per second over time.",
        series,
    )
}

/// Failed requests per second.
pub(super) fn failures(record: &RunRecord) -> Drawing {
    let mut failed = rate(record, "failed requests", Ink::Fourth, 1.5, |window| {
        window.failed
    });
    failed.shape = Shape::Area;
    per_second(
        record,
        200,
        "Failed requests per second over time.",
        vec![failed],
    )
}

fn per_second(record: &RunRecord, height: i32, description: &str, series: Vec<Series>) -> Drawing {
    let points = series.iter().flat_map(|one| one.stretches.iter().flatten());
    let max = points.map(|point| point.1).fold(0.0, f64::max);
    Drawing {
        description: description.to_owned(),
        height,
        x: time_axis(record),
        y: axis::amounts(max, "per second"),
        shades: shades(record),
        series,
    }
}

fn rate(
    record: &RunRecord,
    name: &'static str,
    ink: Ink,
    weight: f64,
    of: fn(&Window) -> u64,
) -> Series {
    let per_second = |window: &Window| {
        let length = window.span.length();
        (length >= SHORTEST_FOR_RATES).then(|| of(window) as f64 / length.as_secs_f64())
    };
    Series {
        name,
        ink,
        shape: Shape::Line(weight),
        stretches: stretches_without_gaps(&record.windows, per_second),
    }
}

fn middle(window: &Window) -> f64 {
    f64::midpoint(
        window.span.start.as_secs_f64(),
        window.span.end.as_secs_f64(),
    )
}

/// The points of consecutive windows that have a value; a window without one ends a stretch.
fn stretches(windows: &[Window], value: impl Fn(&Window) -> Option<f64>) -> Vec<Vec<(f64, f64)>> {
    let points: Vec<Option<(f64, f64)>> = windows
        .iter()
        .map(|window| Some((middle(window), value(window)?)))
        .collect();
    let whole = points
        .split(Option::is_none)
        .map(|part| part.iter().flatten().copied().collect::<Vec<_>>());
    let filled = whole.filter(|part| !part.is_empty());
    filled.map(|part| thin(&part)).collect()
}

/// The points of all windows that have a value, as one stretch: a skipped sliver at the edge of a phase is no gap.
fn stretches_without_gaps(
    windows: &[Window],
    value: impl Fn(&Window) -> Option<f64>,
) -> Vec<Vec<(f64, f64)>> {
    let points: Vec<(f64, f64)> = windows
        .iter()
        .filter_map(|window| Some((middle(window), value(window)?)))
        .collect();
    vec![thin(&points)]
}

fn time_axis(record: &RunRecord) -> axis::Axis {
    let spans = record
        .windows
        .iter()
        .map(|window| window.span)
        .chain([record.steady]);
    let start = spans
        .clone()
        .map(|span| span.start)
        .min()
        .unwrap_or_default();
    let end = spans.map(|span| span.end).max().unwrap_or_default();
    axis::seconds(start.as_secs_f64(), end.as_secs_f64())
}

/// One shade per run of windows in a phase that is not counted.
fn shades(record: &RunRecord) -> Vec<Shade> {
    let same_phase = record.windows.chunk_by(|a, b| a.phase == b.phase);
    same_phase
        .filter_map(|windows| shade(windows.first()?, windows.last()?))
        .collect()
}

fn shade(first: &Window, last: &Window) -> Option<Shade> {
    let label = match first.phase {
        Phase::Steady => return None,
        Phase::Setup => "setup",
        Phase::Warmup => "warm-up",
        Phase::Drain => "drain",
    };
    Some(Shade {
        from: first.span.start.as_secs_f64(),
        to: last.span.end.as_secs_f64(),
        label,
    })
}
