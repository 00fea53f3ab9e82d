//! Which code the slow requests ran and what they waited for: bands, stall ledger, functions, and the viewer.

mod ledger;

use super::page::{self, Key};
use crate::flamegraph::{Stacks, Widths};
use crate::show;
use crate::tail::{self, Banded, BandedMetric, ENOUGH_SAMPLES, words};
use maud::{Markup, PreEscaped, html};
use record::files;
use record::quantity::format_nanoseconds;
use record::tail::{Band, Metric, Tail};
use std::collections::{BTreeMap, BTreeSet};

const SCRIPT: &str = include_str!("tail/viewer.js");
const STYLE: &str = include_str!("tail/viewer.css");
/// Height of the viewer's frame in pixels.
const HEIGHT: u32 = 1000;
/// Rows of the table of functions.
const TOP: usize = 15;

/// The section; nothing for a run without a tail.
pub(super) fn section(banded: Option<&Banded<'_>>, data: Option<&str>, key: &Key) -> Markup {
    let Some(banded) = banded else {
        return html! {};
    };
    let content = html! {
        (headline(banded))
        (bands(banded))
        (endpoints(banded.tail))
        (ledger::content(banded.tail))
        (functions(banded))
        @if let Some(data) = data { (viewer(data, key)) }
        (links(banded))
        (caveats(banded))
    };
    page::section("tail", "Why the slow requests were slow", &content)
}

fn amount(metric: Metric, value: f64) -> String {
    match metric {
        Metric::Alloc => show::bytes(value),
        Metric::Cpu | Metric::Block | Metric::Mutex => format_nanoseconds(value.max(0.0) as u64),
    }
}

fn headline(banded: &Banded<'_>) -> Markup {
    let cpu = banded.metric(Metric::Cpu);
    let of = |band| cpu.and_then(|metric| banded.per_request(metric, band));
    let cost = of(Band::GtP99).zip(of(Band::LeP50));
    html! {
        @if let Some((slow, usual)) = cost {
            p {
                "A request above the 99th percentile of its endpoint used " strong { (amount(Metric::Cpu, slow)) } " of CPU time, one up to the median "
                strong { (amount(Metric::Cpu, usual)) } "."
            }
        }
        @if let Ok(ledger) = &banded.tail.ledger { p { (ledger::sentence(&ledger.around_p99)) } }
    }
}

/// A row a band: how many requests and samples, what a request cost, and which part of all it is.
fn bands(banded: &Banded<'_>) -> Markup {
    let mut headings = vec!["requests", "number"];
    let shown: Vec<_> = banded
        .metrics
        .iter()
        .filter(|metric| metric.total() > 0)
        .collect();
    for metric in &shown {
        headings.extend(match metric.metric {
            Metric::Cpu => ["CPU a request", "share", "samples"],
            Metric::Alloc => ["bytes a request", "share", "samples"],
            Metric::Block => ["waiting for locks", "share", "waits"],
            Metric::Mutex => ["holding others up", "share", "waits"],
        });
    }
    let row = |band: Band| {
        let requests = banded.tail.requests(band);
        html! {
            tr {
                th scope="row" { (band.words()) }
                td { @if requests > 0 { (show::count(requests)) } }
                @for metric in &shown { (cells(banded, metric, band)) }
            }
        }
    };
    let body = html! { tbody { @for band in Band::ALL { (row(band)) } } };
    let caption = "By response time within each endpoint, as the client saw it; faded where fewer than 100 samples were taken";
    page::table(caption, &headings, &body)
}

fn cells(banded: &Banded<'_>, metric: &BandedMetric, band: Band) -> Markup {
    let of = metric.band(band);
    let few = (of.samples < ENOUGH_SAMPLES).then_some("muted");
    let each = banded.per_request(metric, band);
    let share = of.total as f64 / metric.total().max(1) as f64;
    html! {
        td class=[few] { @if let Some(each) = each { (amount(metric.metric, each)) } }
        td class=[few] { (show::percent(share)) }
        td class=[few] { (show::count(of.samples)) }
    }
}

