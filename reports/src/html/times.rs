//! The table of times: quantiles never stand without their count.

use super::{generator, page};
use crate::show::{self, QUANTILES, Quantile};
use maud::{Markup, html};
use record::histogram::Histogram;
use record::quantity::format_nanoseconds;
use record::run::RunRecord;

/// All requests first, then every step.
pub(super) fn section(record: &RunRecord) -> Markup {
    let mut headings = vec![""];
    headings.extend(QUANTILES.map(|(name, _)| name));
    headings.push("count");
    let unfinished = record.unfinished.count();
    let body = html! {
        tbody {
            (group("All requests that were good"))
            (row("response time", &record.response_time(), unfinished))
            (row("service time", &record.service_time(), 0))
            (row("send delay", &record.send_delay, 0))
            @if !record.delays.pacing.is_empty() {
                (row("of it pacing delay", &record.delays.pacing, 0))
                (wait("of it slot wait", &record.delays.slot_wait))
                (wait("of it connect wait", &record.delays.connect_wait))
            }
        }
        @for step in &record.steps {
            tbody {
                (group(&format!("{} / {}", step.scenario, step.step)))
                (row("response time", &step.ok.response, 0))
                (row("service time", &step.ok.service, 0))
            }
        }
        (transactions(record))
    };
    let notes = html! {
        (page::table("Steady phase only; warm-up and drain are not counted", &headings, &body))
        p.muted { "* fewer than 10 samples lie beyond this quantile: read it as one request's luck, not as a property." }
        @if unfinished > 0 { (censored(record, unfinished)) }
        (generator::mean(record))
    };
    page::section("times", "Times", &notes)
}

fn group(name: &str) -> Markup {
    html! { tr { th.group scope="rowgroup" colspan=(QUANTILES.len() + 2) { (name) } } }
}

fn row(name: &str, times: &Histogram, unfinished: u64) -> Markup {
    let cells = cells(times, unfinished);
    page::row(name, cells.into_iter().chain([show::count(times.count())]))
}

fn cells(times: &Histogram, unfinished: u64) -> Vec<String> {
    show::quantiles(times, unfinished).map_or_else(
        || vec!["–".to_owned(); QUANTILES.len()],
        |all| all.map(Quantile::text).to_vec(),
    )
}

// Most wait for nothing, and a histogram keeps a zero as the shortest time it knows.
fn wait(name: &str, times: &Histogram) -> Markup {
    let shortest = format_nanoseconds(1);
    let cells = cells(times, 0).into_iter().map(|cell| {
        if cell == shortest {
            "0 ns".to_owned()
        } else {
            cell
        }
    });
    page::row(name, cells.chain([show::count(times.count())]))
}

/// Only where a transaction can differ from a request.
fn transactions(record: &RunRecord) -> Markup {
    let several = record.steps.len() > record.transactions.len();
    html! {
        @if several {
            tbody {
                (group("Committed transactions, from intended start to last answer without the pauses in between"))
                @for one in &record.transactions { (row(&one.scenario, &one.response, 0)) }
            }
        }
    }
}

fn censored(record: &RunRecord, unfinished: u64) -> Markup {
    let share = unfinished as f64 / record.response_time().count().max(1) as f64;
    html! {
        p.notice {
            (show::plural(unfinished as usize, "arrival")) " (" (show::percent(share)) ") did not finish. They count with their age "
            "at the end, which is less than their true response time; ≥ marks quantiles that this leaves without an upper bound."
        }
    }
}
