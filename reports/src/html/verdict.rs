//! The top of the report: what was run, what came of it, and the figures people ask for first.

use super::page;
use crate::show;
use maud::{Markup, html};
use record::histogram::Histogram;
use record::quantity::format_nanoseconds;
use record::run::{Model, RunRecord};
use stats::{Judgement, Reason, RuleResult, Verdict};

/// Plan, target, load, time.
pub(super) fn heading(record: &RunRecord) -> Markup {
    let length = format_nanoseconds(record.steady.length().as_nanos() as u64);
    let target = if record.target.reference {
        "the reference engine at "
    } else {
        ""
    };
    html! {
        header.top {
            p.over { "loadtest report" }
            h1 { (record.plan.name) }
            p { "Against " (target) code { (record.target.url) } ", measured for " (length) "." }
            p.muted { (load(record)) " · started " (show::utc(record.started_unix)) " · run " (record.run_id) }
        }
    }
}

/// The load in words: model first.
pub(super) fn load(record: &RunRecord) -> String {
    let plan = &record.plan;
    match (plan.model, plan.offered_rate) {
        (Model::Open | Model::PartlyOpen, Some(rate)) => format!(
            "{} model, {} offered, at most {} in flight",
            plan.model.name(),
            show::rate(rate),
            show::count(plan.users.into())
        ),
        (model, _) => format!(
            "{} model, {} users",
            model.name(),
            show::count(plan.users.into())
        ),
    }
}

/// The verdict, its reasons, and what a reader should know before believing the numbers.
pub(super) fn banner(record: &RunRecord, judgement: &Judgement) -> Markup {
    let verdict = judgement.verdict;
    html! {
        div.banner.(verdict.name()) role="status" {
            div.word { span aria-hidden="true" { (sign(verdict)) " " } (verdict.name()) }
            div {
                p { (meaning(judgement)) }
                @if !judgement.reasons.is_empty() { ul { @for one in &judgement.reasons { li { (reason(one)) } } } }
                @for warning in &record.warnings { p.muted { "Note: " (warning) } }
            }
        }
    }
}

fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::Fail => "✕",
        Verdict::Inconclusive => "?",
        Verdict::Invalid => "⚠",
    }
}

fn meaning(judgement: &Judgement) -> &'static str {
    match judgement.verdict {
        Verdict::Pass if judgement.thresholds.is_empty() => {
            "The run is valid. No threshold was set, so nothing was required of the target."
        }
        Verdict::Pass => "The run is valid and every threshold held.",
        Verdict::Fail => "Something that was required does not hold.",
        Verdict::Inconclusive => "The data cannot decide.",
        Verdict::Invalid => {
            "The numbers of this run cannot be trusted. They are shown so that the cause can be found."
        }
    }
}

fn reason(reason: &Reason) -> Markup {
    html! {
        (reason.text) " " code { (reason.code) }
        @if !reason.hint.is_empty() { span.muted { " — " (reason.hint) } }
    }
}

/// The headline figures.
pub(super) fn cards(record: &RunRecord) -> Markup {
    let (failed, all) = (
        show::count(record.requests_failed()),
        show::count(record.requests()),
    );
    let ratio = record
        .error_ratio()
        .map_or_else(|| "no data".to_owned(), show::percent);
    html! {
        dl.cards {
            (card("QPS", &show::number(record.qps()), "requests per second"))
            (card("TPS", &show::number(record.tps()), "transactions committed per second"))
            (goodput_card(record))
            (response_card(record))
            (card("Error ratio", &ratio, &format!("{failed} of {all} requests")))
            (rate_card(record))
            (cpu_card(record))
        }
    }
}

fn card(name: &str, figure: &str, note: &str) -> Markup {
    html! { div { dt { (name) } dd.figure { (figure) } dd.note { (note) } } }
}

fn goodput_card(record: &RunRecord) -> Markup {
    match record.slo().zip(record.goodput()) {
        Some((slo, goodput)) => {
            let within = format_nanoseconds(slo.as_nanos() as u64);
            let note = format!("transactions per second committed within {within}");
            card("Goodput", &show::number(goodput), &note)
        }
        None => card("Goodput", "–", "unknown: the plan has no slo"),
    }
}

fn response_card(record: &RunRecord) -> Markup {
    let p99 = |times: &Histogram, unfinished: u64| {
        show::quantiles(times, unfinished).map_or_else(|| "no data".to_owned(), |all| all[3].text())
    };
    let response = p99(&record.response_time(), record.unfinished.count());
    let service = p99(&record.service_time(), 0);
    card(
        "Response time p99",
        &response,
        &format!("service time p99 {service}"),
    )
}

fn rate_card(record: &RunRecord) -> Markup {
    let achieved = show::rate(record.achieved_rate());
    match record.plan.model {
        Model::Open | Model::PartlyOpen => card(
            "Achieved",
            &achieved,
            &format!("of {} offered", show::rate(record.offered_rate())),
        ),
        Model::Closed => card(
            "Achieved",
            &achieved,
            &format!("by {} users", show::count(record.plan.users.into())),
        ),
    }
}

fn cpu_card(record: &RunRecord) -> Markup {
    let each = |cpu| {
        show::per_request(cpu, record.requests())
            .map_or_else(|| "unknown".to_owned(), format_nanoseconds)
    };
    let generator = format!(
        "per request; generator {}",
        each(record.costs.generator_cpu)
    );
    card("Target CPU", &each(record.costs.target_cpu), &generator)
}

/// What the plan required.
pub(super) fn thresholds(judgement: &Judgement) -> Markup {
    if judgement.thresholds.is_empty() {
        return html! {};
    }
    let body = html! { tbody { @for result in &judgement.thresholds { (threshold(result)) } } };
    let table = page::table(
        "What the plan requires, and what was observed",
        &["Rule", "Observed", "Samples", "Result"],
        &body,
    );
    page::section("thresholds", "Thresholds", &table)
}

fn threshold(result: &RuleResult) -> Markup {
    let observed = result
        .observed
        .map_or_else(|| "no data".to_owned(), |value| result.rule.show(value));
    let (class, word) = match result.held {
        Some(true) => ("pass", "✓ held"),
        Some(false) => ("fail", "✕ broken"),
        None => ("invalid", "⚠ not judged"),
    };
    html! {
        tr {
            th scope="row" { code { (result.rule) } }
            td { (observed) } td { (show::count(result.samples)) } td { span.state.(class) { (word) } }
        }
    }
}
