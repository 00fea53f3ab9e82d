//! Which functions a change of cost is in: tables, then differential flamegraphs.

use crate::gate::Gate;
use crate::html::comparison::difference;
use crate::html::page::{self, Key};
use crate::show;
use maud::{Markup, html};
use record::quantity::format_nanoseconds;
use stats::attribution::{Attribution, Change, Cost, FEWEST, FunctionChange};

/// Rows of a table.
const TOP: usize = 20;

/// Everything that profiles say.
pub(super) fn content(gate: &Gate<'_>, key: &Key) -> Markup {
    if gate.causes.is_empty() {
        return html! {
            p.muted { "Nothing is named: that takes " (FEWEST) " rounds that count, with profiles of both builds." }
        };
    }
    let has_pictures = gate.differences.cpu.is_some() || gate.differences.alloc.is_some();
    html! {
        @for cause in gate.causes { (one(cause)) }
        @if has_pictures {
            p { "Cost per 1,000 requests, all rounds added up. Red frames became dearer in the candidate, blue ones cheaper." }
            (difference("CPU time per request", gate.differences.cpu, key))
            (difference("Bytes allocated per request", gate.differences.alloc, key))
        }
    }
}

fn one(cause: &Attribution) -> Markup {
    let shown = |value: f64| amount(cause.cost, value);
    let listed = cause.listed();
    let rows: Vec<&FunctionChange> = if listed.is_empty() {
        largest(cause)
    } else {
        listed.into_iter().take(TOP).collect()
    };
    let body = html! { tbody { @for function in rows { (row(cause, function)) } } };
    html! {
        h3 { (title(cause)) }
        p {
            (shown(cause.baseline)) " → " (shown(cause.candidate)) ": " (interval(cause.cost, &cause.total)) ", over " (cause.rounds) " rounds. "
            @match cause.sentence() { Some(sentence) => strong { (page::prose(&sentence)) "." }, None => "No function is named." }
        }
        (page::table("The largest changes; costs include what a function calls, so they overlap", &["function", "baseline", "candidate", "change, 95 % interval", "own change", ""], &body))
        @for moved in cause.moved.iter().take(5) { p.muted { "Moved, not news: " code { (moved.function) } } }
        @for note in &cause.notes { p.muted { (page::prose(note)) } }
    }
}

fn largest(cause: &Attribution) -> Vec<&FunctionChange> {
    let mut all: Vec<_> = cause.functions.iter().collect();
    all.sort_by(|a, b| {
        let size = |one: &FunctionChange| one.inclusive.estimate.abs();
        size(b).total_cmp(&size(a))
    });
    all.truncate(TOP / 2);
    all
}

fn row(cause: &Attribution, function: &FunctionChange) -> Markup {
    let shown = |value: f64| amount(cause.cost, value);
    html! {
        tr {
            th.name scope="row" { (function.function) }
            td { (shown(function.baseline)) } td { (shown(function.candidate)) }
            td { (interval(cause.cost, &function.inclusive)) }
            td { (signed(cause.cost, function.own.estimate)) }
            td { @if function.is_listed { "significant" } }
        }
    }
}

fn interval(cost: Cost, change: &Change) -> String {
    let end = |value: f64| {
        if value.is_finite() {
            signed(cost, value)
        } else {
            "open".to_owned()
        }
    };
    format!(
        "{} [{}, {}]",
        signed(cost, change.estimate),
        end(change.interval.low),
        end(change.interval.high)
    )
}

fn signed(cost: Cost, value: f64) -> String {
    let sign = if value < 0.0 { "−" } else { "+" };
    format!("{sign}{}", amount(cost, value.abs()))
}

fn amount(cost: Cost, value: f64) -> String {
    match cost {
        Cost::Cpu | Cost::LockWait => format_nanoseconds(value.max(0.0).round() as u64),
        Cost::Bytes => show::bytes(value),
        Cost::Allocations => format!("{value:.2}"),
    }
}

fn title(cause: &Attribution) -> String {
    let mut title = cause.title();
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    title
}
