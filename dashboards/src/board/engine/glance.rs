//! The numbers somebody looks at first.

use record::catalog as m;

use super::{answers_with, requests_per_second};
use crate::expr::{
    Window::{Range, RateInterval},
    on_board,
};
use crate::layout::{Section, line, section};
use crate::panel::{Reading, about, query, stat};
use crate::rules::MOST_FAILURES;
use crate::wire::Panel;

pub fn glance() -> Section {
    section(
        1,
        "At a glance",
        [line(
            4,
            [rate(), server_errors(), p99(), transfers_per_second()],
        )],
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
