//! The charts, each with a caption and its numbers.

use super::page;
use crate::{charts, show};
use maud::{Markup, PreEscaped, html};
use record::histogram::Summary;
use record::quantity::format_nanoseconds;
use record::run::{RunRecord, Window};

/// Most rows of the table of windows; the record has them all.
const MOST_ROWS: usize = 600;

/// Response time, rates, failures, quantile curve.
pub(super) fn section(record: &RunRecord) -> Markup {
    let content = html! {
        (figure("Response time over time", &charts::response_time(record),
            "Each point is one window of at most a second, by completion. The tinted parts are not counted. A line breaks where no request finished."))
        (figure("Rate over time", &charts::rates(record),
            "Arrivals due against transactions finished: where finished stays below due, a backlog grows, and response time shows it."))
        @if let Some(failures) = charts::failures(record) {
            (figure("Failures over time", &failures, "Failed requests per second, on a scale of their own."))
        }
        (windows(record))
        (figure("Every quantile", &charts::quantile_curve(record),
            "The horizontal axis counts nines. Where response time rises above service time, requests waited before they were sent. Tinted: fewer than 10 samples lie beyond."))
        (curve_table(record))
    };
    page::section("charts", "Charts", &content)
}

fn figure(heading: &str, svg: &str, caption: &str) -> Markup {
    html! { figure { h3 { (heading) } (PreEscaped(svg)) figcaption { (caption) } } }
}

fn windows(record: &RunRecord) -> Markup {
    let every = record.windows.len().div_ceil(MOST_ROWS).max(1);
    let caption = if every == 1 {
        "All windows".to_owned()
    } else {
        format!("Every {every}th window; record.json has all")
    };
    let headings = [
        "start",
        "phase",
        "due",
        "requests",
        "failed",
        "committed",
        "backlog",
        "p50",
        "p99",
        "max",
    ];
    let body = html! { tbody { @for window in record.windows.iter().step_by(every) { (window_row(window)) } } };
    html! { details { summary { "Numbers of the windows" } div.rows { (page::table(&caption, &headings, &body)) } } }
}

fn window_row(window: &Window) -> Markup {
    let time = |of: fn(&Summary) -> u64| {
        window
            .response
            .map_or_else(|| "–".to_owned(), |s| format_nanoseconds(of(&s)))
    };
    let counts = [
        window.due,
        window.requests,
        window.failed,
        window.committed,
        window.backlog,
    ]
    .map(show::count);
    let cells = [window.phase.name().to_owned()].into_iter().chain(counts);
    let times = [time(|s| s.p50), time(|s| s.p99), time(|s| s.max)];
    page::row(
        &format!("{:.1} s", window.span.start.as_secs_f64()),
        cells.chain(times),
    )
}

const SHARES: [(&str, f64); 9] = [
    ("25 %", 0.25),
    ("50 %", 0.5),
    ("75 %", 0.75),
    ("90 %", 0.9),
    ("95 %", 0.95),
    ("99 %", 0.99),
    ("99.9 %", 0.999),
    ("99.99 %", 0.9999),
    ("100 %", 1.0),
];

fn curve_table(record: &RunRecord) -> Markup {
    let (response, service) = (record.response_time(), record.service_time());
    let told = |ns: Option<u64>| ns.map_or_else(|| "–".to_owned(), format_nanoseconds);
    let body = html! {
        tbody { @for (name, q) in SHARES { (page::row(name, [told(response.quantile(q)), told(service.quantile(q))])) } }
    };
    let table = page::table(
        "Share of requests at or below",
        &["share", "response time", "service time"],
        &body,
    );
    html! { details { summary { "Numbers of the curve" } (table) } }
}
