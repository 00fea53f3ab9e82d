#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::parse;
use crate::shape::tests::any_shape;
use crate::{Shape, Spacing};
use proptest::prelude::*;
use record::run::Model;
use std::fmt::Write as _;
use std::time::Duration;

fn plan(schedule: &str, scenarios: &[(&str, u32)]) -> Plan {
    let mut text = format!(
        "schema = 1\nname = \"t\"\nseed = 7\nmodel = \"open\"\nphases = {{ warmup = \"1s\", duration = \"4s\" }}\n[schedule]\n{schedule}\n"
    );
    for (name, weight) in scenarios {
        let _ = write!(text, "[[scenario]]\nname = \"{name}\"\nweight = {weight}\n");
    }
    parse::plan(&text, "test").expect("valid")
}

fn times(plan: &Plan) -> Vec<u64> {
    let steady = plan.steady_arrivals();
    steady.map(|arrival| arrival.intended_ns).collect()
}

#[test]
fn constant_arrivals_are_exact_and_do_not_drift() {
    let all = times(&plan(
        "arrivals = \"constant\"\nrate = \"3/s\"",
        &[("a", 1)],
    ));
    assert_eq!(all[..4], [0, 333_333_333, 666_666_666, 1_000_000_000]);
    assert_eq!(all.len(), 12);
    let slow = times(&plan("arrivals = \"constant\"\nrate = 0.5", &[("a", 1)]));
    assert_eq!(slow, [0, 2_000_000_000]);
    let odd = times(&plan("arrivals = \"constant\"\nrate = 0.9999", &[("a", 1)]));
    assert_eq!(odd[..3], [0, 1_000_100_010, 2_000_200_020]);
}

#[test]
fn a_day_of_constant_arrivals_ends_on_time() {
    let mut pace = Pace::Exact {
        nano_rate: 10_000_000 * 1_000_000_000,
    };
    let n = 10_000_000 * 86_400;
    assert_eq!(pace.next(n).unwrap().at_ns, 86_400_000_000_000);
}

#[test]
fn a_stream_is_the_same_on_every_machine() {
    let mut stream = seed::stream(42, "arrivals");
    let first = seed::share(&mut stream);
    let other = seed::share(&mut seed::stream(42, "mix"));
    // Pinned: another value means another schedule for every plan there is, and a new name for `seed::PRNG`.
    assert_eq!(
        format!("{first:.12} {other:.12}"),
        "0.866399462169 0.682947692529"
    );
}

/// The arrivals of a phase that takes so long as the plan bounds it.
fn of(plan: &Plan, phase: Phase) -> Vec<Arrival> {
    let (arrivals, most) = match phase {
        Phase::Warmup => (plan.warmup_arrivals(), plan.warmup_most()),
        _ => (plan.steady_arrivals(), plan.steady_most()),
    };
    let most = most.as_nanos() as u64;
    arrivals
        .take_while(|arrival| arrival.intended_ns < most)
        .collect()
}

#[test]
fn each_phase_has_a_stream_that_counts_from_0() {
    let plan = plan("arrivals = \"constant\"\nrate = 10", &[("a", 1)]);
    for (phase, count) in [(Phase::Warmup, 10), (Phase::Steady, 40)] {
        let all = of(&plan, phase);
        assert_eq!((all.len(), all[0].n, all[0].intended_ns), (count, 0, 0));
        assert!(all.iter().all(|arrival| arrival.phase == phase));
    }
}

#[test]
fn poisson_arrivals_have_the_mean_and_the_spread_of_poisson() {
    let all = times(&plan("rate = \"10k\"", &[("a", 1)]));
    // 40,000 expected, standard deviation 200: five of them.
    assert!(all.len().abs_diff(40_000) < 1_000, "{}", all.len());
    let per_window: Vec<f64> = (0..400)
        .map(|n| all.iter().filter(|&&at| at / 10_000_000 == n).count() as f64)
        .collect();
    let mean = per_window.iter().sum::<f64>() / 400.0;
    let variance = per_window
        .iter()
        .map(|count| (count - mean).powi(2))
        .sum::<f64>()
        / 399.0;
    // For Poisson counts variance and mean agree; the ratio of 400 windows has a standard deviation of 0.071.
    assert!((variance / mean - 1.0).abs() < 0.4, "{}", variance / mean);
}

