//! The stall ledger: the time of requests by cause.

use record::catalog as m;

use crate::expr::{
    Expr,
    Window::{Range, RateInterval},
    on_board,
};
use crate::layout::{Section, line, section};
use crate::panel::{about, column, query, stacked, table, time_series};
use crate::wire::Panel;

/// Causes that share out the whole time of a request.
pub const WHOLE: &str = "on_cpu|run_queue|page_faults|ready|pending";
/// Waits that the program names; they lie inside the time pending, or inside a poll.
const NAMED: &str = "lock|allocator|fsync|io|timer|channel|blocking_queue";

pub fn causes() -> Section {
    section(
        2,
        "Where the time of a request goes",
        [
            line(9, [mean_by_cause(), waits()]),
            line(8, [p99_by_cause(), longest()]),
            line(9, [by_route()]),
            line(7, [routes()]),
        ],
    )
}

fn mean_by(causes: &str) -> Expr {
    let of = on_board(&m::REQUEST_STALL).like("cause", causes);
    of.mean(RateInterval, &["cause"])
}

fn mean_by_cause() -> Panel {
    let server = on_board(&m::HTTP_DURATION).mean(RateInterval, &[]);
    stacked(
        about(
            21,
            "Mean time of a request by cause",
            &m::REQUEST_STALL,
            "Stacked, each moment of a request in one cause: on a processor, runnable without one, waiting for memory from disk, woken and \
             without a worker, pending. The dashed line is the mean duration of all requests, measured apart: what is missing below it is \
             not explained.",
        ),
        &[
            query("{{cause}}", mean_by(WHOLE)),
            query("duration", server).limit(),
        ],
    )
}

fn waits() -> Panel {
    let pending = on_board(&m::REQUEST_STALL).with("cause", "pending");
    stacked(
        about(
            24,
            "What requests waited for",
            &m::REQUEST_STALL,
            "Mean, stacked: waits that the program names. The dashed line is the time pending; locks and the allocator block a worker and are \
             not part of it. A gap below the line is waiting that nobody named.",
        ),
        &[
            query("{{cause}}", mean_by(NAMED)),
            query("all pending", pending.mean(RateInterval, &[])).limit(),
        ],
    )
}

fn p99_by_cause() -> Panel {
    time_series(
        about(
            22,
            "p99 by cause",
            &m::REQUEST_STALL,
            "One request in a hundred lost at least so much to the cause. The causes of one slow request need not be those of another,              so these do not add up.",
        ),
        &[query(
            "{{cause}}",
            on_board(&m::REQUEST_STALL).quantile(0.99, RateInterval, &["cause"]),
        )],
    )
}

fn by_route() -> Panel {
    let of = on_board(&m::REQUEST_ROUTE_STALL).like("cause", WHOLE);
    stacked(
        about(
            25,
            "Mean time by route and cause",
            &m::REQUEST_ROUTE_STALL,
            "Stacked over all routes, each moment of a request in one cause. A band that grows names the route and what became slower in it.",
        ),
        &[query(
            "{{route}}: {{cause}}",
            of.mean(RateInterval, &["route", "cause"]),
        )],
    )
}

fn routes() -> Panel {
    let mean = |cause| {
        let of = on_board(&m::REQUEST_ROUTE_STALL).with("cause", cause);
        of.mean(Range, &["route"])
    };
    table(
        about(
            26,
            "Routes by cause",
            &m::REQUEST_ROUTE_STALL,
            "Mean time of one request over the whole range. What a route waits for inside the time pending is in the columns behind it.",
        ),
        &[
            column("on CPU", mean("on_cpu")),
            column("run queue", mean("run_queue")),
            column("ready", mean("ready")),
            column("pending", mean("pending")),
            column("lock", mean("lock")),
            column("fsync", mean("fsync")),
            column("channel", mean("channel")),
        ],
    )
}

fn longest() -> Panel {
    time_series(
        about(
            23,
            "Longest so far by cause",
            &m::REQUEST_STALL_MAX,
            "A step is a new record: what happened then is in the traces of that second.",
        ),
        &[query(
            "{{cause}}",
            on_board(&m::REQUEST_STALL_MAX).value().max_by(&["cause"]),
        )],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_is_in_one_of_the_two_heaps() {
        let shown: Vec<_> = WHOLE.split('|').chain(NAMED.split('|')).collect();
        assert_eq!(shown, m::CAUSES);
    }
}
