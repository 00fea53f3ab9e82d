//! Rate, errors and duration of each route.

use record::catalog as m;

use super::answers_with;
use crate::expr::{Expr, Selector, Window::RateInterval, on_board};
use crate::layout::{Section, line, section};
use crate::panel::{about, query, time_series};
use crate::wire::Panel;

pub fn requests() -> Section {
    section(
        2,
        "Requests: rate, errors, duration by route",
        [
            line(8, [rate_by_route(), duration(24, "Duration p50", 0.5)]),
            line(
                8,
                [
                    duration(25, "Duration p95", 0.95),
                    duration(26, "Duration p99", 0.99),
                ],
            ),
            line(8, [client_error_share(), server_error_share()]),
        ],
    )
}

fn by_route(selector: Selector) -> Expr {
    selector.rate(RateInterval).sum_by(&["route"])
}

/// Codes appear on first sight; a route that never failed shall show zero and not a gap.
fn share_by_route(code: &str) -> Expr {
    let all = by_route(on_board(&m::HTTP_REQUESTS));
    by_route(answers_with(code)).or_zero_of(&all).share_of(&all)
}

fn rate_by_route() -> Panel {
    time_series(
        about(
            21,
            "Requests by route",
            &m::HTTP_REQUESTS,
            "Healthy: the proportions are those of the scenario mix.",
        ),
        &[query("{{route}}", by_route(on_board(&m::HTTP_REQUESTS)))],
    )
}

fn client_error_share() -> Panel {
    time_series(
        about(
            22,
            "Client errors (4xx) by route",
            &m::HTTP_REQUESTS,
            "Share of a route's answers. Healthy: only what the scenarios provoke on purpose; otherwise the caller sends \
             something wrong.",
        ),
        &[query("{{route}}", share_by_route("4.."))],
    )
}

fn server_error_share() -> Panel {
    time_series(
        about(
            23,
            "Server errors (5xx) by route",
            &m::HTTP_REQUESTS,
            "Share of a route's answers. Healthy: zero; otherwise read the service's log.",
        ),
        &[query("{{route}}", share_by_route("5.."))],
    )
}

fn duration(id: u32, title: &'static str, q: f64) -> Panel {
    let duration = on_board(&m::HTTP_DURATION);
    time_series(
        about(
            id,
            title,
            &m::HTTP_DURATION,
            "Interpolated between bucket bounds, ends at 10.49 s. Compare with service time on the load test board: the gap is \
             network and queueing.",
        ),
        &[query(
            "{{route}}",
            duration.quantile(q, RateInterval, &["route"]),
        )],
    )
}