#[test]
fn the_seed_alone_decides_and_scenarios_move_no_arrival() {
    let one = plan("rate = 500", &[("a", 1)]);
    let two = plan("rate = 500", &[("a", 1), ("b", 3)]);
    assert_eq!(times(&one), times(&one));
    assert_eq!(times(&one), times(&two));
    let other = Plan {
        seed: 8,
        ..one.clone()
    };
    assert_ne!(times(&one), times(&other));
}

#[test]
fn scenarios_are_drawn_by_weight() {
    let plan = plan("rate = \"10k\"", &[("a", 6), ("b", 2), ("c", 1)]);
    let mut counts = [0_u32; 3];
    for arrival in plan.steady_arrivals() {
        counts[arrival.scenario as usize] += 1;
    }
    let all = f64::from(counts.iter().sum::<u32>());
    for (count, weight) in counts.iter().zip([6.0, 2.0, 1.0]) {
        assert!(
            (f64::from(*count) / all - weight / 9.0).abs() < 0.02,
            "{counts:?}"
        );
    }
}

fn shaped(spacing: Spacing, seed: u64, shape: Shape) -> Plan {
    Plan {
        rate: None,
        duration: shape.length(),
        shape: Some(shape),
        spacing,
        seed,
        ..plan("rate = 5", &[("a", 1), ("b", 2)])
    }
}

fn steady(plan: &Plan) -> Vec<Arrival> {
    plan.steady_arrivals().collect()
}

#[test]
fn the_steady_phase_does_not_know_how_long_warm_up_took() {
    for arrivals in ["constant", "poisson"] {
        let short = plan(
            &format!("arrivals = \"{arrivals}\"\nrate = 300"),
            &[("a", 1), ("b", 1)],
        );
        let long = Plan {
            warmup: crate::Warmup::Auto {
                most: Duration::from_mins(1),
            },
            ..short.clone()
        };
        assert_eq!(steady(&short), steady(&long));
        assert_eq!(steady(&short)[0].n, 0);
    }
}

#[test]
fn warm_up_goes_on_without_end_and_draws_for_itself() {
    let plan = plan("rate = 100", &[("a", 1), ("b", 1)]);
    let far = plan.warmup_arrivals().nth(100_000).unwrap();
    assert!(far.intended_ns > 900_000_000_000, "{far:?}");
    assert_eq!(far.phase, Phase::Warmup);
    let times = |arrivals: Arrivals| {
        arrivals
            .take(100)
            .map(|a| a.intended_ns)
            .collect::<Vec<_>>()
    };
    assert_ne!(times(plan.warmup_arrivals()), times(plan.steady_arrivals()));
}

#[test]
fn a_shape_has_a_regular_and_a_random_form() {
    let text =
        "arrivals = \"constant\"\nshape = [ { ramp_to = 100, over = \"2s\" }, { hold = \"1s\" } ]";
    let text =
        format!("schema = 1\nname = \"t\"\n[schedule]\n{text}\n[[scenario]]\nname = \"a\"\n");
    let regular = parse::plan(&text, "test").unwrap();
    let all = steady(&regular);
    assert_eq!(
        (all.len(), regular.expected_arrivals(Phase::Steady)),
        (200, 200)
    );
    // n = 25 t² on the ramp, then 100 + 100 (t − 2).
    assert_eq!(all[25].intended_ns, 1_000_000_000);
    assert!(all[150].intended_ns.abs_diff(2_500_000_000) < 2);
    // Of a ramp from 0 the warm-up has the mean.
    assert_eq!(
        regular.warmup_arrivals().nth(50).unwrap().intended_ns,
        1_000_000_000
    );
    assert_eq!(regular.mean_rate(), Some(200.0 / 3.0));
    let random = Plan {
        spacing: Spacing::Poisson,
        ..regular
    };
    assert!(steady(&random).len().abs_diff(200) < 90);
}

#[test]
fn the_last_rate_goes_on_where_the_phase_may_be_extended() {
    let text = "schema = 1\nname = \"t\"\nphases = { until = \"p99±5%\", budget = \"10s\" }\n[schedule]\narrivals = \"constant\"\nstart = 10\nshape = [ { hold = \"1s\" }, { step_to = 50, for = \"1s\" } ]\n[[scenario]]\nname = \"a\"\n";
    let plan = parse::plan(text, "test").unwrap();
    let all = steady(&plan);
    assert_eq!(
        (all.len(), plan.expected_arrivals(Phase::Steady)),
        (460, 60)
    );
    assert!(all.last().unwrap().intended_ns.abs_diff(9_980_000_000) < 2);
    assert_eq!(plan.steady_most(), Duration::from_secs(10));
}

