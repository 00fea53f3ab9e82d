//! The figures of a gate, each with its numbers in a table.

use crate::charts::Over;
use crate::gate::{Gate, shown};
use crate::html::page;
use crate::{charts, show};
use maud::{Markup, PreEscaped, html};
use record::comparison::{Arm, Metric, Round};
use record::histogram::Histogram;
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
                figcaption { "Open windows, all rounds that count. Thick and medium lines: the rounds of a build added up, with the band in which each percentile lies with 95 % by order statistics; thin lines: single rounds." }
            }
            figure {
                (PreEscaped(ratio))
                figcaption { "For the eye, as is its band: a level line is a uniform shift, a line that rises at the end is a problem of the tail." }
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

/// Every second in the order of measurement; nothing where the records of the windows are gone.
pub(super) fn timeline(gate: &Gate<'_>) -> Markup {
    let dropped = dropped(&told(gate));
    let charts = [Over::Throughput, Over::ResponseTime, Over::Machine];
    let charts = charts.map(|over| charts::timeline(gate.timeline, &dropped, over));
    if charts.iter().all(Option::is_none) {
        return html! {};
    }
    let shown = |value: Option<u64>| value.map_or_else(|| "–".to_owned(), format_nanoseconds);
    let share = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), show::percent);
    let body = html! {
        tbody {
            @for moment in gate.timeline {
                (page::row(
                    &format!("{:.1} s", moment.at),
                    [
                        moment.round.to_string(),
                        moment.arm.name().to_owned(),
                        moment.load.name().to_owned(),
                        format!("{:.0}/s", moment.throughput),
                        shown(moment.p50_ns),
                        shown(moment.p99_ns),
                        share(moment.steal),
                        share(moment.pressure),
                    ],
                ))
            }
        }
    };
    let head = [
        "time",
        "round",
        "build",
        "window",
        "throughput",
        "P50",
        "P99",
        "steal",
        "pressure",
    ];
    page::section(
        "timeline",
        "Second by second",
        &html! {
            @for chart in charts.iter().flatten() { figure { (PreEscaped(chart)) } }
            p.muted { "All windows in the order in which they were measured; both builds share each in turns of a tenth of a second. Shaded: rounds that do not count." }
            details { summary { "The numbers" } div.rows { (page::table("Every second", &head, &body)) } }
        },
    )
}

// Every round, and why it does not count.
fn told<'a>(gate: &'a Gate<'_>) -> Vec<(&'a Round, Option<String>)> {
    let rounds = gate.rounds.iter();
    rounds
        .map(|round| {
            let fate = fate(round, &gate.design.plan, gate.calibration).0;
            (round, fate.told())
        })
        .collect()
}

fn dropped(told: &[(&Round, Option<String>)]) -> Vec<u32> {
    let out = told.iter().filter(|(_, why)| why.is_some());
    out.map(|(round, _)| round.number).collect()
}

/// Every round in the order of measurement, those that do not count marked.
pub(super) fn rounds(gate: &Gate<'_>) -> Markup {
    let told = told(gate);
    let dropped = dropped(&told);
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

/// All response times of all rounds at a glance; nothing where no times were kept.
pub(super) fn heat(gate: &Gate<'_>) -> Markup {
    let Some(chart) = charts::heat(gate.rounds) else {
        return html! {};
    };
    let quantiles = [("P50", 0.5), ("P90", 0.9), ("P99", 0.99), ("P99.9", 0.999)];
    let head: Vec<&str> = std::iter::once("round")
        .chain(quantiles.map(|(name, _)| name))
        .chain(["slowest"])
        .collect();
    let pair = |round: &Round, of: &dyn Fn(&Histogram) -> Option<u64>| {
        let shown = |arm: Arm| {
            let times = round.arm(arm).times.as_ref();
            let value = times.and_then(|times| of(&times.response));
            value.map_or_else(|| "–".to_owned(), format_nanoseconds)
        };
        format!("{} → {}", shown(Arm::Baseline), shown(Arm::Candidate))
    };
    let body = html! {
        tbody {
            @for round in gate.rounds {
                tr {
                    th scope="row" { (round.number) }
                    @for (_, q) in quantiles { td { (pair(round, &|times| times.quantile(q))) } }
                    td { (pair(round, &Histogram::max_ns)) }
                }
            }
        }
    };
    page::section(
        "heat",
        "Where response times lie",
        &html! {
            figure {
                (PreEscaped(chart))
                figcaption { "Open windows, a column per round, dropped ones too; both builds on the same scales. The stronger a cell, the larger the share of requests that took so long." }
            }
            details { summary { "The numbers" } (page::table("Response time, baseline → candidate", &head, &body)) }
        },
    )
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
