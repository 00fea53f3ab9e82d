//! How the generator itself fared: the figures behind its part of the verdict, and the mean taken apart.

use super::page;
use crate::mean::{Mean, nanoseconds};
use crate::show;
use maud::{Markup, html};
use record::run::{Health, RunRecord};

/// Where the mean response time goes; nothing for records that do not keep the parts.
pub(super) fn mean(record: &RunRecord) -> Markup {
    let Some(mean) = Mean::of(record) else {
        return html! {};
    };
    let row = |name: &str, ns: f64| {
        let share = show::percent((ns / mean.response).max(0.0));
        page::row(name, [nanoseconds(ns), share])
    };
    let body = html! {
        tbody {
            @for (name, ns) in mean.parts() { (row(name, ns)) }
            (row("response time", mean.response))
        }
    };
    let caption = "The mean response time of all requests sent is the sum of its parts";
    page::table(caption, &["", "mean", "share"], &body)
}

/// What the machine did to the generator.
pub(super) fn health(record: &RunRecord) -> Markup {
    let health = &record.health;
    let share = |share: Option<f64>| share.map_or_else(|| "unknown".to_owned(), show::percent);
    let count = |n: Option<u64>| n.map_or_else(|| "unknown".to_owned(), show::count);
    let facts = [
        (
            "Longest wait for a processor, of wall time",
            longest(health),
        ),
        ("CPU pressure", share(health.cpu_pressure)),
        ("Processor time stolen", share(health.steal)),
        ("Machine's processors busy", share(health.machine_cpu)),
        ("Held back by a quota", count(health.throttled_periods)),
        (
            "In flight on average",
            health
                .in_flight_mean
                .map_or_else(|| "unknown".to_owned(), show::number),
        ),
        (
            "Arrivals that found no idle user",
            show::count(health.waited_for_user),
        ),
        (
            "Windows with late pacing",
            format!(
                "{} of {}",
                show::count(health.windows_late),
                show::count(health.windows_steady)
            ),
        ),
        (
            "Requests by the target's count",
            count(health.server_requests),
        ),
        (
            "Requests by the client's count",
            count(health.client_requests),
        ),
    ];
    html! {
        h3 { "The generator itself" }
        (page::facts(&facts))
    }
}

fn longest(health: &Health) -> String {
    health.run_queue.as_ref().map_or_else(
        || "unknown".to_owned(),
        |worst| format!("{} ({})", show::percent(worst.share), worst.thread),
    )
}
