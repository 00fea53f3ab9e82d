//! What failed and what was never sent.

use record::catalog as m;

use crate::expr::{
    Window::{Range, RateInterval},
    on_board,
};
use crate::layout::{Section, line, section};
use crate::panel::{about, column, query, table, time_series};
use crate::wire::Panel;

pub fn failures() -> Section {
    section(
        4,
        "Failures",
        [line(7, [failures_by_kind(), drops_by_reason(), codes()])],
    )
}

fn failures_by_kind() -> Panel {
    let by_kind = on_board(&m::LOADTEST_FAILURES)
        .rate(RateInterval)
        .sum_by(&["kind"]);
    time_series(
        about(
            41,
            "Failures by kind",
            &m::LOADTEST_FAILURES,
            "Per second. Healthy: zero. status and check are the target's answers; connect, reset and timeout its capacity or \
             the network.",
        ),
        &[query("{{kind}}", by_kind)],
    )
}

fn drops_by_reason() -> Panel {
    let dropped = on_board(&m::LOADTEST_ARRIVALS_DROPPED).rate(RateInterval);
    time_series(
        about(
            42,
            "Dropped arrivals by reason",
            &m::LOADTEST_ARRIVALS_DROPPED,
            "Per second. Healthy: zero; anything else means that the offered load was not the plan's.",
        ),
        &[query("{{reason}}", dropped.sum_by(&["reason"]))],
    )
}

fn codes() -> Panel {
    let by_code = on_board(&m::LOADTEST_RESPONSES).increase(Range);
    table(
        about(
            43,
            "Answers by status code",
            &m::LOADTEST_RESPONSES,
            "Over the whole range. A code is counted from its first answer on, which itself may be missing.",
        ),
        &[column("requests", by_code.sum_by(&["code"]).rounded())],
    )
}
