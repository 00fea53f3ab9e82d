//! The probe itself, and where to read on.

use record::catalog as m;

use crate::board::runs_in_range;
use crate::expr::{
    Window::{Range, RateInterval},
    on_board,
};
use crate::layout::{Section, line, section};
use crate::panel::{about, column, query, table, time_series};
use crate::wire::Panel;

pub fn probe() -> Section {
    section(
        6,
        "The probe, and where to read on",
        [
            line(7, [samples(), lost(), poor()]),
            line(7, [runs_in_range(64)]),
        ],
    )
}

fn samples() -> Panel {
    let samples = on_board(&m::RUNTIME_PROFILE_SAMPLES).rate(RateInterval);
    time_series(
        about(
            61,
            "Profiler samples",
            &m::RUNTIME_PROFILE_SAMPLES,
            "Per second, zero unless a profile is being taken.",
        ),
        &[query("{{profile}}", samples.sum_by(&["profile"]))],
    )
}

fn lost() -> Panel {
    let lost = on_board(&m::RUNTIME_PROFILE_DROPPED).rate(RateInterval);
    time_series(
        about(
            62,
            "Samples lost",
            &m::RUNTIME_PROFILE_DROPPED,
            "Per second. Healthy: zero.",
        ),
        &[query("{{profile}}", lost.sum_by(&["profile"])).failure()],
    )
}

fn poor() -> Panel {
    let reasons = on_board(&m::RUNTIME_PROBE_DEGRADED).highest(Range);
    table(
        about(
            63,
            "Reasons for poor profiles",
            &m::RUNTIME_PROBE_DEGRADED,
            "Healthy: 0 everywhere. frame_pointers: the program was built without them; timer: the kernel does not keep the rate.",
        ),
        &[column("found", reasons.max_by(&["reason"]))],
    )
}
