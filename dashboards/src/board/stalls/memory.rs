//! What requests allocate, and what stays.

use record::catalog as m;

use super::requests;
use crate::expr::{Window::RateInterval, on_board};
use crate::layout::{Section, line, section};
use crate::panel::{about, or_say, query, time_series, time_series_on_log_axis};
use crate::wire::Panel;

pub fn memory() -> Section {
    section(
        5,
        "Memory and what stays alive",
        [
            line(8, [allocations(), bytes(), live_heap()]),
            line(8, [live_objects()]),
        ],
    )
}

fn allocations() -> Panel {
    let allocations = on_board(&m::RUNTIME_ALLOCATIONS).rate(RateInterval).sum();
    time_series_on_log_axis(
        about(
            51,
            "Allocations per request",
            &m::RUNTIME_ALLOCATIONS,
            "Divided by the requests of the same time, empty below one per second. Healthy: flat.",
        ),
        &[query(
            "allocations",
            allocations.per(&requests(RateInterval)),
        )],
    )
}

fn bytes() -> Panel {
    let bytes = on_board(&m::RUNTIME_ALLOCATED_BYTES)
        .rate(RateInterval)
        .sum();
    time_series_on_log_axis(
        about(
            52,
            "Bytes allocated per request",
            &m::RUNTIME_ALLOCATED_BYTES,
            "Divided by the requests of the same time, empty below one per second. Healthy: flat while the mix of requests is.",
        ),
        &[query("bytes", bytes.per(&requests(RateInterval)))],
    )
}

fn live_heap() -> Panel {
    time_series(
        about(
            53,
            "Live heap",
            &m::RUNTIME_LIVE_HEAP,
            "Healthy: level under a steady load, or growing with the data alone.",
        ),
        &[query("live", on_board(&m::RUNTIME_LIVE_HEAP).value().sum())],
    )
}

fn live_objects() -> Panel {
    let alive = on_board(&m::RUNTIME_LIVE_OBJECTS).value();
    let panel = time_series(
        about(
            54,
            "Alive by kind and place of creation",
            &m::RUNTIME_LIVE_OBJECTS,
            "A line that only rises while the load is level is a leak, and its name says where the leaking things are made.",
        ),
        &[query("{{kind}} {{site}}", alive.sum_by(&["kind", "site"]))],
    );
    or_say(
        "none tracked: the program makes no tasks, timers or blocking calls through the probe",
        panel,
    )
}
