//! What the process uses.

use record::catalog as m;

use crate::board::GENERATOR_JOB;
use crate::expr::{
    Selector,
    Window::{Range, RateInterval},
    on_board,
};
use crate::layout::{Section, line, section};
use crate::panel::{about, facts, query, time_series};
use crate::wire::Panel;

pub fn process() -> Section {
    section(
        5,
        "Process",
        [
            line(7, [cpu(), resident(), in_flight()]),
            line(7, [threads_and_files(), profiler()]),
            line(4, [build()]),
        ],
    )
}

/// The generator exposes the same process families; a target's job may have any other name.
fn of_target(family: &'static m::Family) -> Selector {
    on_board(family).without("job", GENERATOR_JOB)
}

fn cpu() -> Panel {
    time_series(
        about(
            51,
            "CPU",
            &m::PROCESS_CPU,
            "In cores. Healthy: below the cores the service may use; at that line it is the bottleneck.",
        ),
        &[query(
            "CPU",
            of_target(&m::PROCESS_CPU).rate(RateInterval).sum(),
        )],
    )
}

fn resident() -> Panel {
    time_series(
        about(
            52,
            "Resident memory",
            &m::PROCESS_MEMORY,
            "Healthy: close to the live heap; a growing distance is fragmentation or memory outside the heap.",
        ),
        &[query(
            "resident",
            of_target(&m::PROCESS_MEMORY).value().sum(),
        )],
    )
}

fn in_flight() -> Panel {
    time_series(
        about(
            53,
            "Requests in flight",
            &m::HTTP_IN_FLIGHT,
            "Healthy: rate times duration; a rising line at a steady rate is a queue.",
        ),
        &[query(
            "in flight",
            on_board(&m::HTTP_IN_FLIGHT).value().sum(),
        )],
    )
}

fn threads_and_files() -> Panel {
    time_series(
        about(
            54,
            "Threads and open files",
            &m::PROCESS_OPEN_FDS,
            "Each connection is one file. Healthy: level while the users are; a rising line is a leak.",
        ),
        &[
            query("threads", of_target(&m::PROCESS_THREADS).value().sum()),
            query("open files", of_target(&m::PROCESS_OPEN_FDS).value().sum()),
        ],
    )
}

fn profiler() -> Panel {
    let samples = on_board(&m::RUNTIME_PROFILE_SAMPLES).rate(RateInterval);
    time_series(
        about(
            55,
            "Profiler samples",
            &m::RUNTIME_PROFILE_SAMPLES,
            "Per second, zero unless a profile is being taken. CPU samples are counted when their profile ends and stand there as \
             one peak: a busy core gives about 99 for each second of profile.",
        ),
        &[query("{{profile}}", samples.sum_by(&["profile"]))],
    )
}

fn build() -> Panel {
    let seen = on_board(&m::RUNTIME_BUILD_INFO).highest(Range);
    facts(
        about(
            56,
            "Builds in range",
            &m::RUNTIME_BUILD_INFO,
            "Two rows mean that the range spans two builds: do not compare across them.",
        ),
        seen.max_by(&["name", "version", "build"]),
    )
}
