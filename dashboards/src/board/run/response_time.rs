//! How long answers took, and where that time went.

use record::catalog as m;

use super::{failed_requests, response_p};
use crate::expr::{
    Window::{Range, RateInterval},
    on_board,
};
use crate::layout::{Section, line, section};
use crate::panel::{about, column, query, table, time_series};
use crate::wire::Panel;

pub fn response_time() -> Section {
    section(
        3,
        "Response time",
        [
            line(9, [percentiles(), client_and_server()]),
            line(8, [steps()]),
        ],
    )
}

fn percentiles() -> Panel {
    time_series(
        about(
            31,
            "Response time",
            &m::LOADTEST_RESPONSE_TIME,
            "Percentiles of all requests, failed ones included. Healthy: flat while the load is flat. Values are interpolated \
             between bucket bounds and end at 10.49 s.",
        ),
        &[
            query("p50", response_p(0.5, RateInterval)),
            query("p95", response_p(0.95, RateInterval)),
            query("p99", response_p(0.99, RateInterval)),
            query("p99.9", response_p(0.999, RateInterval)),
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
