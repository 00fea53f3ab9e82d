//! The body of the comparison page.

use super::page::{self, Key};
use super::{Difference, Differences, flame, verdict};
use crate::show;
use maud::{Markup, html};
use record::run::RunRecord;
use stats::{Comparison, Row};

/// Heading, caveat, ratios, differential flamegraphs.
pub(super) fn body(
    baseline: &RunRecord,
    candidate: &RunRecord,
    comparison: &Comparison,
    differences: Differences<'_>,
    key: &Key,
) -> Markup {
    html! {
        header.top {
            p.over { "loadtest comparison" }
            h1 { (candidate.plan.name) }
            p { "Baseline " (side(baseline)) }
            p { "Candidate " (side(candidate)) }
        }
        (caveat(comparison))
        (ratios(comparison))
        (page::section("differences", "Where the cost changed", &html! {
            p { "Cost per 1,000 requests of each run. Red frames became dearer in the candidate, blue ones cheaper; colour marks the frame where a stack ends (self change). "
                "A stack that only one run has shows only with that run's widths, so there are two pictures each." }
            (difference("CPU time per request", differences.cpu, key))
            (difference("Bytes allocated per request", differences.alloc, key))
        }))
    }
}

fn side(record: &RunRecord) -> Markup {
    html! { code { (record.run_id) } ": " (record.target.url) ", " (verdict::load(record)) ", seed " (record.plan.seed) }
}

fn caveat(comparison: &Comparison) -> Markup {
    html! {
        div.banner.inconclusive {
            div.word { span aria-hidden="true" { "≈ " } "descriptive" }
            div {
                p { "One run per side: the ratios describe these two runs. They cannot tell a real change from the noise between runs, so there is no verdict." }
                @if !comparison.differences.is_empty() {
                    p { strong { "The two runs do not differ in the target alone:" } }
                    ul { @for difference in &comparison.differences { li { (difference) } } }
                }
            }
        }
    }
}

fn ratios(comparison: &Comparison) -> Markup {
    let body = html! { tbody { @for row in &comparison.rows { (ratio(row)) } } };
    let headings = [
        "",
        "baseline",
        "candidate",
        "candidate ÷ baseline",
        "in this pair",
    ];
    page::section(
        "ratios",
        "Ratios",
        &page::table("One run per side", &headings, &body),
    )
}

fn ratio(row: &Row) -> Markup {
    let told = |value: Option<f64>| {
        value.map_or_else(|| "–".to_owned(), |value| show::value(value, row.unit))
    };
    let change = row.ratio.map_or_else(|| "–".to_owned(), show::ratio);
    let direction = match row.better {
        Some(true) => "better",
        Some(false) => "worse",
        None => "–",
    };
    page::row(
        &row.name,
        [
            told(row.baseline),
            told(row.candidate),
            change,
            direction.to_owned(),
        ],
    )
}

/// Both pictures of a difference, or that there is none.
pub(super) fn difference(heading: &str, difference: Option<Difference<'_>>, key: &Key) -> Markup {
    let Some(pictures) = difference else {
        return html! { h3 { (heading) } p.muted { "Not shown: at least one of the runs has no such profile." } };
    };
    html! {
        figure {
            h3 { (heading) ", widths of the candidate" }
            (flame::frame(pictures.grew, &format!("{heading}, widths of the candidate"), key))
            figcaption { "What grew or is new. One run per side: indicative only." }
        }
        figure {
            h3 { (heading) ", widths of the baseline" }
            (flame::frame(pictures.shrank, &format!("{heading}, widths of the baseline"), key))
            figcaption { "What shrank or vanished. One run per side: indicative only." }
        }
    }
}
