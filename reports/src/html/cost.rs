//! What the steady phase cost, on both sides.

use super::{generator, page};
use crate::show;
use maud::{Markup, html};
use record::quantity::format_nanoseconds;
use record::run::{Allocations, RunRecord};
use std::time::Duration;

/// CPU, memory and allocations.
pub(super) fn section(record: &RunRecord) -> Markup {
    let costs = &record.costs;
    let body = html! {
        tbody {
            (side(record, "generator", costs.generator_cpu, costs.generator_memory_bytes))
            (side(record, "target", costs.target_cpu, costs.target_memory_bytes))
        }
    };
    let headings = [
        "",
        "CPU time",
        "CPU per request",
        "cores busy",
        "memory at the end",
    ];
    let content = html! {
        (page::table("Steady phase", &headings, &body))
        (allocations(costs.allocations))
        (generator::health(record))
    };
    page::section("cost", "Cost", &content)
}

fn side(record: &RunRecord, name: &str, cpu: Option<Duration>, memory: Option<u64>) -> Markup {
    let unknown = || "unknown".to_owned();
    let seconds = record.steady.length().as_secs_f64();
    let busy = cpu
        .filter(|_| seconds > 0.0)
        .map(|cpu| show::number(cpu.as_secs_f64() / seconds));
    page::row(
        name,
        [
            cpu.map_or_else(unknown, |cpu| {
                format!("{} s", show::number(cpu.as_secs_f64()))
            }),
            show::per_request(cpu, record.requests()).map_or_else(unknown, format_nanoseconds),
            busy.unwrap_or_else(unknown),
            memory.map_or_else(unknown, |bytes| show::bytes(bytes as f64)),
        ],
    )
}

fn allocations(allocations: Option<Allocations>) -> Markup {
    let Some(all) = allocations else {
        return html! { p.muted { "Allocations are unknown: this target does not count them." } };
    };
    let each = all.per_request().zip(all.bytes_per_request());
    let (count, bytes) = each.map_or_else(
        || ("unknown".to_owned(), "unknown".to_owned()),
        |(count, bytes)| (show::number(count), show::bytes(bytes)),
    );
    page::facts(&[
        ("Allocations per request", count),
        ("Bytes allocated per request", bytes),
        ("Allocations, exact", show::count(all.count)),
        (
            "Requests meanwhile, by the target's count",
            show::count(all.requests),
        ),
    ])
}
