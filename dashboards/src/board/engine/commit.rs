//! From the queue to the disk.

use record::catalog as m;

use crate::expr::{Window::RateInterval, on_board};
use crate::layout::{Section, line, section};
use crate::panel::{about, heat_map, query, time_series};
use crate::wire::Panel;

pub fn commit() -> Section {
    section(
        6,
        "Commit path",
        [
            line(8, [durations(), groups()]),
            line(8, [queues(), surfaces(), shed()]),
        ],
    )
}

fn durations() -> Panel {
    let quantile = |family, q| on_board(family).quantile(q, RateInterval, &[]);
    time_series(
        about(
            61,
            "Commit and sync",
            &m::TOKEN_COMMIT,
            "A commit lasts from entering the queue until it is durable; a sync is the disk's part of it. Healthy: a commit takes one to two \
             syncs; more is queueing.",
        ),
        &[
            query("commit p50", quantile(&m::TOKEN_COMMIT, 0.5)),
            query("commit p99", quantile(&m::TOKEN_COMMIT, 0.99)),
            query("sync p50", quantile(&m::TOKEN_JOURNAL_SYNC, 0.5)),
            query("sync p99", quantile(&m::TOKEN_JOURNAL_SYNC, 0.99)),
        ],
    )
}

fn groups() -> Panel {
    heat_map(
        about(
            62,
            "Commands per group",
            &m::TOKEN_JOURNAL_GROUP,
            "Groups a second by size. Groups grow with the load and with the time of a sync: that is how one disk serves many.",
        ),
        query(
            "{{le}}",
            on_board(&m::TOKEN_JOURNAL_GROUP).buckets(RateInterval),
        ),
    )
}

fn queues() -> Panel {
    let by_queue = on_board(&m::TOKEN_QUEUE).value().sum_by(&["queue"]);
    time_series(
        about(
            63,
            "Commands waiting by queue",
            &m::TOKEN_QUEUE,
            "Healthy: few. A queue that only grows is in front of the bottleneck.",
        ),
        &[query("{{queue}}", by_queue)],
    )
}

fn surfaces() -> Panel {
    time_series(
        about(
            64,
            "p99 by part of the interface",
            &m::TOKEN_REQUEST,
            "Interpolated between bucket bounds with ratio 1.4, so up to 4 % off.",
        ),
        &[query(
            "{{surface}}",
            on_board(&m::TOKEN_REQUEST).quantile(0.99, RateInterval, &["surface"]),
        )],
    )
}

fn shed() -> Panel {
    let by_reason = on_board(&m::TOKEN_SHED)
        .rate(RateInterval)
        .sum_by(&["reason"]);
    time_series(
        about(
            65,
            "Shed by reason",
            &m::TOKEN_SHED,
            "Per second. Healthy: zero. Shedding keeps the rest fast under overload; it is load that nobody served.",
        ),
        &[query("{{reason}}", by_reason)],
    )
}
