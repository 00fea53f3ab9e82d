#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::{Overrides, Spacing, parse};
use proptest::prelude::*;
use record::phase::Phase;
use record::quantity::Rate;

fn plan(model: &str, phases: &str, schedule: &str) -> Plan {
    parse::plan(&text(model, phases, schedule), "p").unwrap()
}

fn text(model: &str, phases: &str, schedule: &str) -> String {
    format!(
        "schema = 1\nname = \"p\"\nseed = 7\nmodel = \"{model}\"\nphases = {{ {phases} }}\n[schedule]\n{schedule}\n[[scenario]]\nname = \"transfer\"\n"
    )
}

fn with(plan: Plan, overrides: Overrides) -> Plan {
    plan.with(overrides).unwrap()
}

#[test]
fn so_many_constant_arrivals_take_so_many_gaps() {
    let plan = plan(
        "open",
        "iterations = 1000",
        "arrivals = \"constant\"\nrate = 400",
    );
    assert_eq!(plan.duration, Duration::from_millis(2500));
    assert_eq!(plan.steady_arrivals().count(), 1000);
    assert!(plan.words().contains("for 2.5 s"), "{}", plan.words());
    assert!(
        plan.words().contains("= 1 000 arrivals"),
        "{}",
        plan.words()
    );
}

#[test]
fn a_bound_in_time_comes_first_if_it_is_reached_first() {
    let schedule = "arrivals = \"constant\"\nrate = 400";
    let plan = plan("open", "iterations = 1000, duration = \"1s\"", schedule);
    assert_eq!(plan.duration, Duration::from_secs(1));
    assert_eq!(
        (
            plan.steady_arrivals().count(),
            plan.expected_arrivals(Phase::Steady)
        ),
        (400, 400)
    );
}

#[test]
fn flags_change_count_and_rate_and_the_length_follows() {
    let usual = || {
        plan(
            "open",
            "duration = \"20s\"",
            "arrivals = \"constant\"\nrate = 400",
        )
    };
    let counted = with(
        usual(),
        Overrides {
            iterations: Some(200),
            ..Overrides::default()
        },
    );
    assert_eq!(
        counted.duration,
        Duration::from_millis(500),
        "instead of the plan's 20 s"
    );
    let faster = with(
        counted.clone(),
        Overrides {
            rate: Rate::per_second(800.0),
            ..Overrides::default()
        },
    );
    assert_eq!(faster.duration, Duration::from_millis(250));
    let timed = with(
        counted.clone(),
        Overrides {
            duration: Some(Duration::from_secs(3)),
            ..Overrides::default()
        },
    );
    assert_eq!(
        (timed.iterations, timed.duration),
        (None, Duration::from_secs(3))
    );
    let staged = with(
        counted,
        Overrides {
            stages: Some("2s:9".into()),
            ..Overrides::default()
        },
    );
    assert_eq!(
        (staged.iterations, staged.duration),
        (None, Duration::from_secs(2))
    );
}

#[test]
fn users_take_as_long_as_they_take_within_a_bound() {
    let plan = plan("closed", "iterations = 1000", "users = 5");
    assert_eq!(plan.duration, USUAL_WITHIN);
    assert_eq!(plan.counted_arrivals(), None);
    let words = plan.words();
    assert!(
        words.contains("for 1 000 transactions") && words.ends_with("3600 s at most, seed 7"),
        "{words}"
    );
    assert_eq!(parse::plan(&plan.to_toml(), "again"), Ok(plan));
}

#[test]
fn what_does_not_go_with_a_count_is_refused_by_key_and_by_flag() {
    let shape = "shape = [ { step_to = 9, for = \"2s\" } ]";
    for (phases, schedule, part) in [
        (
            "iterations = 0",
            "rate = 9",
            "0 is not between 1 and 1000000000",
        ),
        ("iterations = 2", "rate = 900", "2 arrivals take "),
        ("iterations = 9", shape, "does not go with a shape"),
        (
            "iterations = 99, until = \"p99±5%\"",
            "rate = 9",
            "does not go with until",
        ),
    ] {
        let refused = parse::plan(&text("open", phases, schedule), "p.toml");
        let error = refused.expect_err(part).to_string();
        assert!(
            error.contains("p.toml:5") && error.contains("phases.iterations"),
            "{error}"
        );
        assert!(error.contains(part), "{error}");
    }
    let flagged = plan("open", "warmup = \"1s\"", shape).with(Overrides {
        iterations: Some(9),
        ..Overrides::default()
    });
    assert!(
        flagged
            .expect_err("shaped")
            .to_string()
            .starts_with("--iterations: does not go with a shape")
    );
    let few = plan("open", "warmup = \"1s\"", "rate = 900").with(Overrides {
        iterations: Some(1),
        ..Overrides::default()
    });
    assert!(
        few.expect_err("short")
            .to_string()
            .starts_with("--iterations: 1 arrivals take ")
    );
}

proptest! {
    // 500 arrivals take 250 ms at the fastest rate on average: no seed draws gaps that sum to less than the 100 ms a plan must have.
    #[test]
    fn exactly_so_many_are_due_whatever_seed_and_spacing(count in 500..3000_u64, seed in any::<u64>(), constant in any::<bool>(), rate in 100..2000_u32) {
        let overrides = Overrides {
            iterations: Some(count),
            seed: Some(seed),
            rate: Rate::per_second(f64::from(rate)),
            arrivals: Some(if constant { Spacing::Constant } else { Spacing::Poisson }),
            ..Overrides::default()
        };
        let plan = with(plan("open", "warmup = \"1s\"", "rate = 1"), overrides);
        prop_assert_eq!(plan.steady_arrivals().count() as u64, count);
        prop_assert_eq!(plan.expected_arrivals(Phase::Steady), count);
        prop_assert_eq!(parse::plan(&plan.to_toml(), "again"), Ok(plan));
    }
}
