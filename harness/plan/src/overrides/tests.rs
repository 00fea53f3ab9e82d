use super::*;
use crate::parse;
use record::rule::Metric;

const OPEN: &str = r#"
schema = 1
name = "a plan"
[schedule]
arrivals = "constant"
rate = "2k/s"
max_in_flight = 256
[[scenario]]
name = "transfer"
[[threshold]]
rule = "p99 < 20ms"
"#;

fn open() -> Plan {
    parse::plan(OPEN, "plan.toml").unwrap_or_else(|e| panic!("{e}"))
}

fn metrics(plan: &Plan) -> Vec<Metric> {
    let rules = plan.thresholds.iter();
    rules.map(|rule| rule.metric.clone()).collect()
}

#[test]
fn flags_change_the_model_and_what_goes_with_it() {
    let rate = Rate::per_second(500.0);
    let closed = open()
        .with(Overrides {
            connections: Some(7),
            ..Overrides::default()
        })
        .expect("valid");
    assert_eq!(
        (closed.model, closed.users, closed.rate),
        (Model::Closed, 7, None)
    );
    assert_eq!(metrics(&closed), [Metric::ServiceTime]);
    assert_eq!(
        parse::plan(&closed.to_toml(), "again").as_ref(),
        Ok(&closed)
    );
    let again = closed
        .with(Overrides {
            rate,
            connections: Some(9),
            thresholds: vec!["error_ratio < 1%".into()],
            ..Overrides::default()
        })
        .expect("valid");
    assert_eq!(
        (again.model, again.users, again.rate),
        (Model::Open, 9, rate)
    );
    assert_eq!(
        metrics(&again),
        [Metric::ResponseTime, Metric::ErrorRatio],
        "the same rule means response time again"
    );
    let usual = open()
        .with(Overrides {
            rate,
            ..Overrides::default()
        })
        .expect("valid");
    assert_eq!((usual.users, usual.arrivals), (100, Arrivals::Constant));
}

#[test]
fn flags_that_make_no_plan_are_refused_by_name() {
    let says = |overrides: Overrides| {
        let refused = open().with(overrides.clone());
        refused
            .map(|_| overrides)
            .expect_err("must be refused")
            .to_string()
    };
    let given = Overrides::default;
    let rate = Rate::per_second(5.0);
    for (overrides, part) in [
        (
            Overrides {
                duration: Some(Duration::ZERO),
                ..given()
            },
            "--duration: 0ns",
        ),
        (
            Overrides {
                users: Some(0),
                ..given()
            },
            "--users: 0",
        ),
        (
            Overrides {
                rate,
                connections: Some(0),
                ..given()
            },
            "--connections: 0",
        ),
        (
            Overrides {
                rate,
                users: Some(1),
                ..given()
            },
            "--users: does not go with --rate",
        ),
        (
            Overrides {
                users: Some(1),
                connections: Some(1),
                ..given()
            },
            "--connections: does not go with --users",
        ),
        (
            Overrides {
                thresholds: vec!["p99 < 5".into()],
                ..given()
            },
            "threshold \"p99 < 5\"",
        ),
    ] {
        let error = says(overrides);
        assert!(error.starts_with(part), "{error:?} lacks {part:?}");
    }
}

#[test]
fn a_threshold_on_response_time_is_never_dropped_silently() {
    let explicit = open().with(Overrides {
        thresholds: vec!["response_time: p99 < 20ms".into()],
        ..Overrides::default()
    });
    let closed = explicit.expect("valid").with(Overrides {
        users: Some(5),
        ..Overrides::default()
    });
    let error = closed.expect_err("refused").to_string();
    assert!(
        error.contains("response_time: p99") && error.contains("use service_time"),
        "{error}"
    );
}
