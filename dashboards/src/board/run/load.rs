//! What was offered, what was taken, and by how many users.

use record::catalog as m;

use super::{failed_requests, good_transactions};
use crate::expr::{Window::RateInterval, on_board};
use crate::layout::{Section, line, section};
use crate::panel::{about, query, time_series};
use crate::wire::Panel;

pub fn load() -> Section {
    section(
        2,
        "Load",
        [
            line(8, [offered(), users()]),
            line(7, [transactions(), goodput()]),
        ],
    )
}

fn offered() -> Panel {
    let due = on_board(&m::LOADTEST_ARRIVALS_DUE).rate(RateInterval).sum();
    let released = on_board(&m::LOADTEST_ARRIVALS_RELEASED)
        .rate(RateInterval)
        .sum();
    time_series(
        about(
            21,
            "Offered and achieved load",
            &m::LOADTEST_ARRIVALS_DUE,
            "Per second: arrivals due and released, requests finished (QPS) and failed. Healthy: due and released lie on one \
             line, failed on zero. A gap between due and released is load that waits.",
        ),
        &[
            query("released", released),
            query(
                "QPS",
                on_board(&m::LOADTEST_REQUESTS).rate(RateInterval).sum(),
            ),
            query("failed", failed_requests().rate(RateInterval).sum()).failure(),
            // Last is on top: due and released are one line where all is well, and both show.
            query("due", due).limit(),
        ],
    )
}

fn users() -> Panel {
    let now = |family| on_board(family).value().sum();
    time_series(
        about(
            22,
            "Users and transactions in flight",
            &m::LOADTEST_REQUESTS_IN_FLIGHT,
            "Healthy: in flight well under the limit and no backlog. At the limit the target is slower than the plan offers.",
        ),
        &[
            query("users", now(&m::LOADTEST_USERS)),
            query("in flight", now(&m::LOADTEST_REQUESTS_IN_FLIGHT)),
            query("backlog", now(&m::LOADTEST_BACKLOG)).failure(),
            query("limit", now(&m::LOADTEST_IN_FLIGHT_LIMIT)).limit(),
        ],
    )
}

fn transactions() -> Panel {
    let by_scenario = good_transactions().rate(RateInterval).sum_by(&["scenario"]);
    time_series(
        about(
            23,
            "Good transactions by scenario",
            &m::LOADTEST_TRANSACTIONS,
            "Healthy: the proportions are the weights of the plan.",
        ),
        &[query("{{scenario}}", by_scenario)],
    )
}

fn goodput() -> Panel {
    time_series(
        about(
            24,
            "Transactions and goodput",
            &m::LOADTEST_GOODPUT,
            "Healthy: one line. Between the two lie transactions that were right and too late for the plan.",
        ),
        &[
            query("TPS", good_transactions().rate(RateInterval).sum()),
            query(
                "goodput",
                on_board(&m::LOADTEST_GOODPUT).rate(RateInterval).sum(),
            ),
        ],
    )
}
