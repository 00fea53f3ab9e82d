#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::parse;
use record::quantity::Rate;
use record::rule::Metric;

fn plan(model: &str, schedule: &str) -> Plan {
    let text = format!(
        "schema = 1\nname = \"p\"\nmodel = \"{model}\"\n[schedule]\n{schedule}\n[[scenario]]\nname = \"transfer\"\n[[threshold]]\nrule = \"p99 < 20ms\"\n"
    );
    parse::plan(&text, "p").unwrap()
}

fn open() -> Plan {
    plan("open", "rate = 500\nmax_in_flight = 70")
}

fn closed() -> Plan {
    plan("closed", "users = 5\nthink = \"1s\"")
}

fn asked(model: Model) -> Overrides {
    Overrides {
        model: Some(model),
        ..Overrides::default()
    }
}

#[test]
fn a_model_that_is_asked_for_is_had_with_what_it_needs() {
    let rate = Rate::per_second(9.0);
    let visits = open().with(asked(Model::PartlyOpen)).unwrap();
    assert_eq!(
        (visits.model, visits.users, visits.rate),
        (Model::PartlyOpen, 70, Rate::per_second(500.0))
    );
    assert_eq!(visits.with(asked(Model::Open)).unwrap(), open());
    let users = open()
        .with(Overrides {
            connections: Some(3),
            ..asked(Model::Closed)
        })
        .unwrap();
    assert_eq!((users.model, users.users), (Model::Closed, 3));
    assert_eq!(users.thresholds[0].metric, Metric::ServiceTime);
    let arrivals = closed().with(Overrides {
        rate,
        ..asked(Model::PartlyOpen)
    });
    assert_eq!(arrivals.unwrap().model, Model::PartlyOpen);
    assert_eq!(closed().with(asked(Model::Closed)).unwrap(), closed());
}

#[test]
fn connections_bound_what_is_in_flight_where_the_model_has_a_schedule() {
    let bounded = open().with(Overrides {
        connections: Some(9),
        ..asked(Model::Open)
    });
    let bounded = bounded.unwrap();
    assert_eq!((bounded.model, bounded.users), (Model::Open, 9));
    assert_eq!(bounded.rate, Rate::per_second(500.0));
}

#[test]
fn stages_are_of_what_the_model_has() {
    let staged = |model| {
        let stages = Some("2s:20,1s:20".to_owned());
        let overrides = Overrides {
            stages,
            ..asked(model)
        };
        [open(), closed()].map(|plan| plan.with(overrides.clone()).unwrap())
    };
    for plan in staged(Model::Closed) {
        assert_eq!((plan.model, plan.users), (Model::Closed, 20));
    }
    for plan in staged(Model::Open) {
        assert_eq!((plan.model, plan.users), (Model::Open, 64));
    }
}

#[test]
fn the_spacing_that_is_asked_for_is_had() {
    let overrides = Overrides {
        arrivals: Some(Spacing::Constant),
        ..Overrides::default()
    };
    let constant = open().with(overrides.clone()).unwrap();
    assert_eq!(constant.spacing, Spacing::Constant);
    let rated = closed().with(Overrides {
        rate: Rate::per_second(9.0),
        ..overrides
    });
    assert_eq!(rated.unwrap().spacing, Spacing::Constant);
}

#[test]
fn what_contradicts_a_model_or_lacks_is_said_with_a_way_out() {
    let given = Overrides::default;
    let rate = Rate::per_second(5.0);
    let arrivals = |spacing| Overrides {
        arrivals: Some(spacing),
        ..given()
    };
    let replay = || plan("open", "arrivals = \"replay\"\nfile = \"a.txt\"");
    let users = |model| Overrides {
        users: Some(4),
        ..asked(model)
    };
    let paced = Overrides {
        rate,
        ..asked(Model::Closed)
    };
    for (plan, overrides, start, hint) in [
        (
            open(),
            paced,
            "--model: closed does not go with --rate",
            "give --users N",
        ),
        (
            open(),
            asked(Model::Closed),
            "--model: closed needs users",
            "give --users N",
        ),
        (
            open(),
            users(Model::Open),
            "--model: open does not go with --users",
            "--connections N",
        ),
        (
            closed(),
            asked(Model::Open),
            "--model: open needs arrivals",
            "give --rate N",
        ),
        (
            closed(),
            users(Model::PartlyOpen),
            "--model: partly-open does",
            "give --rate",
        ),
        (
            closed(),
            arrivals(Spacing::Constant),
            "--arrivals: constant is about",
            "--rate N",
        ),
        (
            replay(),
            arrivals(Spacing::Poisson),
            "--arrivals: poisson does not go",
            "--rate N",
        ),
        (
            open(),
            arrivals(Spacing::Replay),
            "--arrivals: replay needs a file",
            "file = ",
        ),
    ] {
        let error = plan.with(overrides).expect_err(start).to_string();
        assert!(error.starts_with(start) && error.contains(hint), "{error}");
    }
}
