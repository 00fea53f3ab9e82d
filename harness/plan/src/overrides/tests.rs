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
    assert_eq!((usual.users, usual.spacing), (100, Spacing::Constant));
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

fn with(overrides: Overrides) -> Plan {
    open().with(overrides).unwrap_or_else(|e| panic!("{e}"))
}

fn refused(overrides: Overrides) -> String {
    open()
        .with(overrides)
        .expect_err("must be refused")
        .to_string()
}

#[test]
fn stages_are_users_or_arrivals() {
    let stages = Some("10s:100,5s:100,0s:50".to_owned());
    let arrivals = with(Overrides {
        stages: stages.clone(),
        ..Overrides::default()
    });
    assert_eq!(
        (arrivals.model, arrivals.rate, arrivals.users),
        (Model::Open, None, 64)
    );
    assert_eq!(arrivals.duration, Duration::from_secs(15));
    assert_eq!(
        arrivals.expected_arrivals(record::phase::Phase::Steady),
        1_000
    );
    let from = with(Overrides {
        stages: stages.clone(),
        rate: Rate::per_second(100.0),
        connections: Some(9),
        ..Overrides::default()
    });
    assert_eq!(from.users, 9, "slots, as with any rate");
    assert_eq!(from.expected_arrivals(record::phase::Phase::Steady), 1_500);
    let users = with(Overrides {
        test_plan: Some("30,2s;30,5s;0,1s".to_owned()),
        users: Some(10),
        ..Overrides::default()
    });
    assert_eq!((users.model, users.users), (Model::Closed, 30));
    assert_eq!(users.users_at(Duration::from_secs(1)), 20);
    for plan in [arrivals, from, users] {
        assert_eq!(parse::plan(&plan.to_toml(), "again"), Ok(plan));
    }
}

#[test]
fn a_rate_or_users_replace_a_shape() {
    let shaped = with(Overrides {
        stages: Some("10s:100".to_owned()),
        ..Overrides::default()
    });
    let rated = shaped.clone().with(Overrides {
        rate: Rate::per_second(5.0),
        ..Overrides::default()
    });
    assert_eq!(
        rated.map(|plan| (plan.shape, plan.duration)),
        Ok((None, Duration::from_secs(10)))
    );
    let longer = shaped.with(Overrides {
        duration: Some(Duration::from_secs(1)),
        ..Overrides::default()
    });
    assert!(
        longer
            .expect_err("refused")
            .to_string()
            .starts_with("--duration: does not go with a shape")
    );
}

#[test]
fn flags_of_shapes_name_themselves() {
    let text = |text: &str| Some(text.to_owned());
    let given = Overrides::default;
    for (overrides, part) in [
        (
            Overrides {
                stages: text("10s:x"),
                ..given()
            },
            "--stage: piece \"10s:x\"",
        ),
        (
            Overrides {
                stages: text("10s:0"),
                ..given()
            },
            "--stage: never comes above 0",
        ),
        (
            Overrides {
                stages: text("1ms:5"),
                ..given()
            },
            "--stage: 1ms",
        ),
        (
            Overrides {
                test_plan: text("0,5s"),
                ..given()
            },
            "--test-plan: never comes above 0",
        ),
        (
            Overrides {
                test_plan: text("5"),
                ..given()
            },
            "--test-plan: piece \"5\"",
        ),
        (
            Overrides {
                test_plan: text("5,1s"),
                stages: text("1s:5"),
                ..given()
            },
            "--test-plan: does not go with --stage",
        ),
        (
            Overrides {
                stages: text("1s:5"),
                users: Some(3),
                connections: Some(3),
                ..given()
            },
            "--connections: does not go",
        ),
    ] {
        let error = refused(overrides);
        assert!(error.starts_with(part), "{error:?} lacks {part:?}");
    }
}

#[test]
fn flags_of_phases_variables_and_targets_name_themselves() {
    let text = |text: &str| Some(text.to_owned());
    let given = Overrides::default;
    for (overrides, part) in [
        (
            Overrides {
                until: text("p99"),
                ..given()
            },
            "--until: \"p99\"",
        ),
        (
            Overrides {
                budget: Some(Duration::from_secs(1)),
                ..given()
            },
            "--budget: is spent",
        ),
        (
            Overrides {
                until: text("p99±5%"),
                budget: Some(Duration::from_secs(1)),
                ..given()
            },
            "--budget: 1s is not between 20s",
        ),
        (
            Overrides {
                vars: vec![("user".into(), "x".into())],
                ..given()
            },
            "--env: \"user\" has a meaning",
        ),
        (
            Overrides {
                command: text("serve"),
                ..given()
            },
            "--target-cmd: \"serve\" has no {port}",
        ),
        (
            Overrides {
                command: text("s {port}"),
                target: text("http://x/"),
                ..given()
            },
            "--target-cmd: does not go with --target",
        ),
    ] {
        let error = refused(overrides);
        assert!(error.starts_with(part), "{error:?} lacks {part:?}");
    }
}

