//! The numbers somebody looks at first.

use record::catalog as m;

use super::{failed_requests, good_transactions, response_p};
use crate::expr::{
    Window::{Range, RateInterval},
    on_board,
};
use crate::layout::{Section, line, section};
use crate::panel::{Reading, about, names, query, stat};
use crate::rules::MOST_FAILURES;
use crate::wire::Panel;

pub fn glance() -> Section {
    section(
        1,
        "At a glance",
        [
            line(3, [verdict(), distrust(), broken(), goodput()]),
            line(
                4,
                [
                    qps(),
                    tps(),
                    error_ratio(),
                    p99(),
                    achieved(),
                    dropped_count(),
                ],
            ),
        ],
    )
}

fn verdict() -> Panel {
    let given = on_board(&m::LOADTEST_VERDICT).highest(Range);
    names(
        about(
            17,
            "Verdict",
            &m::LOADTEST_VERDICT,
            "Of every run that ended in the range. Exit code and reasons are in the run's summary.",
        ),
        query("{{verdict}}", given.max_by(&["verdict"]).equals(1.0)),
        "none yet",
    )
}

fn distrust() -> Panel {
    let reasons = on_board(&m::LOADTEST_HEALTH_BROKEN).highest(Range);
    stat(
        about(
            18,
            "Reasons for distrust",
            &m::LOADTEST_HEALTH_BROKEN,
            "Healthy: 0. Any other number makes the run invalid; the annotations name the reasons. Known when the run has ended.",
        ),
        Reading::WholeRange,
        query("reasons", reasons.sum()),
        Some(1.0),
    )
}

fn broken() -> Panel {
    let broken = on_board(&m::LOADTEST_THRESHOLD_BROKEN).highest(Range);
    stat(
        about(
            19,
            "Thresholds broken",
            &m::LOADTEST_THRESHOLD_BROKEN,
            "Healthy: 0. Known when the run has ended; limits of times are drawn with the response times before.",
        ),
        Reading::WholeRange,
        query("broken", broken.sum()),
        Some(1.0),
    )
}

fn goodput() -> Panel {
    stat(
        about(
            20,
            "Goodput",
            &m::LOADTEST_GOODPUT,
            "Shown is the mean over the points at which the generator was up. Far below TPS: answers are right and come too late. Empty \
             where the plan says nothing about what is good enough.",
        ),
        Reading::MeanOfPoints,
        query(
            "goodput",
            on_board(&m::LOADTEST_GOODPUT).rate(RateInterval).sum(),
        ),
        None,
    )
}

fn qps() -> Panel {
    let rate = on_board(&m::LOADTEST_REQUESTS).rate(RateInterval).sum();
    stat(
        about(
            11,
            "QPS",
            &m::LOADTEST_REQUESTS,
            "Shown is the mean over the points at which the generator was up, warm-up included; the run's own summary has the \
             steady phase alone.",
        ),
        Reading::MeanOfPoints,
        query("QPS", rate),
        None,
    )
}

fn tps() -> Panel {
    stat(
        about(
            12,
            "TPS",
            &m::LOADTEST_TRANSACTIONS,
            "Shown is the mean of the good ones. Far below QPS is normal where a transaction takes several requests.",
        ),
        Reading::MeanOfPoints,
        query("TPS", good_transactions().rate(RateInterval).sum()),
        None,
    )
}

fn error_ratio() -> Panel {
    let all = on_board(&m::LOADTEST_REQUESTS).increase(Range).sum();
    stat(
        about(
            13,
            "Error ratio",
            &m::LOADTEST_REQUESTS,
            "Shown is the failed share over the whole range. Healthy: 0. Red from 1 %: look at failures by kind.",
        ),
        Reading::WholeRange,
        query(
            "failed",
            failed_requests().increase(Range).sum().share_of(&all),
        ),
        Some(MOST_FAILURES),
    )
}

fn p99() -> Panel {
    stat(
        about(
            14,
            "p99 response time",
            &m::LOADTEST_RESPONSE_TIME,
            "Shown is the whole range, interpolated between bucket bounds (about 1.4 % off); above 10.49 s it reads 10.49 s. \
             The run's own summary has the true number.",
        ),
        Reading::WholeRange,
        query("p99", response_p(0.99, Range)),
        None,
    )
}

fn achieved() -> Panel {
    let due = on_board(&m::LOADTEST_ARRIVALS_DUE).increase(Range).sum();
    let released = on_board(&m::LOADTEST_ARRIVALS_RELEASED)
        .increase(Range)
        .sum();
    stat(
        about(
            15,
            "Achieved ÷ due",
            &m::LOADTEST_ARRIVALS_RELEASED,
            "Healthy: 100 %. Less means that users or target could not take what the plan offers. Empty in a closed model, \
             where nothing is due.",
        ),
        Reading::WholeRange,
        query("achieved", released.share_of(&due)),
        None,
    )
}

fn dropped_count() -> Panel {
    let dropped = on_board(&m::LOADTEST_ARRIVALS_DROPPED).increase(Range);
    stat(
        about(
            16,
            "Dropped arrivals",
            &m::LOADTEST_ARRIVALS_DROPPED,
            "Healthy: 0. Otherwise raise the limit of transactions in flight or offer less.",
        ),
        Reading::WholeRange,
        query("dropped", dropped.sum().rounded()),
        None,
    )
}
