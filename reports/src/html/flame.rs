//! Flamegraphs inside the page, alive: each in a sandboxed frame with inferno's own script and a search box of ours.
//!
//! Inside a frame without an origin, `prompt` may be blocked and the address cannot change, and inferno uses both. A short
//! script takes their place: the box stands for the prompt, and the address stays.

use super::page::{self, Key};
use super::{Flamegraph, Flamegraphs};
use crate::flamegraph::Stacks;
use crate::show;
use maud::{Markup, PreEscaped, html};
use record::files;
use record::quantity::format_nanoseconds;
use record::run::{ProfileKind, ProfileOutcome, RunRecord};
use std::collections::{BTreeMap, BTreeSet};

const SCRIPT: &str = include_str!("flame.js");
const STYLE: &str = include_str!("flame.css");

/// Height of the search row above a graph, in pixels.
const BAR: u32 = 44;

/// Rows of the table beside a graph.
const TOP: usize = 20;

/// Both flamegraphs of a run, or why there is none.
pub(super) fn section(record: &RunRecord, flamegraphs: Flamegraphs<'_>, key: &Key) -> Markup {
    let content = html! {
        (profile(record, ProfileKind::Cpu, flamegraphs.cpu, key))
        (profile(record, ProfileKind::Alloc, flamegraphs.alloc, key))
    };
    page::section("flamegraphs", "Flamegraphs of the same seconds", &content)
}

fn profile(
    record: &RunRecord,
    kind: ProfileKind,
    picture: Option<Flamegraph<'_>>,
    key: &Key,
) -> Markup {
    let (heading, file) = match kind {
        ProfileKind::Cpu => ("CPU time of the target", files::CPU_FLAMEGRAPH),
        ProfileKind::Alloc => ("Bytes allocated by the target", files::ALLOC_FLAMEGRAPH),
    };
    let outcome = record
        .profiles
        .iter()
        .find(|profile| profile.kind == kind)
        .map(|profile| &profile.outcome);
    html! {
        @match picture {
            Some(picture) => figure {
                h3 { (heading) }
                (frame(picture.svg, heading, key))
                figcaption {
                    @if let Some(outcome) = outcome { (coverage(kind, outcome)) " " }
                    "Width is cost; a frame stands on its caller. Click to zoom, search by regular expression. "
                    a href=(file) { "Open as a file" }
                }
                (functions(kind, picture.stacks))
            },
            None => div { h3 { (heading) } p.muted { (absence(outcome)) } },
        }
    }
}

fn coverage(kind: ProfileKind, outcome: &ProfileOutcome) -> String {
    match outcome {
        ProfileOutcome::Absent(why) => format!("{why}."),
        ProfileOutcome::Taken {
            span,
            samples,
            total,
            requests,
        } => format!(
            "Second {:.1} to {:.1}: {}, {} in total, {} requests.",
            span.start.as_secs_f64(),
            span.end.as_secs_f64(),
            show::plural(*samples as usize, "sample"),
            amount(kind, *total),
            show::count(*requests)
        ),
    }
}

fn absence(outcome: Option<&ProfileOutcome>) -> String {
    match outcome {
        Some(ProfileOutcome::Absent(why)) => format!("No profile: {why}."),
        Some(ProfileOutcome::Taken { .. }) => {
            "The profile was taken, but holds no stack to draw.".to_owned()
        }
        None => "No profile was asked for.".to_owned(),
    }
}

fn amount(kind: ProfileKind, value: i64) -> String {
    let value = value.max(0).unsigned_abs();
    match kind {
        ProfileKind::Cpu => format_nanoseconds(value),
        ProfileKind::Alloc => show::bytes(value as f64),
    }
}

/// The frame that holds a flamegraph. In the attribute only `&` and the quote need escaping, which keeps it small.
pub(super) fn frame(svg: &[u8], title: &str, key: &Key) -> Markup {
    let svg = String::from_utf8_lossy(svg);
    let height = height_of(&svg).unwrap_or(600) + BAR;
    let document = inner(&svg, key)
        .replace('&', "&amp;")
        .replace('\'', "&#39;");
    html! {
        (PreEscaped(format!("<iframe sandbox=\"allow-scripts\" height=\"{height}\" title=\"")))
        (title) (PreEscaped("\" srcdoc='")) (PreEscaped(document)) (PreEscaped("'></iframe>"))
    }
}

/// The document of a frame.
fn inner(svg: &str, key: &Key) -> String {
    let graph = svg.find("<svg").map_or("", |at| &svg[at..]);
    let graph = graph.replacen(" onload=\"init(evt)\"", "", 1);
    let graph = graph.replacen(
        "<script type=\"text/ecmascript\"",
        &format!("<script nonce=\"{}\"", key.get()),
        1,
    );
    html! {
        (maud::DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "flamegraph" } style { (PreEscaped(STYLE)) } }
            body {
                form id="bar" {
                    label for="term" { "Search" }
                    input id="term" type="search" placeholder="function or regular expression" autocomplete="off" spellcheck="false";
                    output id="found" for="term" {}
                }
                (PreEscaped(graph))
                script nonce=(key.get()) { (PreEscaped(SCRIPT)) }
            }
        }
    }
    .into_string()
}

fn height_of(svg: &str) -> Option<u32> {
    let (_, rest) = svg.split_once(" height=\"")?;
    rest.split_once('"')?.0.parse().ok()
}

/// The dearest functions as a table: what the picture says, for those who cannot see it or want the number.
fn functions(kind: ProfileKind, stacks: &Stacks) -> Markup {
    let all: i64 = stacks
        .values()
        .fold(0, |sum, value| sum.saturating_add((*value).max(0)));
    let share = |value: i64| show::percent(value as f64 / all.max(1) as f64);
    let rows = top(stacks);
    html! {
        details {
            summary { "Dearest functions" }
            div.table {
                table.functions {
                    caption { "Self: in the function. With callees: in it and in what it called; recursion counts once." }
                    thead { tr { th scope="col" { "function" } th scope="col" { "self" } th scope="col" { "" } th scope="col" { "with callees" } th scope="col" { "" } } }
                    tbody {
                        @for (name, cost) in &rows {
                            tr {
                                th.name scope="row" { (name) }
                                td { (amount(kind, cost.own)) } td { (share(cost.own)) } td { (amount(kind, cost.inclusive)) } td { (share(cost.inclusive)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) own: i64,
    pub(super) inclusive: i64,
}

/// The [`TOP`] functions by own cost, then by inclusive cost, then by name.
pub(super) fn top(stacks: &Stacks) -> Vec<(&str, Cost)> {
    let mut costs: BTreeMap<&str, Cost> = BTreeMap::new();
    for (stack, &value) in stacks.iter().filter(|(_, value)| **value > 0) {
        let names: BTreeSet<&str> = stack.split(';').collect();
        for name in names {
            let cost = costs.entry(name).or_default();
            cost.inclusive = cost.inclusive.saturating_add(value);
        }
        let leaf = costs
            .entry(stack.rsplit(';').next().unwrap_or_default())
            .or_default();
        leaf.own = leaf.own.saturating_add(value);
    }
    let mut sorted: Vec<(&str, Cost)> = costs.into_iter().collect();
    sorted.sort_by_key(|(_, cost)| {
        (
            std::cmp::Reverse(cost.own),
            std::cmp::Reverse(cost.inclusive),
        )
    });
    sorted.truncate(TOP);
    sorted
}
