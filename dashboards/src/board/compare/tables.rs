//! Both runs in figures, and where to read on.

use record::catalog as m;

use super::change;
use crate::expr::{Run, Selector, Window::Range, of_run};
use crate::layout::{Section, line, section};
use crate::panel::{about, column, runs, table};
use crate::wire::Panel;

pub fn tables() -> Section {
    section(
        6,
        "Step by step, and where to read on",
        [line(8, [steps()]), line(5, [sources()])],
    )
}

fn steps() -> Panel {
    let family = &m::LOADTEST_RESPONSE_TIME;
    let of = |run, q| of_run(run, family).quantile(q, Range, &["step"]);
    let p99 = |times: Selector| times.quantile(0.99, Range, &["step"]);
    table(
        about(
            61,
            "Steps",
            family,
            "Over the whole range, warm-up included. Look for the step whose p99 moved.",
        ),
        &[
            column("p50 A", of(Run::A, 0.5)),
            column("p50 B", of(Run::B, 0.5)),
            column("p99 A", of(Run::A, 0.99)),
            column("p99 B", of(Run::B, 0.99)),
            column("p99, B against A", change(family, p99)),
        ],
    )
}

fn sources() -> Panel {
    let of = |run| {
        of_run(run, &m::LOADTEST_RUN_INFO)
            .highest(Range)
            .max_by(&["run_id", "plan", "model", "revision", "build"])
    };
    runs(
        about(
            62,
            "The two runs",
            &m::LOADTEST_RUN_INFO,
            "Each leads to its report and flamegraphs. Runs of different plans are not to be compared.",
        ),
        of(Run::A).or(&of(Run::B)),
    )
}
