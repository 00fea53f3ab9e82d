use super::*;
use crate::parse;
use proptest::prelude::*;
use std::fmt::Write as _;

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
    plan.schedule().map(|arrival| arrival.intended_ns).collect()
}

#[test]
fn constant_arrivals_are_exact_and_do_not_drift() {
    let all = times(&plan(
        "arrivals = \"constant\"\nrate = \"3/s\"",
        &[("a", 1)],
    ));
    assert_eq!(all[..4], [0, 333_333_333, 666_666_666, 1_000_000_000]);
    assert_eq!(all.len(), 15);
    let slow = times(&plan("arrivals = \"constant\"\nrate = 0.5", &[("a", 1)]));
    assert_eq!(slow, [0, 2_000_000_000, 4_000_000_000]);
    let odd = times(&plan("arrivals = \"constant\"\nrate = 0.9999", &[("a", 1)]));
    assert_eq!(odd[..3], [0, 1_000_100_010, 2_000_200_020]);
}

#[test]
fn a_day_of_constant_arrivals_ends_on_time() {
    let mut spacing = Spacing::Constant {
        nano_rate: 10_000_000 * 1_000_000_000,
    };
    let n = 10_000_000 * 86_400;
    assert_eq!(spacing.intended(n), Some(86_400_000_000_000));
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

#[test]
fn the_phase_is_that_of_the_intended_start() {
    let plan = plan("arrivals = \"constant\"\nrate = 10", &[("a", 1)]);
    let warmup = plan
        .schedule()
        .filter(|arrival| arrival.phase == Phase::Warmup)
        .count();
    assert_eq!((warmup, plan.schedule().count()), (10, 50));
}

#[test]
fn poisson_arrivals_have_the_mean_and_the_spread_of_poisson() {
    let all = times(&plan("rate = \"10k\"", &[("a", 1)]));
    // 50,000 expected, standard deviation 224: five of them.
    assert!(all.len().abs_diff(50_000) < 1_120, "{}", all.len());
    let per_window: Vec<f64> = (0..500)
        .map(|n| all.iter().filter(|&&at| at / 10_000_000 == n).count() as f64)
        .collect();
    let mean = per_window.iter().sum::<f64>() / 500.0;
    let variance = per_window
        .iter()
        .map(|count| (count - mean).powi(2))
        .sum::<f64>()
        / 499.0;
    // For Poisson counts variance and mean agree; the ratio of 500 windows has a standard deviation of 0.063.
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
    for arrival in plan.schedule() {
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

proptest! {
    #[test]
    fn intended_starts_never_go_back(rate in 0.1..5_000.0_f64, poisson in any::<bool>(), seed in any::<u64>()) {
        let arrivals = if poisson { "poisson" } else { "constant" };
        let plan = Plan { seed, ..plan(&format!("arrivals = \"{arrivals}\"\nrate = {rate:.3}"), &[("a", 1)]) };
        let all: Vec<_> = plan.schedule().collect();
        prop_assert!(all.windows(2).all(|pair| pair[0].intended_ns <= pair[1].intended_ns && pair[0].phase <= pair[1].phase));
        prop_assert!(all.iter().zip(0..).all(|(arrival, n)| arrival.n == n && arrival.intended_ns < 5_000_000_000));
    }

    #[test]
    fn expected_counts_are_those_drawn(rate in 0.1..5_000.0_f64, poisson in any::<bool>(), seed in any::<u64>()) {
        let arrivals = if poisson { "poisson" } else { "constant" };
        let plan = Plan { seed, ..plan(&format!("arrivals = \"{arrivals}\"\nrate = {rate}"), &[("a", 1)]) };
        for phase in [Phase::Warmup, Phase::Steady] {
            let drawn = plan.schedule().filter(|arrival| arrival.phase == phase).count() as u64;
            let expected = plan.schedule().expected_count(phase);
            // Six standard deviations and a few for small means, whose tail is longer.
            let slack = if poisson { (6.0 * (expected as f64).sqrt()) as u64 + 10 } else { 0 };
            prop_assert!(drawn.abs_diff(expected) <= slack, "{phase}: {drawn}, expected {expected}");
        }
    }
}
