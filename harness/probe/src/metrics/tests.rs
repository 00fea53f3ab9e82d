use std::time::Duration;

use expect_test::expect;
use record::catalog;
use record::grid::Grid;

use super::*;

/// The lines of one family without its comments.
fn lines(text: &str, name: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| line.starts_with(name));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_counter_and_a_gauge_are_exposed_with_help_and_type() {
    let registry = Registry::new();
    registry
        .counter(&catalog::LOADTEST_TRANSACTIONS, &["mix \"a\"", "ok"])
        .add(3);
    let users = registry.gauge(&catalog::LOADTEST_USERS, &[]);
    users.set(4.0);
    users.inc();
    users.dec();
    expect![[r#"
        # HELP loadtest_transactions_total Transactions finished, by scenario and outcome: the rate of the good ones is TPS.
        # TYPE loadtest_transactions_total counter
        loadtest_transactions_total{scenario="mix \"a\"",outcome="ok"} 3
        # HELP loadtest_users Users that are running.
        # TYPE loadtest_users gauge
        loadtest_users 4
    "#]]
    .assert_eq(&registry.render());
}

#[test]
fn events_and_fractions_of_a_counter_add_up() {
    let registry = Registry::new();
    let cpu = registry.counter(&catalog::LOADTEST_TARGET_CPU, &[]);
    cpu.inc();
    cpu.add_f64(0.25);
    cpu.add_f64(-3.0);
    cpu.add_f64(f64::NAN);
    assert!((cpu.get() - 1.25).abs() < 1e-12);
    let other = registry.counter(&catalog::PROCESS_CPU, &[]);
    other.raise_to(2.5);
    other.raise_to(1.5);
    assert!((other.get() - 2.5).abs() < 1e-12);
}

#[test]
fn closed_combinations_start_at_zero() {
    let registry = Registry::new();
    registry.precreate(&catalog::TOKEN_OPERATION);
    registry.precreate(&catalog::LOADTEST_ARRIVALS_DUE);
    let text = registry.render();
    let expected =
        catalog::CHAINS.len() * catalog::LEDGER_OPERATIONS.len() * catalog::LEDGER_STATUSES.len();
    assert_eq!(lines(&text, "token_operation_total").len(), expected);
    assert_eq!(
        lines(&text, "loadtest_arrivals_due_total"),
        ["loadtest_arrivals_due_total 0"]
    );
}

#[test]
fn values_beyond_the_bound_are_other() {
    let registry = Registry::new();
    for step in 0..70 {
        let step = format!("step{step}");
        registry
            .counter(&catalog::LOADTEST_FAILURES, &[&step, "timeout"])
            .inc();
    }
    registry
        .counter(&catalog::LOADTEST_FAILURES, &["step3", "reset"])
        .inc();
    let text = registry.render();
    assert_eq!(lines(&text, "loadtest_failures_total").len(), 64 + 1 + 1);
    assert!(
        text.contains(r#"{step="other",kind="timeout"} 6"#),
        "{text}"
    );
    assert!(text.contains(r#"{step="step3",kind="reset"} 1"#), "{text}");
}

#[test]
fn observations_and_bulk_give_the_same_histogram() {
    let single = Registry::new();
    let bulk = Registry::new();
    let times = [5_000, 10_000, 10_001, 3_500_000, 20_000_000_000_u64];
    let histogram = single.histogram(&catalog::LOADTEST_SEND_DELAY, &[]);
    let mut counts = vec![0; Grid::Coarse.bounds_ns().len() + 1];
    for nanos in times {
        histogram.observe(Duration::from_nanos(nanos));
        counts[Grid::Coarse.bucket(nanos)] += 1;
    }
    let sum: u64 = times.iter().sum();
    bulk.distribution(&catalog::LOADTEST_SEND_DELAY, &[])
        .add(&counts, u128::from(sum));
    assert_eq!(single.render(), bulk.render());
    let text = bulk.render();
    for line in [
        r#"_bucket{le="0.00001"} 2"#,
        r#"_bucket{le="0.000014142"} 3"#,
        r#"_bucket{le="10.48576"} 4"#,
        r#"_bucket{le="+Inf"} 5"#,
        "_sum 20.003525001",
        "_count 5",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
}

#[test]
fn what_is_read_at_scrape_time_is_fresh() {
    let registry = Registry::new();
    let users = registry.gauge(&catalog::LOADTEST_USERS, &[]);
    registry.on_scrape(move || users.inc());
    assert!(registry.render().contains("loadtest_users 1"));
    assert!(registry.render().contains("loadtest_users 2"));
}

/// A registry with a series of every family.
fn complete() -> Registry {
    let registry = Registry::new();
    for family in catalog::CATALOG {
        let values: Vec<_> = family.labels.iter().map(any_value).collect();
        match family.kind {
            Kind::Counter => registry.counter(family, &values).inc(),
            Kind::Gauge => registry.gauge(family, &values).inc(),
            Kind::Histogram(_) => registry
                .histogram(family, &values)
                .observe(Duration::from_millis(1)),
        }
    }
    registry
}

#[test]
fn every_family_of_the_catalog_can_be_registered() {
    let text = complete().render();
    for family in catalog::CATALOG {
        let help = format!("# HELP {} {}", family.name, family.help);
        assert!(text.contains(&help), "{help}");
    }
}

/// Prometheus' own linter, where it is installed.
#[test]
#[expect(clippy::print_stderr, reason = "says that the check could not run")]
fn promtool_finds_nothing() {
    use std::io::Write;
    use std::process::{Command, Stdio};

    let mut promtool = Command::new("promtool");
    promtool.args(["check", "metrics"]).stdin(Stdio::piped());
    promtool.stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut running) = promtool.spawn() else {
        eprintln!("skipped: promtool is not installed");
        return;
    };
    let text = complete().render();
    let mut input = running.stdin.take().expect("a pipe");
    input.write_all(text.as_bytes()).expect("promtool reads");
    drop(input);
    let output = running.wait_with_output().expect("promtool ends");
    let findings = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{findings}");
}

fn any_value(label: &catalog::Label) -> &'static str {
    match label.values {
        catalog::Values::Closed(values) => values[0],
        catalog::Values::Bounded(_) => "x",
    }
}

#[test]
#[should_panic(expected = "loadtest_users is a gauge, not a counter")]
fn the_wrong_kind_is_an_error_of_the_program() {
    Registry::new().counter(&catalog::LOADTEST_USERS, &[]);
}

#[test]
#[should_panic(expected = "outcome has no value")]
fn a_value_off_a_closed_list_is_an_error_of_the_program() {
    Registry::new().counter(&catalog::LOADTEST_TRANSACTIONS, &["a", "maybe"]);
}
