//! What target and generator used.

use record::catalog as m;

use crate::board::GENERATOR_JOB;
use crate::expr::{Selector, Window::RateInterval, on_board};
use crate::layout::{Section, line, section};
use crate::panel::{about, query, time_series};
use crate::wire::Panel;

pub fn resources() -> Section {
    section(
        5,
        "Target and generator",
        [line(7, [cpu(), memory(), threads(), lateness()])],
    )
}

fn generator(family: &'static m::Family) -> Selector {
    on_board(family).with("job", GENERATOR_JOB)
}

fn cpu() -> Panel {
    let target = on_board(&m::LOADTEST_TARGET_CPU).rate(RateInterval).sum();
    let cores = on_board(&m::LOADTEST_CORES).value().sum();
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
            query("generator may use", cores).limit(),
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

fn threads() -> Panel {
    let now = |family| on_board(family).value().sum();
    time_series(
        about(
            53,
            "Threads and open files of the target",
            &m::LOADTEST_TARGET_FDS,
            "Healthy: level; open files are connections and what the target keeps open besides.",
        ),
        &[
            query("threads", now(&m::LOADTEST_TARGET_THREADS)),
            query("open files", now(&m::LOADTEST_TARGET_FDS)),
        ],
    )
}

fn lateness() -> Panel {
    let p99 = |family| on_board(family).quantile(0.99, RateInterval, &[]);
    time_series(
        about(
            54,
            "Generator's lateness",
            &m::LOADTEST_PACING_DELAY,
            "p99. Healthy: below a millisecond and below a tenth of the response time's p99; beyond both, an alert says that the generator \
             is late.",
        ),
        &[
            query("pacing delay", p99(&m::LOADTEST_PACING_DELAY)),
            query("send delay", p99(&m::LOADTEST_SEND_DELAY)),
        ],
    )
}