#[test]
fn warm_up_and_budget_keep_what_the_plan_bounds() {
    let plan = with(Overrides {
        warmup: Some(Warmup::parse("auto").expect("valid")),
        until: Some("p99±5%".to_owned()),
        ..Overrides::default()
    });
    assert!(plan.warmup.is_auto());
    assert_eq!(plan.until.map(|until| until.budget), Some(USUAL_BUDGET));
    let bounded = Plan {
        warmup: Warmup::Auto {
            most: Duration::from_secs(7),
        },
        ..plan
    };
    let again = bounded.with(Overrides {
        warmup: Some(Warmup::parse("auto").expect("valid")),
        duration: Some(USUAL_BUDGET * 2),
        ..Overrides::default()
    });
    let again = again.expect("valid");
    assert_eq!(again.warmup_most(), Duration::from_secs(7));
    assert_eq!(
        again.steady_most(),
        USUAL_BUDGET * 2,
        "a budget is never less than the phase"
    );
}

#[test]
fn a_partly_open_plan_stays_one_and_keeps_its_think_time() {
    let text = OPEN.replace(
        "name = \"a plan\"",
        "name = \"a plan\"\nmodel = \"partly-open\"",
    );
    let text = text.replace("max_in_flight", "think = \"1s\"\nmax_in_flight");
    let plan = parse::plan(&text, "p").expect("valid").with(Overrides {
        rate: Rate::per_second(9.0),
        ..Overrides::default()
    });
    let plan = plan.expect("valid");
    assert_eq!(
        (plan.model, plan.think),
        (Model::PartlyOpen, Duration::from_secs(1))
    );
    assert_eq!(metrics(&plan), [Metric::ResponseTime]);
}

#[test]
fn an_abort_outlives_a_change_of_the_model() {
    let text = OPEN.replace(
        "rule = \"p99 < 20ms\"",
        "rule = \"p99 < 20ms over 10s\"\nabort = true",
    );
    let plan = parse::plan(&text, "p").expect("valid").with(Overrides {
        users: Some(2),
        ..Overrides::default()
    });
    let rule = &plan.expect("valid").thresholds[0];
    assert_eq!(
        (rule.abort, rule.over),
        (Some(Duration::ZERO), Some(Duration::from_secs(10)))
    );
}

#[test]
fn a_target_may_come_later_than_the_plan() {
    let bare = || parse::plan("schema = 1\nname = \"x\"\n", "p").expect("valid so far");
    let error = bare()
        .with(Overrides::default())
        .expect_err("nothing to do");
    assert!(
        error.to_string().starts_with("scenario: a plan needs one"),
        "{error}"
    );
    let aimed = bare().with(Overrides {
        target: Some("http://127.0.0.1:1/".into()),
        ..Overrides::default()
    });
    assert_eq!(aimed.expect("valid").scenarios[0].name, parse::HTTP);
}

#[test]
fn a_stretch_longer_than_the_steady_phase_would_never_be_judged() {
    let lasting = |seconds| {
        open().with(Overrides {
            duration: Some(Duration::from_secs(seconds)),
            thresholds: vec!["p99 < 20ms over 10s".into()],
            ..Overrides::default()
        })
    };
    assert!(lasting(10).is_ok());
    let error = lasting(9).expect_err("too short").to_string();
    assert!(
        error.contains("over 10s") && error.contains("shorter"),
        "{error}"
    );
}

#[test]
fn a_target_that_is_started_says_when_it_is_ready_and_one_that_is_found_does_not() {
    let started = Overrides {
        command: Some("serve {port}".into()),
        ready: Some("/healthz".into()),
        start_within: Some(Duration::from_secs(3)),
        ..Overrides::default()
    };
    let target = open().with(started.clone()).expect("valid").target;
    assert_eq!(target.ready.as_deref(), Some("/healthz"));
    assert_eq!(target.start_within(), Duration::from_secs(3));
    let refused = |overrides| open().with(overrides).expect_err("refused").to_string();
    let found = Overrides {
        command: None,
        ..started.clone()
    };
    assert!(refused(found).starts_with("--target-ready: is about"));
    let unsaid = Overrides {
        command: Some("serve".into()),
        ..started.clone()
    };
    assert!(refused(unsaid).contains("has no {port}"));
    let hasty = Overrides {
        start_within: Some(Duration::ZERO),
        ..started
    };
    assert!(refused(hasty).starts_with("--start-within: "));
}
