//! The page of a history: a trend per figure with its changes of level, each with its numbers.

use super::page;
use crate::charts;
use crate::gate::shown;
use crate::history::{History, day};
use maud::{Markup, PreEscaped, html};
use stats::trend::Trend;

/// Rows of a table of points; the oldest are left out.
const ROWS: usize = 200;

/// The whole body.
pub(super) fn body(history: &History<'_>) -> Markup {
    let last = history.points.last();
    let changes: usize = history.trends.iter().map(|trend| trend.changes.len()).sum();
    html! {
        header.top {
            p.over { "loadtest history" }
            h1 { (crate::show::plural(changes, "change")) " of level" }
            p { (history.about()) "." }
        }
        (page::section("about", "What is shown", &html! {
            (page::facts(&[
                ("Machine", last.map_or_else(String::new, |point| point.machine.clone())),
                ("Plan", last.map_or_else(String::new, |point| point.plan.clone())),
                ("Last point", last.map_or_else(String::new, |point| format!("{}, {}", point.commit, day(point.measured_unix_s)))),
            ]))
            p.muted {
                "Changes are found by E-divisive means, each held against shuffles of the same values, with at most one in twenty of all that are reported by "
                "chance. They show where to look; nothing here blocks a change."
            }
        }))
        @for trend in history.trends { (one(history, trend)) }
    }
}

fn one(history: &History<'_>, trend: &Trend) -> Markup {
    let name = trend.metric.title();
    let from = trend.points.len().saturating_sub(ROWS);
    let rows = trend.points.iter().enumerate().skip(from);
    let row = |(at, (index, value)): (usize, &(usize, f64))| {
        let point = history.points.get(*index);
        let (commit, day) = point.map_or((String::new(), String::new()), |point| {
            (point.commit.clone(), day(point.measured_unix_s))
        });
        page::row(
            &(at + 1).to_string(),
            [commit, day, shown(trend.metric, *value)],
        )
    };
    let body = html! { tbody { @for one in rows { (row(one)) } } };
    let content = html! {
        @for change in &trend.changes { p { strong { (history.told(trend, change)) } } }
        @if trend.changes.is_empty() { p.muted { "No change of level." } }
        @if let Some(chart) = charts::trend(trend) { figure { (PreEscaped(chart)) } }
        details { summary { "The numbers" } div.rows { (page::table(name, &["point", "commit", "day", "value"], &body)) } }
    };
    page::section(trend.metric.name(), name, &content)
}
