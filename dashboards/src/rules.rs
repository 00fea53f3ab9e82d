//! Prometheus rules and the promtool tests that show each alert silent, pending and firing.

use std::fmt::Write as _;

use record::catalog as m;

use crate::expr::{Expr, Window, in_rule};

/// The failed share from which a run is in trouble; the same bound colours the boards.
pub const MOST_FAILURES: f64 = 0.01;

struct Alert {
    name: &'static str,
    expr: Expr,
    hold: &'static str,
    severity: &'static str,
    summary: &'static str,
}

const BY_RUN: &[&str] = &["run_id"];

fn requests(window: &'static str) -> Expr {
    let all = in_rule(&m::LOADTEST_REQUESTS);
    all.rate(Window::Fixed(window)).sum_by(BY_RUN)
}

fn alerts() -> [Alert; 3] {
    [no_progress(), failures(), drops()]
}

fn no_progress() -> Alert {
    let steady = in_rule(&m::LOADTEST_PHASE).with("phase", "steady");
    let steady = steady.value().max_by(BY_RUN).equals(1.0);
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

/// `loadtest.rules.yml`. PromQL of ours holds double quotes only, so single-quoted scalars need no escapes.
pub fn file() -> String {
    let rate = requests("1m");
    let mut text = format!(
        "groups:
- name: loadtest
  rules:
  - record: run:loadtest_requests:rate1m
    expr: '{rate}'
"
    );
    for alert in alerts() {
        let Alert {
            name,
            expr,
            hold,
            severity,
            summary,
        } = alert;
        let written = write!(
            text,
            "  - alert: {name}
    expr: '{expr}'
    for: {hold}
    labels: {{severity: {severity}}}
    annotations: {{summary: \"{summary}\"}}
"
        );
        written.expect("a String takes what is written to it");
    }
    text
}

/// `loadtest.rules.test.yml`, for `promtool test rules`: one stuck run, one that fails, one that drops, one in health.
pub fn test_file() -> String {
    include_str!("rules/loadtest.rules.test.yml").to_owned()
}
