//! The report of one run, and the comparison of two, as one self-contained HTML file each.
//!
//! Nothing is loaded: style, charts and flamegraphs are inside, and the content policy forbids everything else. The page
//! itself needs no script. Flamegraphs bring theirs; each lives in a frame of its own, sandboxed, so that function names of
//! a foreign target can do no harm.

mod charts;
mod comparison;
mod cost;
mod flame;
mod gate;
mod generator;
mod history;
mod origin;
mod outcome;
mod page;
mod questions;
mod scaling;
mod tail;
mod times;
mod verdict;

use crate::flamegraph::Stacks;
use crate::scaling::Sweep;
use crate::tail::Banded;
use maud::html;
use record::run::RunRecord;
use stats::{Comparison, Judgement};

/// One flamegraph to embed.
#[derive(Debug, Clone, Copy)]
pub struct Flamegraph<'a> {
    /// What `flamegraph::svg` drew.
    pub svg: &'a [u8],
    /// The stacks it was drawn from: the table beside it.
    pub stacks: &'a Stacks,
}

/// The flamegraphs of a run, as far as there are any; the record says why one is missing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Flamegraphs<'a> {
    /// CPU time.
    pub cpu: Option<Flamegraph<'a>>,
    /// Bytes allocated.
    pub alloc: Option<Flamegraph<'a>>,
    /// The same by how slow requests were, where that is known.
    pub tail: Option<&'a Banded<'a>>,
}

/// Both directions of one differential flamegraph, drawn by `flamegraph::difference`.
#[derive(Debug, Clone, Copy)]
pub struct Difference<'a> {
    /// With the candidate's widths.
    pub grew: &'a [u8],
    /// With the baseline's widths.
    pub shrank: &'a [u8],
}

/// The differential flamegraphs of a comparison, as far as both runs have the profile.
#[derive(Debug, Clone, Copy, Default)]
pub struct Differences<'a> {
    /// CPU time per request.
    pub cpu: Option<Difference<'a>>,
    /// Bytes allocated per request.
    pub alloc: Option<Difference<'a>>,
}

/// The report page of one run. It links to its sibling files by the names in `record::files`.
pub fn report(record: &RunRecord, judgement: &Judgement, flamegraphs: Flamegraphs<'_>) -> String {
    let pictures = [flamegraphs.cpu, flamegraphs.alloc];
    let drawn = flamegraphs.tail.filter(|tail| !tail.metrics.is_empty());
    let data = drawn.map(crate::tail::data);
    let svgs = pictures.iter().flatten().map(|picture| picture.svg);
    let key = page::Key::of(
        &record.run_id,
        svgs.chain(data.iter().map(String::as_bytes)),
    );
    let mut sections = vec![
        ("questions", "Six questions"),
        ("times", "Times"),
        ("charts", "Charts"),
        ("outcome", "Errors"),
        ("cost", "Cost"),
        ("tail", "Slow requests"),
        ("flamegraphs", "Flamegraphs"),
        ("audit", "Audit"),
        ("origin", "What was run"),
        ("reading", "How to read this"),
    ];
    sections.retain(|(id, _)| *id != "tail" || flamegraphs.tail.is_some());
    let body = html! {
        (verdict::heading(record))
        (verdict::banner(record, judgement))
        (verdict::cards(record))
        (page::navigation(&sections))
        (questions::section(record, judgement))
        (verdict::thresholds(judgement))
        (times::section(record))
        (charts::section(record))
        (outcome::section(record))
        (cost::section(record))
        (tail::section(flamegraphs.tail, data.as_deref(), &key))
        (flame::section(record, flamegraphs, &key))
        (outcome::audit(record))
        (origin::section(record))
        (origin::reading())
    };
    let title = format!(
        "{}: {}, loadtest report",
        judgement.verdict.name(),
        record.plan.name
    );
    page::whole(&title, &key, &body)
}

/// The comparison page of two runs. Descriptive: with one run per side nothing can be said about significance, and the
/// page says that.
pub fn comparison(
    baseline: &RunRecord,
    candidate: &RunRecord,
    comparison: &Comparison,
    differences: Differences<'_>,
) -> String {
    let pictures = [differences.cpu, differences.alloc];
    let svgs = pictures
        .iter()
        .flatten()
        .flat_map(|picture| [picture.grew, picture.shrank]);
    let key = page::Key::of(&candidate.run_id, svgs);
    let body = comparison::body(baseline, candidate, comparison, differences, &key);
    page::whole("loadtest comparison", &key, &body)
}

/// The page of a sweep: what the law says, the curve, the levels.
pub fn sweep(sweep: &Sweep) -> String {
    let key = page::Key::of(&sweep.run_id, std::iter::empty());
    page::whole("loadtest sweep", &key, &scaling::body(sweep))
}

/// The page of a history.
pub fn history(history: &crate::history::History<'_>) -> String {
    let key = page::Key::of("history", std::iter::empty());
    page::whole("loadtest history", &key, &history::body(history))
}

/// The page of a gate.
pub fn gate(gate: &crate::gate::Gate<'_>) -> String {
    let pictures = [gate.differences.cpu, gate.differences.alloc];
    let svgs = pictures
        .iter()
        .flatten()
        .flat_map(|picture| [picture.grew, picture.shrank]);
    let key = page::Key::of(&gate.headline, svgs);
    let title = format!("{}: loadtest gate", crate::gate::verdict(gate.decision));
    page::whole(&title, &key, &gate::body(gate, &key))
}

#[cfg(test)]
mod tests;
