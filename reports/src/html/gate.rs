//! The page of a gate: what was decided, how sure that is, and where the difference comes from.

mod figures;
mod why;

use super::page::{self, Key};
use crate::gate::{Gate, HEAD, causes, cells, next_step, verdict};
use crate::show;
use maud::{Markup, html};
use record::comparison::{GatePlan, is_of_turns, window};
use stats::Verdict;
use stats::gate::{Label, by_worsening, underline};

/// The whole body.
pub(super) fn body(gate: &Gate<'_>, key: &Key) -> Markup {
    html! {
        header.top {
            p.over { "loadtest gate" }
            h1 { (gate.names[1]) }
            p { "Held against " code { (gate.names[0]) } }
        }
        (banner(gate))
        (page::navigation(&[
            ("figures", "Figures"), ("forest", "Forest plot"), ("percentiles", "Percentiles"), ("rounds", "Rounds"), ("timeline", "Timeline"), ("heat", "Heat map"), ("why", "Why"), ("notes", "Notes"),
            ("again", "Reproduce"),
        ]))
        (page::section("figures", "What was compared", &table(gate)))
        (page::section("forest", "How sure that is", &figures::forest(gate)))
        (figures::percentiles(gate))
        (page::section("rounds", "Round by round", &figures::rounds(gate)))
        (figures::timeline(gate))
        (figures::heat(gate))
        (page::section("why", "Why", &why::content(gate, key)))
        (page::section("notes", "Notes", &notes(gate)))
        (page::section("again", "Reproduce", &again(gate)))
    }
}

fn banner(gate: &Gate<'_>) -> Markup {
    let decision = gate.decision;
    let (class, sign) = match decision.verdict {
        Some(Verdict::Pass) => ("pass", "✓ "),
        Some(Verdict::Fail) => ("fail", "✗ "),
        Some(Verdict::Inconclusive) => ("inconclusive", "? "),
        Some(Verdict::Invalid) | None => ("invalid", "! "),
    };
    html! {
        div class={ "banner " (class) } {
            div.word { span aria-hidden="true" { (sign) } (verdict(decision)) }
            div {
                p { strong { (page::prose(&gate.headline)) } }
                p { (underline(decision)) }
                p.muted { (next_step(decision)) }
                @if decision.reasons.len() > 1 {
                    ul { @for reason in decision.reasons.iter().skip(1) { li { (page::prose(reason)) } } }
                }
                @for sentence in causes(gate) { p { (page::prose(&sentence)) "." } }
            }
        }
    }
}

fn table(gate: &Gate<'_>) -> Markup {
    let mut head = HEAD;
    head[7] = "verdict";
    let head: Vec<&str> = head.into_iter().chain(["p", "noise"]).collect();
    let body = html! {
        tbody {
            @for one in by_worsening(gate.decision) {
                @let cells = cells(one);
                tr {
                    th scope="row" { (cells[0]) }
                    @for cell in &cells[1..7] { td { (cell) } }
                    td { span class={ "state " (class(one.label)) } { (cells[7]) } }
                    td { (one.figure.as_ref().map_or_else(String::new, |figure| p(figure.p_worse))) }
                    td { (one.grade.map_or("", stats::gate::Grade::name)) }
                }
            }
        }
    };
    html! {
        (page::table("Medians over the rounds that count; the largest worsening in margins first. p is that of \"not worse\", one-sided; noise is graded from A (half the margin) to D.", &head, &body))
        @if !gate.decision.others.is_empty() {
            details {
                summary { "Figures that are not gated" }
                (others(gate))
            }
        }
    }
}

fn others(gate: &Gate<'_>) -> Markup {
    let row = |figure: &stats::gate::Figure| {
        let shown = |value| crate::gate::shown(figure.metric, value);
        page::row(
            figure.metric.title(),
            [
                shown(figure.baseline),
                shown(figure.candidate),
                figure.ratio().map_or_else(|| "–".to_owned(), show::ratio),
            ],
        )
    };
    let body = html! { tbody { @for figure in &gate.decision.others { (row(figure)) } } };
    page::table(
        "Shown only",
        &["figure", "baseline", "candidate", "candidate ÷ baseline"],
        &body,
    )
}

