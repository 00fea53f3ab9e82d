//! What target and generator used.

use record::catalog as m;

use crate::board::GENERATOR_JOB;
use crate::expr::{Selector, Window::RateInterval, on_board};
use crate::layout::{Section, line, section};
use crate::panel::{about, query, time_series};
use crate::wire::Panel;

pub fn resources() -> Section {
    section(5, "Target and generator", [line(7, [cpu(), memory()])])
}

fn generator(family: &'static m::Family) -> Selector {
    on_board(family).with("job", GENERATOR_JOB)
}

fn cpu() -> Panel {
    let target = on_board(&m::LOADTEST_TARGET_CPU).rate(RateInterval).sum();
    time_series(
        about(
            51,
            "CPU",
            &m::LOADTEST_TARGET_CPU,
            "In cores. The target is shown where it runs on the generator's machine. A generator that keeps its cores busy \
             measures itself.",
        ),
        &[
            query("target", target),
            query(
                "generator",
                generator(&m::PROCESS_CPU).rate(RateInterval).sum(),
            ),
        ],
    )
}

fn memory() -> Panel {
    let target = on_board(&m::LOADTEST_TARGET_MEMORY).value().sum();
    time_series(
        about(
            52,
            "Resident memory",
            &m::LOADTEST_TARGET_MEMORY,
            "Healthy: levels off while the load is steady; a line that keeps rising is a leak or a growing data set.",
        ),
        &[
            query("target", target),
            query("generator", generator(&m::PROCESS_MEMORY).value().sum()),
        ],
    )
}