#[test]
fn a_closed_plan_has_users_and_no_arrivals() {
    let text = "schema = 1\nname = \"t\"\nmodel = \"closed\"\n[schedule]\nstart = 1\nshape = [ { ramp_to = 11, over = \"10s\" }, { step_to = 4, for = \"1s\" } ]\n[[scenario]]\nname = \"a\"\n";
    let plan = parse::plan(text, "test").unwrap();
    let at = |seconds| plan.users_at(Duration::from_secs_f64(seconds));
    assert_eq!(
        [at(0.0), at(5.0), at(5.6), at(9.99), at(10.5), at(99.0)],
        [1, 6, 7, 11, 4, 4]
    );
    assert_eq!((plan.most_users(), plan.model), (11, Model::Closed));
    assert_eq!(
        (plan.warmup_arrivals().next(), plan.steady_arrivals().next()),
        (None, None)
    );
    assert_eq!(plan.mean_rate(), None);
}

proptest! {
    #[test]
    fn intended_starts_never_go_back(rate in 0.1..5_000.0_f64, poisson in any::<bool>(), seed in any::<u64>()) {
        let arrivals = if poisson { "poisson" } else { "constant" };
        let plan = Plan { seed, ..plan(&format!("arrivals = \"{arrivals}\"\nrate = {rate:.3}"), &[("a", 1)]) };
        for (phase, end) in [(Phase::Warmup, 1_000_000_000), (Phase::Steady, 4_000_000_000)] {
            let all = of(&plan, phase);
            prop_assert!(all.windows(2).all(|pair| pair[0].intended_ns <= pair[1].intended_ns));
            prop_assert!(all.iter().zip(0..).all(|(arrival, n)| arrival.n == n && arrival.intended_ns < end));
        }
    }

    #[test]
    fn expected_counts_are_those_drawn(rate in 0.1..5_000.0_f64, poisson in any::<bool>(), seed in any::<u64>()) {
        let arrivals = if poisson { "poisson" } else { "constant" };
        let plan = Plan { seed, ..plan(&format!("arrivals = \"{arrivals}\"\nrate = {rate}"), &[("a", 1)]) };
        for phase in [Phase::Warmup, Phase::Steady] {
            let drawn = of(&plan, phase).len() as u64;
            let expected = plan.expected_arrivals(phase);
            // Six standard deviations and a few for small means, whose tail is longer.
            let slack = if poisson { (6.0 * (expected as f64).sqrt()) as u64 + 10 } else { 0 };
            prop_assert!(drawn.abs_diff(expected) <= slack, "{phase}: {drawn}, expected {expected}");
        }
    }

    // Every shape, both spacings: in order, inside the phase, and as many as expected.
    #[test]
    fn arrivals_under_a_shape_are_in_order_and_as_many_as_expected(shape in any_shape(), constant in any::<bool>(), seed in any::<u64>()) {
        let spacing = if constant { Spacing::Constant } else { Spacing::Poisson };
        let plan = shaped(spacing, seed, shape);
        let end = plan.duration.as_nanos() as u64;
        let all = steady(&plan);
        prop_assert!(all.windows(2).all(|pair| pair[0].intended_ns <= pair[1].intended_ns && pair[0].n + 1 == pair[1].n));
        prop_assert!(all.iter().all(|arrival| arrival.intended_ns < end && arrival.phase == Phase::Steady));
        let expected = plan.expected_arrivals(Phase::Steady);
        let slack = if constant { 0 } else { (6.0 * (expected as f64).sqrt()) as u64 + 10 };
        prop_assert!((all.len() as u64).abs_diff(expected) <= slack, "{}, expected {expected}", all.len());
    }

    // What a distributed run relies on.
    #[test]
    fn shares_are_the_whole_stream_together(of in 1..9_u64, constant in any::<bool>(), seed in any::<u64>(), shape in any_shape()) {
        let spacing = if constant { Spacing::Constant } else { Spacing::Poisson };
        let plan = shaped(spacing, seed, shape);
        let of = NonZeroU64::new(of).unwrap();
        let shares = (0..of.get()).flat_map(|w| plan.steady_arrivals().share(w, of));
        let mut together: Vec<_> = shares.collect();
        together.sort_by_key(|arrival| arrival.n);
        prop_assert_eq!(together, steady(&plan));
    }
}