fn class(label: Label) -> &'static str {
    match label {
        Label::Regressed => "fail",
        Label::Unclear | Label::NotMeasured => "inconclusive",
        _ => "pass",
    }
}

fn p(value: f64) -> String {
    if value < 0.0001 {
        format!("{value:.1e}")
    } else {
        format!("{value:.4}")
    }
}

fn notes(gate: &Gate<'_>) -> Markup {
    let decision = gate.decision;
    let errors = &decision.errors;
    let unchecked: Vec<_> = decision.unchecked.iter().map(|rule| rule.name()).collect();
    html! {
        ul {
            @for note in &decision.notes { li { (page::prose(note)) } }
            li {
                "Failed requests: " (show::count(errors.baseline.0)) " of " (show::count(errors.baseline.1)) " in the baseline, "
                (show::count(errors.candidate.0)) " of " (show::count(errors.candidate.1)) " in the candidate."
            }
            @for slo in &decision.slos {
                li {
                    code { (slo.rule) } ": "
                    @if slo.is_broken { "broken" } @else if slo.is_kept { "kept" } @else { "undecided" }
                    @if slo.baseline_breaks { "; the baseline breaks it, too" }
                }
            }
            @for (rule, rounds) in &decision.dropped.rules { li { (rounds) " rounds dropped by the rule " (rule.name()) } }
            @if !unchecked.is_empty() { li { "Not checked in some round: " (unchecked.join(", ")) } }
        }
        @if let Some(proposed) = &gate.proposed {
            h3 { "Margins that this machine allows" }
            pre { (proposed) }
        }
    }
}

fn again(gate: &Gate<'_>) -> Markup {
    let calibration = gate.calibration;
    let plan = &gate.design.plan;
    let looks = gate.design.looks.iter().map(|look| look.rounds.to_string());
    let looks: Vec<_> = looks.collect();
    html! {
        (page::facts(&[
            ("Machine", calibration.machine.clone()),
            ("Capacity of the baseline", format!("{:.0}/s", calibration.capacity)),
            ("Rate of the open windows", format!("{:.0}/s", calibration.rate)),
            ("Warm-up", format!("{:.1} s", calibration.warmup.as_secs_f64())),
            ("Windows", format!("{:.0} s closed, {:.0} s open, which both builds share in turns", window(plan.slot_closed).as_secs_f64(), window(plan.slot_open).as_secs_f64())),
            ("Response times", of_turns(plan, calibration.rate)),
            ("Looks", format!("at {} rounds", looks.join(", "))),
            ("False alarms", format!("at most {} %", plan.alpha * 100.0)),
            ("Seed", plan.seed.to_string()),
        ]))
        @if !gate.command.is_empty() { p { "Measured by" } pre { (gate.command.join(" ")) } }
        p { "Judged again, from the same rounds, by" }
        pre { "loadtest compare " (gate.folder) }
        details { summary { "The plan in force, gate.toml" } pre { (gate.plan) } }
    }
}

// Which percentiles are means over turns, and which are of all requests of a round together.
fn of_turns(plan: &GatePlan, rate: f64) -> String {
    let gated = plan.metrics.iter();
    let gated = gated.filter_map(|gated| Some((gated.metric, gated.metric.response_quantile()?)));
    let (turns, all): (Vec<_>, Vec<_>) = gated.partition(|(_, q)| is_of_turns(rate, *q));
    let words = [
        (
            turns,
            "mean over turns of that of each, without the worst quarter of them",
        ),
        (all, "of all requests of a round"),
    ];
    let words = words.into_iter().filter(|(some, _)| !some.is_empty());
    let words = words.map(|(some, how)| {
        let titles: Vec<_> = some.iter().map(|(metric, _)| metric.title()).collect();
        format!("{}: {how}", titles.join(", "))
    });
    words.collect::<Vec<_>>().join("; ")
}
