//! What became of the load: errors by kind and code, arrivals without a remainder, and the audit.

use super::page;
use crate::show;
use maud::{Markup, html};
use record::run::{Arrivals, RunRecord};

/// Errors and arrivals.
pub(super) fn section(record: &RunRecord) -> Markup {
    let content = html! {
        @if record.requests_failed() == 0 { p { "No request failed." } }
        div.pair { (kinds(record)) (codes(record)) }
        (arrivals(&record.arrivals))
    };
    page::section("outcome", "Errors", &content)
}

fn kinds(record: &RunRecord) -> Markup {
    let all = record.requests();
    let rows = record.steps.iter().flat_map(|step| {
        step.failures
            .iter()
            .map(move |(kind, count)| (step, kind.name(), *count))
    });
    let body = html! {
        tbody {
            @for (step, kind, count) in rows {
                (page::row(&format!("{} / {}", step.scenario, step.step), [kind.to_owned(), show::count(count), show::percent(count as f64 / all.max(1) as f64)]))
            }
        }
    };
    if record.requests_failed() == 0 {
        html! {}
    } else {
        page::table(
            "Failed requests by kind",
            &["step", "kind", "requests", "of all"],
            &body,
        )
    }
}

fn codes(record: &RunRecord) -> Markup {
    let rows = record.steps.iter().flat_map(|step| {
        step.codes
            .iter()
            .map(move |(code, count)| (step, *code, *count))
    });
    let body = html! {
        tbody {
            @for (step, code, count) in rows {
                (page::row(&format!("{} / {}", step.scenario, step.step), [code.to_string(), show::count(count)]))
            }
        }
    };
    if record.steps.iter().all(|step| step.codes.is_empty()) {
        html! {}
    } else {
        page::table(
            "Answers by status code",
            &["step", "code", "answers"],
            &body,
        )
    }
}

fn arrivals(arrivals: &Arrivals) -> Markup {
    let counts = [
        arrivals.scheduled,
        arrivals.succeeded,
        arrivals.failed,
        arrivals.timed_out,
        arrivals.in_flight,
        arrivals.unsent,
        arrivals.dropped,
    ];
    let headings = [
        "scheduled",
        "succeeded",
        "failed",
        "timed out",
        "in flight",
        "unsent",
        "dropped",
    ];
    let body = html! { tbody { tr { @for count in counts { td { (show::count(count)) } } } } };
    let caption = "Arrivals intended in the steady phase: scheduled is the sum of all others";
    html! {
        (page::table(caption, &headings, &body))
        @if !arrivals.is_conserved() {
            p.notice { "The sum is " (show::count(arrivals.accounted())) ": the generator lost count, so do not trust this run." }
        }
    }
}

/// Was the answer right?
pub(super) fn audit(record: &RunRecord) -> Markup {
    let content = match &record.audit {
        None => {
            html! { p { "No audit: these scenarios do not have one, so only status codes and checks tell whether the answers were right." } }
        }
        Some(audit) => html! {
            (page::table("After the run, the target's state against what its answers promised", &["check", "figures", "result"], &html! {
                tbody.wrap { @for check in &audit.checks { (check_row(&check.name, &check.detail, check.held)) } }
            }))
        },
    };
    page::section("audit", "Audit", &content)
}

fn check_row(name: &str, detail: &str, held: bool) -> Markup {
    let (class, word) = if held {
        ("pass", "✓ held")
    } else {
        ("fail", "✕ broken")
    };
    html! { tr { th scope="row" { (name) } td { (detail) } td { span.state.(class) { (word) } } } }
}
