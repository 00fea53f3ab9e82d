//! Prometheus rules and the promtool tests that show each alert silent, pending and firing.

use std::fmt::Write as _;

use record::catalog as m;

use crate::expr::{Expr, Window, in_rule};

mod runs;
mod targets;

/// The failed share from which a run is in trouble; the same bound colours the boards.
pub const MOST_FAILURES: f64 = 0.01;

/// Withdrawals on one chain that may wait before somebody is told.
pub const MOST_PENDING: f64 = 100.0;
/// The p99 of a sync of the journal, in seconds, from which the disk is too slow.
pub const SLOW_SYNC: f64 = 0.1;

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

/// 1 for each run whose phase matches.
fn in_phase(phases: &str) -> Expr {
    let phase = in_rule(&m::LOADTEST_PHASE).like("phase", phases);
    phase.value().max_by(BY_RUN).equals(1.0)
}

/// What is asked for so often that it is kept: level, metric, and what was done to it.
fn recorded() -> [(&'static str, Expr); 4] {
    let minute = Window::Fixed("1m");
    let step = in_rule(&m::LOADTEST_RESPONSE_TIME).quantile(0.99, minute, &["step"]);
    let route = in_rule(&m::HTTP_DURATION).quantile(0.99, minute, &["route"]);
    let cores = in_rule(&m::PROCESS_CPU).rate(minute).sum_by(&["job"]);
    [
        ("run:loadtest_requests:rate1m", requests("1m")),
        ("step:loadtest_response_time_seconds:p99_1m", step),
        ("route:http_request_duration_seconds:p99_1m", route),
        ("job:process_cpu_cores:rate1m", cores),
    ]
}

fn alerts() -> impl Iterator<Item = Alert> {
    runs::alerts().into_iter().chain(targets::alerts())
}

/// Name, severity, time that it holds, and summary of every alert.
pub fn told() -> Vec<[&'static str; 4]> {
    let told = alerts().map(|alert| [alert.name, alert.severity, alert.hold, alert.summary]);
    told.collect()
}

/// `loadtest.rules.yml`. PromQL of ours holds double quotes only, so single-quoted scalars need no escapes.
pub fn file() -> String {
    let mut text = "groups:\n- name: loadtest\n  rules:\n".to_owned();
    for (name, expr) in recorded() {
        let written = write!(text, "  - record: {name}\n    expr: '{expr}'\n");
        written.expect("a String takes what is written to it");
    }
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

/// `loadtest.rules.test.yml`, for `promtool test rules`: each alert silent, pending and firing.
pub fn test_file() -> String {
    include_str!("rules/loadtest.rules.test.yml").to_owned()
}