fn endpoints(tail: &Tail) -> Markup {
    let row = |one: &record::tail::Endpoint| {
        let times = [one.p50, one.p90, one.p99, one.max].map(format_nanoseconds);
        let requests = show::count(one.requests.iter().sum());
        page::row(&one.name, std::iter::once(requests).chain(times))
    };
    let body = html! { tbody { @for one in &tail.endpoints { (row(one)) } } };
    html! {
        details {
            summary { "Where the bands of each endpoint end" }
            (page::table("Response time of the profiled seconds, failed answers included", &["endpoint", "requests", "P50", "P90", "P99", "slowest"], &body))
        }
    }
}

/// Inclusive cost of each function per request.
fn inclusive(stacks: &Stacks, requests: u64) -> BTreeMap<&str, f64> {
    let mut costs: BTreeMap<&str, f64> = BTreeMap::new();
    for (stack, value) in stacks.iter().filter(|(_, value)| **value > 0) {
        let names: BTreeSet<&str> = stack.split(';').collect();
        for name in names {
            *costs.entry(name).or_default() += *value as f64 / requests.max(1) as f64;
        }
    }
    costs
}

/// What a slow request ran more of than a usual one: the picture's main point as numbers.
fn functions(banded: &Banded<'_>) -> Markup {
    let both = [Band::GtP99, Band::LeP50].map(|band| banded.tail.told_apart(band));
    let cpu = banded.metric(Metric::Cpu);
    let Some(cpu) = cpu.filter(|_| !both.contains(&0)) else {
        return html! {};
    };
    let slow = inclusive(&cpu.band(Band::GtP99).stacks, both[0]);
    let usual = inclusive(&cpu.band(Band::LeP50).stacks, both[1]);
    let more = |name: &str, cost: f64| cost - usual.get(name).copied().unwrap_or(0.0);
    let mut rows: Vec<(&str, f64)> = slow.iter().map(|(name, cost)| (*name, *cost)).collect();
    rows.sort_by(|a, b| more(b.0, b.1).total_cmp(&more(a.0, a.1)));
    rows.truncate(TOP);
    rows.retain(|(name, cost)| more(name, *cost) > 0.0);
    html! {
        details open[cpu.band(Band::GtP99).samples >= ENOUGH_SAMPLES] {
            summary { "Functions that slow requests ran more of" }
            div.table {
                table.functions {
                    caption { "CPU time a request, with callees, so rows overlap; recursion counts once" }
                    thead { tr { th scope="col" { "function" } th scope="col" { "above P99" } th scope="col" { "up to P50" } th scope="col" { "more" } } }
                    tbody {
                        @for (name, cost) in &rows {
                            tr {
                                th.name scope="row" { (name) }
                                td { (amount(Metric::Cpu, *cost)) }
                                td { (amount(Metric::Cpu, cost - more(name, *cost))) }
                                td { (amount(Metric::Cpu, more(name, *cost))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The interactive viewer in a sandboxed frame. In the attribute only `&` and the quote need escaping, which keeps it small.
fn viewer(data: &str, key: &Key) -> Markup {
    let document = document(data, key)
        .replace('&', "&amp;")
        .replace('\'', "&#39;");
    html! {
        figure {
            h3 { "Flamegraphs by response time" }
            (PreEscaped(format!("<iframe id=\"tail-viewer\" sandbox=\"allow-scripts\" height=\"{HEIGHT}\" title=\"flamegraphs by response time\" srcdoc='")))
            (PreEscaped(document)) (PreEscaped("'></iframe>"))
            figcaption {
                "Width is cost a request; a frame hangs from its caller. In a difference orange frames are dearer above than up to the median, blue ones cheaper, and hatched "
                "ones may differ by chance (indicative: one run). Click or Enter zooms, arrows walk, Escape goes back, / searches."
            }
        }
    }
}

fn document(data: &str, key: &Key) -> String {
    html! {
        (maud::DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "flamegraphs by response time" } style { (PreEscaped(STYLE)) } }
            body {
                form id="bar" {
                    label { "Profile" select id="metric" {} }
                    label { "Requests" select id="band" {} }
                    label { "Endpoint" select id="endpoint" {} }
                    label { "Show"
                        select id="show" {
                            option value="cost" { "cost" }
                            option value="grew" { "against up to P50: what grew" }
                            option value="shrank" { "against up to P50: what shrank" }
                        }
                    }
                    label { "Search" input id="term" type="search" placeholder="function or regular expression" autocomplete="off" spellcheck="false"; }
                    label { input id="fold" type="checkbox" checked; "Fold runtime and library plumbing" }
                    button id="reset" type="button" { "Reset zoom" }
                    output id="found" for="term" {}
                }
                p id="facts" {}
                div id="flames" role="tree" aria-label="Flamegraph" {}
                p id="line" aria-live="polite" {}
                table {
                    caption { "Dearest functions; with callees, recursion counts once" }
                    thead { tr { th { "function" } th { "itself" } th { "with callees" } th { "share" } th id="other" { "against up to P50" } } }
                    tbody id="rows" {}
                }
                script type="application/json" id="data" { (PreEscaped(data)) }
                script nonce=(key.get()) { (PreEscaped(SCRIPT)) }
            }
        }
    }
    .into_string()
}

fn links(banded: &Banded<'_>) -> Markup {
    let both = Band::ANSWERED.map(|band| banded.tail.told_apart(band));
    html! {
        p.muted { "The figures of this section: " a href=(files::TAIL) { (files::TAIL) } }
        @for metric in banded.metrics.iter().filter(|metric| metric.total() > 0) {
            p.muted {
                (words(metric.metric)) ": "
                a href=(metric.metric.file()) { "profile with labels" }
                @for band in Band::ALL {
                    @if !metric.band(band).stacks.is_empty() {
                        " · " a href=(tail::picture(metric.metric, band)) { (band.words()) }
                    }
                }
                @if both[0] > 0 && both[3] > 0 && !metric.band(Band::GtP99).stacks.is_empty() {
                    " · tail against median: " a href=(tail::difference(metric.metric, Widths::Candidate)) { "what grew" }
                    @if !metric.band(Band::LeP50).stacks.is_empty() {
                        ", " a href=(tail::difference(metric.metric, Widths::Baseline)) { "what shrank" }
                    }
                }
            }
        }
    }
}

/// What must be said of such figures.
fn caveats(banded: &Banded<'_>) -> Markup {
    let tail = banded.tail;
    let sum = |of: fn(&Tail, Band) -> u64| {
        let each = Band::ANSWERED.iter().map(|band| of(tail, *band));
        each.sum::<u64>()
    };
    let (all, told) = (sum(Tail::requests), sum(Tail::told_apart));
    let untagged = banded.metric(Metric::Cpu).map(|cpu| {
        let share = cpu.band(Band::Untagged).total as f64 / cpu.total().max(1) as f64;
        format!(
            "{} of the CPU time is outside requests: reading, parsing and writing run before and after a request is known, and so does the runtime.",
            show::percent(share)
        )
    });
    html! {
        details open {
            summary { "What this does and does not say" }
            ul {
                @if let Some(untagged) = untagged { li { (untagged) } }
                li { "Bands select by outcome and show what goes together with slowness, not what causes it: a request can be slow because others hold its worker." }
                li { "Stacks on a processor explain that part of the time only; for the rest see where the time went." }
                li { "Response time includes send delay, which no code of the target explains. A closed model hides waiting." }
                @if tail.unanswered > 0 { li { (show::count(tail.unanswered)) " requests of these seconds had no answer and are in no band." } }
                @if told < all {
                    li { "The target kept no record of " (show::count(all - told)) " of " (show::count(all)) " requests: costs are per request that it knows, and samples of the others "
                        "count as without a known answer." }
                }
                @if tail.unlisted > 0 {
                    li { (show::count(tail.unlisted)) " requests found no room in the client's list: their samples count as without a known answer." }
                }
                @for (metric, why) in &tail.absent { li { (words(*metric)) ": no profile, " (why) "." } }
                @if let Some(clock) = tail.clock { li { "The target's clock is known within " (format_nanoseconds(clock.error_ns)) "." } }
            }
        }
    }
}
