//! What a request costs in memory.

use record::catalog as m;

use super::requests_per_second;
use crate::expr::{Window::RateInterval, on_board};
use crate::layout::{Section, line, section};
use crate::panel::{about, query, time_series, time_series_on_log_axis};
use crate::wire::Panel;

pub fn memory() -> Section {
    section(
        4,
        "Memory",
        [line(
            7,
            [allocations_per_request(), bytes_per_request(), live_heap()],
        )],
    )
}

fn allocations_per_request() -> Panel {
    let allocations = on_board(&m::RUNTIME_ALLOCATIONS).rate(RateInterval).sum();
    time_series_on_log_axis(
        about(
            41,
            "Allocations per request",
            &m::RUNTIME_ALLOCATIONS,
            "Divided by the requests of the same time, empty below one per second. Healthy: flat between set-up and the profiles at \
             the end; the allocation flamegraph of the run names who allocates.",
        ),
        &[query(
            "allocations",
            allocations.per(&requests_per_second()),
        )],
    )
}

fn bytes_per_request() -> Panel {
    let bytes = on_board(&m::RUNTIME_ALLOCATED_BYTES)
        .rate(RateInterval)
        .sum();
    time_series_on_log_axis(
        about(
            42,
            "Bytes allocated per request",
            &m::RUNTIME_ALLOCATED_BYTES,
            "Divided by the requests of the same time, empty below one per second. Healthy: flat while the mix of requests is; \
             set-up and the profiles at the end allocate for themselves.",
        ),
        &[query("bytes", bytes.per(&requests_per_second()))],
    )
}

fn live_heap() -> Panel {
    time_series(
        about(
            43,
            "Live heap",
            &m::RUNTIME_LIVE_HEAP,
            "Healthy: grows with the ledger's accounts and entries only.",
        ),
        &[query("live", on_board(&m::RUNTIME_LIVE_HEAP).value().sum())],
    )
}
