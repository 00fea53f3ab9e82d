//! The figures of a gate, each with its numbers in a table.

use crate::gate::{Gate, shown};
use crate::html::page;
use crate::{charts, show};
use maud::{Markup, PreEscaped, html};
use record::comparison::{Metric, Round};
use record::quantity::format_nanoseconds;
use stats::gate::{CurvePoint, Curves, curves, fate, forest as rows, valid_rounds};

/// Interval, margin and rounds of every metric.
pub(super) fn forest(gate: &Gate<'_>) -> Markup {
    let rows = rows(gate.decision);
    if rows.is_empty() {
        return html! { p.muted { "No round counts, so there is nothing to draw." } };
    }
    let percent = |log: f64| {
        if log.is_finite() {
            format!("{:+.1} %", log.exp_m1() * 100.0)
        } else {
            "open".to_owned()
        }
    };
    let body = html! {
        tbody {
            @for row in &rows {
                @let dots: Vec<String> = row.rounds.iter().map(|dot| percent(*dot)).collect();
                tr {
                    th scope="row" { (row.metric.title()) }
                    td { (percent(row.estimate)) } td { (percent(row.interval.low)) } td { (percent(row.interval.high)) } td { (percent(row.margin)) }
                    td.wrap { (dots.join(", ")) }
                }
            }
        }
    };
    html! {
        figure {
            (PreEscaped(charts::forest(&rows)))
            figcaption {
                "Worse is to the right, whichever direction is good. Bar: 95 % interval, not adjusted for looks. Small dots: one per round. Shaded: the margin. "
                "A bar right of the shade is a regression, one that ends inside or left of it is none, one that reaches across its right edge decides nothing."
            }
        }
        details {
            summary { "The numbers" }
            (page::table("Worsening of the candidate", &["figure", "estimate", "from", "to", "margin", "rounds"], &body))
        }
    }
}

/// Percentile curves and their ratio; nothing where no times were kept.
pub(super) fn percentiles(gate: &Gate<'_>) -> Markup {
    let valid = valid_rounds(gate.design, gate.calibration, gate.rounds);
    let curves = curves(&valid);
    let (Some(times), Some(ratio)) = (
        charts::percentiles(&curves),
        charts::quantile_ratio(&curves),
    ) else {
        return html! {};
    };
    page::section(
        "percentiles",
        "Response time at every percentile",
        &html! {
            figure {
                (PreEscaped(times))
                figcaption { "Open windows, all rounds that count. Thick and medium lines: the rounds of a build added up; thin lines: single rounds." }
            }
            figure {
                (PreEscaped(ratio))
                figcaption { "For the eye: a level line is a uniform shift, a line that rises at the end is a problem of the tail." }
            }
            details { summary { "The numbers" } (quantiles(&curves)) }
        },
    )
}

fn quantiles(curves: &Curves) -> Markup {
    let wanted = [
        ("50 %", 0.301),
        ("90 %", 1.0),
        ("99 %", 2.0),
        ("99.9 %", 3.0),
        ("99.99 %", 4.0),
    ];
    let at = |arm: usize, nines: f64| -> Option<&CurvePoint> {
        curves.arms[arm]
            .iter()
            .find(|point| (point.nines - nines).abs() < 0.026)
    };
    let rows = wanted.iter().filter_map(|(name, nines)| {
        let (a, b) = (at(0, *nines)?, at(1, *nines)?);
        let ratio = b.ns as f64 / a.ns.max(1) as f64;
        let faded = if a.is_faded || b.is_faded {
            "fewer than 100 samples beyond"
        } else {
            ""
        };
        Some(page::row(
            name,
            [
                format_nanoseconds(a.ns),
                format_nanoseconds(b.ns),
                show::ratio(ratio),
                faded.to_owned(),
            ],
        ))
    });
    let body = html! { tbody { @for row in rows { (row) } } };
    page::table(
        "Response time, all rounds of a build added up",
        &[
            "percentile",
            "baseline",
            "candidate",
            "candidate ÷ baseline",
            "",
        ],
        &body,
    )
}

/// Every round in the order of measurement, those that do not count marked.
pub(super) fn rounds(gate: &Gate<'_>) -> Markup {
    let told: Vec<(&Round, Option<String>)> = gate
        .rounds
        .iter()
        .map(|round| {
            let fate = fate(round, &gate.design.plan, gate.calibration).0;
            (round, fate.told())
        })
        .collect();
    let out = told.iter().filter(|(_, why)| why.is_some());
    let dropped: Vec<u32> = out.map(|(round, _)| round.number).collect();
    let charts = [
        (Metric::Throughput, "closed windows, requests per second"),
        (
            Metric::ResponseTimeP50,
            "open windows, response time P50, log scale",
        ),
        (
            Metric::ResponseTimeP99,
            "open windows, response time P99, log scale",
        ),
        (
            Metric::CpuPerRequest,
            "closed windows, CPU per request, log scale",
        ),
    ];
    html! {
        @for (metric, title) in charts {
            @if let Some(chart) = charts::rounds(gate.rounds, &dropped, metric, title) { figure { (PreEscaped(chart)) } }
        }
        details { summary { "The numbers" } (numbers(&told)) }
    }
}

fn numbers(told: &[(&Round, Option<String>)]) -> Markup {
    let metrics = [
        Metric::Throughput,
        Metric::ResponseTimeP50,
        Metric::ResponseTimeP99,
        Metric::CpuPerRequest,
    ];
    let head: Vec<&str> = std::iter::once("round")
        .chain(["order"])
        .chain(metrics.map(Metric::title))
        .chain(["steal", "pressure", "not counted because"])
        .collect();
    let pair = |round: &Round, metric: Metric| {
        let value = |arm: &record::comparison::ArmRound| {
            arm.value(metric)
                .map_or_else(|| "–".to_owned(), |value| shown(metric, value))
        };
        format!("{} → {}", value(&round.baseline), value(&round.candidate))
    };
    let share = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), show::percent);
    let row = |(round, why): &(&Round, Option<String>)| {
        html! {
            tr {
                th scope="row" { (round.number) }
                td { (round.order.name()) }
                @for metric in metrics { td { (pair(round, metric)) } }
                td { (share(round.machine.steal)) } td { (share(round.machine.pressure)) }
                td.wrap { (why.as_deref().unwrap_or_default()) }
            }
        }
    };
    let body = html! { tbody { @for one in told { (row(one)) } } };
    page::table("Baseline → candidate", &head, &body)
}
