//! The numbers somebody looks at first.

use record::catalog as m;

use super::requests;
use crate::board::GENERATOR_JOB;
use crate::expr::{
    Window::{Range, RateInterval},
    on_board,
};
use crate::layout::{Section, line, section};
use crate::panel::{Reading, about, or_say, query, stat};
use crate::wire::Panel;

pub fn glance() -> Section {
    section(
        1,
        "At a glance",
        [line(
            4,
            [
                cpu_per_request(),
                allocations_per_request(),
                ready_p99(),
                lock_wait_per_request(),
                alive(),
                lost(),
            ],
        )],
    )
}

fn cpu_per_request() -> Panel {
    stat(
        about(
            11,
            "CPU per request",
            &m::PROCESS_CPU,
            "Shown is the mean over the points with more than one request a second. The CPU flamegraph of a run names the functions.",
        ),
        Reading::MeanOfPoints,
        query(
            "CPU",
            on_board(&m::PROCESS_CPU)
                .without("job", GENERATOR_JOB)
                .rate(RateInterval)
                .sum()
                .per(&requests(RateInterval)),
        ),
        None,
    )
}

fn allocations_per_request() -> Panel {
    stat(
        about(
            12,
            "Allocations per request",
            &m::RUNTIME_ALLOCATIONS,
            "Shown is the mean over the points with more than one request a second, work besides requests included.",
        ),
        Reading::MeanOfPoints,
        query(
            "allocations",
            on_board(&m::RUNTIME_ALLOCATIONS)
                .rate(RateInterval)
                .sum()
                .per(&requests(RateInterval)),
        ),
        None,
    )
}

fn ready_p99() -> Panel {
    stat(
        about(
            13,
            "p99 ready delay",
            &m::REQUEST_READY,
            "Shown is the whole range. Healthy: far below the response time; else workers are too few or one of them is blocked.",
        ),
        Reading::WholeRange,
        query(
            "p99",
            on_board(&m::REQUEST_READY).quantile(0.99, Range, &[]),
        ),
        None,
    )
}

fn lock_wait_per_request() -> Panel {
    let locks = on_board(&m::REQUEST_STALL).with("cause", "lock");
    stat(
        about(
            14,
            "Lock wait per request",
            &m::REQUEST_STALL,
            "Shown is the mean over the whole range. Healthy: near zero. Below stands which locks.",
        ),
        Reading::WholeRange,
        query("lock", locks.mean(Range, &[])),
        None,
    )
}

fn alive() -> Panel {
    let now = on_board(&m::RUNTIME_LIVE_OBJECTS).highest(Range);
    let panel = stat(
        about(
            15,
            "Most alive at once",
            &m::RUNTIME_LIVE_OBJECTS,
            "Shown is the sum of the highest counts of the range. Healthy: about as many as requests in flight, plus what the program holds.",
        ),
        Reading::WholeRange,
        query("alive", now.sum()),
        None,
    );
    or_say("none tracked", panel)
}

fn lost() -> Panel {
    let lost = on_board(&m::RUNTIME_PROFILE_DROPPED).increase(Range);
    stat(
        about(
            16,
            "Samples lost",
            &m::RUNTIME_PROFILE_DROPPED,
            "Over the whole range. Healthy: 0; otherwise profiles of this time miss what happened most.",
        ),
        Reading::WholeRange,
        query("lost", lost.sum().rounded()),
        None,
    )
}
