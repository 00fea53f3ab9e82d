//! Which locks were waited for, and where.

use record::catalog as m;

use crate::expr::{
    Window::{Range, RateInterval},
    on_board,
};
use crate::layout::{Section, line, section};
use crate::panel::{about, column, query, table, time_series};
use crate::wire::Panel;

pub fn locks() -> Section {
    section(4, "Locks", [line(8, [waits(), sites()])])
}

fn waits() -> Panel {
    let by_site = on_board(&m::RUNTIME_LOCK_WAIT)
        .rate(RateInterval)
        .sum_by(&["site"]);
    time_series(
        about(
            41,
            "Threads waiting for a lock, by place",
            &m::RUNTIME_LOCK_WAIT,
            "Seconds of waiting per second: 1 is one thread that does nothing else. Healthy: near zero.",
        ),
        &[query("{{site}}", by_site)],
    )
}

fn sites() -> Panel {
    let by = &["site"];
    let waits = on_board(&m::RUNTIME_LOCK_CONTENTIONS)
        .increase(Range)
        .sum_by(by);
    let time = on_board(&m::RUNTIME_LOCK_WAIT).increase(Range).sum_by(by);
    table(
        about(
            42,
            "Places that waited",
            &m::RUNTIME_LOCK_CONTENTIONS,
            "Over the whole range. Many short waits ask for a smaller critical section, few long ones for a look at who holds the lock: the              mutex profile of the run has the holders.",
        ),
        &[
            column("waits", waits.rounded()),
            column("waited", time.rounded_to(0.001)),
        ],
    )
}
