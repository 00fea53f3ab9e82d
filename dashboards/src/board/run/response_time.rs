//! How long answers took, and where that time went.

use record::catalog as m;

use super::{failed_requests, response_p};
use crate::expr::{
    Window::{Range, RateInterval},
    on_board,
};
use crate::layout::{Section, line, section};
use crate::panel::{about, column, heat_map, query, stacked, table, time_series};
use crate::wire::Panel;

pub fn response_time() -> Section {
    section(
        3,
        "Response time",
        [
            line(9, [percentiles(), spread()]),
            line(8, [client_and_server(), parts()]),
            line(8, [steps()]),
        ],
    )
}

fn percentiles() -> Panel {
    let limits = on_board(&m::LOADTEST_THRESHOLD)
        .with("metric", "response_time")
        .with("step", "all")
        .value();
    time_series(
        about(
            31,
            "Response time",
            &m::LOADTEST_RESPONSE_TIME,
            "Percentiles of all requests, failed ones included; dashed are the limits that the plan sets. Healthy: flat while the load is \
             flat, and each below its limit. Values are interpolated between bucket bounds and end at 10.49 s.",
        ),
        &[
            query("p50", response_p(0.5, RateInterval)),
            query("p95", response_p(0.95, RateInterval)),
            query("p99", response_p(0.99, RateInterval)),
            query("p99.9", response_p(0.999, RateInterval)),
            query("limit of {{term}}", limits.max_by(&["term"])).limit(),
        ],
    )
}

fn spread() -> Panel {
    heat_map(
        about(
            34,
            "Response times",
            &m::LOADTEST_RESPONSE_TIME,
            "Each column is one moment, the colour says how many requests a second took so long. Two bands are two kinds of requests or of \
             answers; a column that reaches up is a stall. The last bucket ends at 10.49 s.",
        ),
        query(
            "{{le}}",
            on_board(&m::LOADTEST_RESPONSE_TIME).buckets(RateInterval),
        ),
    )
}

/// Requests after the first of a transaction are due when the answer before them is there: their service time is in the heap, and
/// hardly any wait.
fn parts() -> Panel {
    let mean = |family| on_board(family).mean(RateInterval, &[]);
    stacked(
        about(
            35,
            "What the mean is made of",
            &m::LOADTEST_SERVICE_TIME,
            "Means, stacked: waiting for the pacer (the generator's own lateness), for an idle user, for a connection, then the service \
             time. Healthy: service time alone. Waits are those of first requests.",
        ),
        &[
            query("service time", mean(&m::LOADTEST_SERVICE_TIME)),
            query("connecting", mean(&m::LOADTEST_CONNECT_WAIT)),
            query("idle user", mean(&m::LOADTEST_SLOT_WAIT)),
            query("pacing", mean(&m::LOADTEST_PACING_DELAY)),
        ],
    )
}

fn client_and_server() -> Panel {
    let p99 = |family| on_board(family).quantile(0.99, RateInterval, &[]);
    time_series(
        about(
            32,
            "Where the p99 comes from",
            &m::LOADTEST_SERVICE_TIME,
            "Response above service is time spent waiting to be sent; service above server is network and queueing before the \
             handler. Server needs a target that embeds the probe. Healthy: send delay near zero; a high one is the \
             generator's own lateness and says nothing about the target.",
        ),
        &[
            query("response time", p99(&m::LOADTEST_RESPONSE_TIME)),
            query("service time", p99(&m::LOADTEST_SERVICE_TIME)),
            query("server", p99(&m::HTTP_DURATION)),
            query("send delay", p99(&m::LOADTEST_SEND_DELAY)).failure(),
        ],
    )
}

fn steps() -> Panel {
    let by = &["step"];
    let all = on_board(&m::LOADTEST_REQUESTS).increase(Range).sum_by(by);
    let failed = failed_requests().increase(Range).sum_by(by);
    let quantile = |q| on_board(&m::LOADTEST_RESPONSE_TIME).quantile(q, Range, by);
    table(
        about(
            33,
            "Steps",
            &m::LOADTEST_REQUESTS,
            "Over the whole range, response times from the intended start. Look for the step that fails or takes longest.",
        ),
        &[
            column("requests", all.clone().rounded()),
            column("failed share", failed.share_of(&all)),
            column("p50", quantile(0.5)),
            column("p99", quantile(0.99)),
        ],
    )
}
