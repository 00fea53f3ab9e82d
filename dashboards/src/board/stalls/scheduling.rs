//! How long requests ran at a stretch, and how long they waited for a worker.

use record::catalog as m;

use crate::expr::{Window::RateInterval, on_board};
use crate::layout::{Section, line, section};
use crate::panel::{about, heat_map, query, time_series};
use crate::wire::Panel;

pub fn scheduling() -> Section {
    section(
        3,
        "Scheduling",
        [line(8, [run_queue(), polls(), ready_delays()])],
    )
}

fn run_queue() -> Panel {
    let mean = |cause| {
        let of_cause = on_board(&m::REQUEST_STALL).with("cause", cause);
        of_cause.mean(RateInterval, &[])
    };
    time_series(
        about(
            31,
            "Waiting for a processor or a worker",
            &m::REQUEST_STALL,
            "Mean of a request. run queue: runnable, and another thread had the processor. ready: woken, and no worker had time yet. page              faults: waiting for memory from disk.",
        ),
        &[
            query("run queue", mean("run_queue")),
            query("ready", mean("ready")),
            query("page faults", mean("page_faults")),
        ],
    )
}

fn polls() -> Panel {
    heat_map(
        about(
            32,
            "Polls by length",
            &m::REQUEST_POLL,
            "Healthy: well below a millisecond. A band far above the rest is code that blocks a worker: see the CPU flamegraph.",
        ),
        query("{{le}}", on_board(&m::REQUEST_POLL).buckets(RateInterval)),
    )
}

fn ready_delays() -> Panel {
    heat_map(
        about(
            33,
            "Ready delays by length",
            &m::REQUEST_READY,
            "Healthy: one narrow band near the bottom. It spreads upwards where workers are saturated or one of them is stuck.",
        ),
        query("{{le}}", on_board(&m::REQUEST_READY).buckets(RateInterval)),
    )
}
