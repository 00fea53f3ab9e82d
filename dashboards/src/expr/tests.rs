use super::*;
use record::catalog as m;
use record::catalog::{Owner, Unit};

fn check(expr: &Expr, unit: &str, text: &str) {
    assert_eq!(
        (expr.to_string().as_str(), expr.dimension().unit()),
        (text, unit)
    );
}

#[test]
fn a_rate_of_requests() {
    let qps = on_board(&m::LOADTEST_REQUESTS)
        .rate(Window::RateInterval)
        .sum();
    check(
        &qps,
        "reqps",
        r#"sum(rate(loadtest_requests_total{job=~"$job",instance=~"$instance",run_id=~"$run_id"}[$__rate_interval]))"#,
    );
}

#[test]
fn a_rule_has_no_variables() {
    let all = in_rule(&m::LOADTEST_REQUESTS)
        .rate(Window::Fixed("1m"))
        .sum_by(&["run_id"]);
    check(
        &all,
        "reqps",
        "sum by (run_id) (rate(loadtest_requests_total[1m]))",
    );
}

#[test]
fn a_quantile_keeps_le() {
    let p99 = in_rule(&m::HTTP_DURATION).quantile(0.99, Window::Fixed("1m"), &["route"]);
    check(
        &p99,
        "s",
        "histogram_quantile(0.99, sum by (le, route) (rate(http_request_duration_seconds_bucket[1m])))",
    );
}

#[test]
fn units_follow_the_arithmetic() {
    let rate = |family| in_rule(family).rate(Window::Fixed("1m")).sum();
    let requests = rate(&m::HTTP_REQUESTS);
    let unit = |expr: Expr| expr.dimension().unit();
    assert_eq!(unit(rate(&m::RUNTIME_ALLOCATED_BYTES)), "Bps");
    assert_eq!(
        unit(rate(&m::RUNTIME_ALLOCATED_BYTES).per(&requests)),
        "bytes"
    );
    assert_eq!(unit(rate(&m::RUNTIME_ALLOCATIONS).per(&requests)), "short");
    assert_eq!(unit(rate(&m::PROCESS_CPU)), "none");
    assert_eq!(unit(rate(&m::PROCESS_CPU).per(&requests)), "s");
    assert_eq!(
        unit(rate(&m::HTTP_REQUESTS).share_of(&requests)),
        "percentunit"
    );
}

#[test]
fn nothing_is_divided_by_hardly_any_events() {
    let rate = |family| in_rule(family).rate(Window::Fixed("1m")).sum();
    check(
        &rate(&m::RUNTIME_ALLOCATIONS).per(&rate(&m::HTTP_REQUESTS)),
        "short",
        "sum(rate(runtime_allocations_total[1m])) / (sum(rate(http_requests_total[1m])) > 1)",
    );
}

#[test]
fn a_binary_operand_is_bracketed() {
    let all = in_rule(&m::HTTP_IN_FLIGHT).value().sum();
    let zero = in_rule(&m::HTTP_IN_FLIGHT)
        .with("job", "x")
        .value()
        .sum()
        .or_zero_of(&all);
    check(
        &zero.share_of(&all),
        "percentunit",
        r#"(sum(http_requests_in_flight{job="x"}) or 0 * sum(http_requests_in_flight)) / sum(http_requests_in_flight)"#,
    );
}

#[test]
fn comparisons_and_joins() {
    let stuck = in_rule(&m::LOADTEST_USERS)
        .value()
        .sum_by(&["run_id"])
        .equals(0.0);
    let steady = in_rule(&m::LOADTEST_PHASE)
        .with("phase", "steady")
        .value()
        .max_by(&["run_id"]);
    check(
        &stuck.where_also(&["run_id"], &steady.equals(1.0)),
        "short",
        r#"(sum by (run_id) (loadtest_users) == 0) and on (run_id) (max by (run_id) (loadtest_phase{phase="steady"}) == 1)"#,
    );
}

static STRANGER: Family = Family {
    name: "loadtest_surprises_total",
    kind: Kind::Counter,
    unit: Unit::Count,
    help: "Nobody exposes this.",
    labels: &[],
    owner: Owner::Generator,
};

#[test]
#[should_panic(expected = "loadtest_surprises_total is not in the catalog")]
fn an_unknown_family() {
    on_board(&STRANGER);
}

#[test]
#[should_panic(expected = "has no label color")]
fn an_unknown_matcher() {
    let _ = on_board(&m::LOADTEST_REQUESTS).with("color", "red");
}

#[test]
#[should_panic(expected = "outcome is never \"fail\"")]
fn a_value_outside_a_closed_list() {
    let _ = on_board(&m::LOADTEST_REQUESTS).with("outcome", "fail");
}

#[test]
#[should_panic(expected = "has no label step")]
fn an_unknown_grouping_label() {
    on_board(&m::LOADTEST_TRANSACTIONS)
        .rate(Window::RateInterval)
        .sum_by(&["step"]);
}

#[test]
#[should_panic(expected = "rate of loadtest_users, which is a Gauge")]
fn a_rate_over_a_gauge() {
    let _ = on_board(&m::LOADTEST_USERS).rate(Window::RateInterval);
}

#[test]
#[should_panic(expected = "a plain value of loadtest_requests_total, which is a Counter")]
fn a_plain_counter() {
    let _ = on_board(&m::LOADTEST_REQUESTS).value();
}

#[test]
#[should_panic(expected = "which is no histogram")]
fn a_quantile_of_a_counter() {
    on_board(&m::LOADTEST_REQUESTS).quantile(0.5, Window::RateInterval, &[]);
}

#[test]
#[should_panic(expected = "is no share of")]
fn a_share_of_something_else() {
    let bytes = in_rule(&m::PROCESS_MEMORY).value().sum();
    in_rule(&m::PROCESS_THREADS).value().sum().share_of(&bytes);
}
