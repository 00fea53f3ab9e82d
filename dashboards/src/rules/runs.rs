//! Alerts about runs: what the generator says of itself and of its target.

use record::catalog as m;

use super::{Alert, BY_RUN, MOST_FAILURES, in_phase, requests};
use crate::expr::{Expr, Window, in_rule};

/// The pacing delay, in seconds, that is held against no generator: a scheduler slice of a machine with few processors.
const LATE: f64 = 0.001;
/// Beyond this part of the response time the generator's lateness is no longer lost in it.
const LATE_SHARE: f64 = 0.1;
/// What is known at the end of a run is exposed for a few seconds only; for so long it stays an alert.
const REMEMBERED: Window = Window::Fixed("30s");

pub fn alerts() -> [Alert; 8] {
    [
        no_progress(),
        failures(),
        drops(),
        late(),
        over_threshold(),
        broken(),
        invalid(),
        down(),
    ]
}

fn no_progress() -> Alert {
    let steady = in_phase("steady");
    Alert {
        name: "LoadtestNoProgress",
        expr: requests("30s").equals(0.0).where_also(BY_RUN, &steady),
        hold: "15s",
        severity: "page",
        summary: "run {{ $labels.run_id }} is steady and finishes no requests",
    }
}

fn failures() -> Alert {
    let failed = in_rule(&m::LOADTEST_REQUESTS).with("outcome", "failed");
    let failed = failed.rate(Window::Fixed("1m")).sum_by(BY_RUN);
    Alert {
        name: "LoadtestFailures",
        expr: failed.share_of(&requests("1m")).above(MOST_FAILURES),
        hold: "30s",
        severity: "page",
        summary: "run {{ $labels.run_id }} fails {{ $value | humanizePercentage }} of its requests",
    }
}

fn drops() -> Alert {
    let dropped = in_rule(&m::LOADTEST_ARRIVALS_DROPPED).increase(Window::Fixed("1m"));
    Alert {
        name: "LoadtestDropsArrivals",
        expr: dropped.sum_by(BY_RUN).above(0.0),
        hold: "0s",
        severity: "ticket",
        summary: "run {{ $labels.run_id }} dropped arrivals: the offered load is not the plan's",
    }
}

fn p99(family: &'static m::Family) -> Expr {
    in_rule(family).quantile(0.99, Window::Fixed("30s"), BY_RUN)
}

fn late() -> Alert {
    let pacing = p99(&m::LOADTEST_PACING_DELAY);
    let response = p99(&m::LOADTEST_RESPONSE_TIME);
    let noticeable = pacing
        .clone()
        .above_each(BY_RUN, &response.times(LATE_SHARE));
    Alert {
        name: "LoadtestGeneratorLate",
        expr: pacing.above(LATE).where_also(BY_RUN, &noticeable),
        hold: "10s",
        severity: "ticket",
        summary: "the generator of run {{ $labels.run_id }} is late by {{ $value | humanizeDuration }} at the p99: it measures itself",
    }
}

fn over_threshold() -> Alert {
    let limit = in_rule(&m::LOADTEST_THRESHOLD)
        .with("metric", "response_time")
        .with("term", "p99")
        .with("step", "all");
    Alert {
        name: "LoadtestP99OverThreshold",
        expr: p99(&m::LOADTEST_RESPONSE_TIME)
            .above_each(BY_RUN, &limit.value().max_by(BY_RUN))
            .where_also(BY_RUN, &in_phase("steady")),
        hold: "10s",
        severity: "page",
        summary: "run {{ $labels.run_id }} has a p99 of {{ $value | humanizeDuration }}, over the limit of its plan",
    }
}

fn broken() -> Alert {
    let broken = in_rule(&m::LOADTEST_THRESHOLD_BROKEN).highest(REMEMBERED);
    Alert {
        name: "LoadtestThresholdBroken",
        expr: broken.max_by(&["run_id", "rule"]).equals(1.0),
        hold: "0s",
        severity: "ticket",
        summary: "run {{ $labels.run_id }} broke {{ $labels.rule }}",
    }
}

fn invalid() -> Alert {
    let reasons = in_rule(&m::LOADTEST_HEALTH_BROKEN).highest(REMEMBERED);
    Alert {
        name: "LoadtestInvalid",
        expr: reasons.max_by(&["run_id", "reason"]).equals(1.0),
        hold: "0s",
        severity: "ticket",
        summary: "the numbers of run {{ $labels.run_id }} are not to be trusted: {{ $labels.reason }}",
    }
}

/// Between runs a target of theirs is down, and that is no alert.
fn down() -> Alert {
    Alert {
        name: "TargetDown",
        expr: Expr::scrapes_failing("target").where_also(BY_RUN, &in_phase("warmup|steady")),
        hold: "5s",
        severity: "page",
        summary: "{{ $labels.instance }} answers no scrape while run {{ $labels.run_id }} is on",
    }
}
