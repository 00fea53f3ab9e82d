//! The numbers somebody looks at first.

use record::catalog as m;

use super::{answers_with, requests_per_second};
use crate::expr::{
    Window::{Range, RateInterval},
    on_board,
};
use crate::layout::{Section, line, section};
use crate::panel::{Reading, about, query, stat};
use crate::rules::{MOST_FAILURES, MOST_PENDING, SLOW_SYNC};
use crate::wire::Panel;

pub fn glance() -> Section {
    section(
        1,
        "At a glance",
        [
            line(4, [rate(), server_errors(), p99(), transfers_per_second()]),
            line(4, [commit_p99(), sync_p99(), shed(), pending()]),
        ],
    )
}

fn commit_p99() -> Panel {
    stat(
        about(
            15,
            "p99 commit",
            &m::TOKEN_COMMIT,
            "Shown is the whole range.",
        ),
        Reading::WholeRange,
        query("p99", on_board(&m::TOKEN_COMMIT).quantile(0.99, Range, &[])),
        None,
    )
}

fn sync_p99() -> Panel {
    let p99 = on_board(&m::TOKEN_JOURNAL_SYNC).quantile(0.99, Range, &[]);
    stat(
        about(
            16,
            "p99 sync",
            &m::TOKEN_JOURNAL_SYNC,
            "Shown is the whole range. Red from the bound of the alert: the disk is what everything waits for.",
        ),
        Reading::WholeRange,
        query("p99", p99),
        Some(SLOW_SYNC),
    )
}

fn shed() -> Panel {
    let shed = on_board(&m::TOKEN_SHED).increase(Range);
    stat(
        about(
            17,
            "Shed",
            &m::TOKEN_SHED,
            "Over the whole range. Healthy: 0, unless the load is meant to be too much.",
        ),
        Reading::WholeRange,
        query("shed", shed.sum().rounded()),
        None,
    )
}

fn pending() -> Panel {
    let most = on_board(&m::TOKEN_PENDING_WITHDRAWALS).highest(Range);
    stat(
        about(
            18,
            "Most pending withdrawals",
            &m::TOKEN_PENDING_WITHDRAWALS,
            "Shown is the highest of the range, of all chains. Red from the bound of the alert.",
        ),
        Reading::WholeRange,
        query("pending", most.max()),
        Some(MOST_PENDING),
    )
}

fn rate() -> Panel {
    stat(
        about(
            11,
            "Requests",
            &m::HTTP_REQUESTS,
            "Shown is the mean rate over the points at which the service was up.",
        ),
        Reading::MeanOfPoints,
        query("requests", requests_per_second()),
        None,
    )
}

fn server_errors() -> Panel {
    let all = on_board(&m::HTTP_REQUESTS).increase(Range).sum();
    let errors = answers_with("5..").increase(Range).sum().or_zero_of(&all);
    stat(
        about(
            12,
            "Server errors",
            &m::HTTP_REQUESTS,
            "Shown is the share of answers 5xx over the whole range. Healthy: 0. Red from 1 %: read the service's log.",
        ),
        Reading::WholeRange,
        query("5xx", errors.share_of(&all)),
        Some(MOST_FAILURES),
    )
}

fn p99() -> Panel {
    stat(
        about(
            13,
            "p99 duration",
            &m::HTTP_DURATION,
            "Shown is the whole range over all routes. It ends where the handler ends: time in the client and on the network \
             is not in it.",
        ),
        Reading::WholeRange,
        query(
            "p99",
            on_board(&m::HTTP_DURATION).quantile(0.99, Range, &[]),
        ),
        None,
    )
}

fn transfers_per_second() -> Panel {
    let booked = on_board(&m::TOKEN_TRANSFER).with("status", "success");
    stat(
        about(
            14,
            "Transfers booked",
            &m::TOKEN_TRANSFER,
            "Shown is the mean rate of the successful ones.",
        ),
        Reading::MeanOfPoints,
        query("transfers", booked.rate(RateInterval).sum()),
        None,
    )
}
