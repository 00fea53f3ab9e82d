//! What must not change a verdict does not: units, order of metrics, what both arms have in common, and which arm is called which.

use super::made::*;
use crate::draw::Draw;
use crate::gate::{Decision, Design, Label, interrupted};
use crate::signed_rank::Bounds;
use proptest::prelude::*;
use record::comparison::{Metric, Round, Test};

fn gate(seed: u64) -> Vec<Round> {
    let model = Model {
        scale: 1.0 + (seed % 3) as f64,
        effects: [0.0, 0.02, 0.0, 0.1 * (seed % 2) as f64, 0.0, 0.0],
        ..AA
    };
    simulated(model, 16, &mut Draw::new(seed))
}

fn verdict(rounds: &[Round]) -> Decision {
    interrupted(&Design::new(&family_plan()), &calibration(), rounds, "-")
}

fn labels(decision: &Decision) -> Vec<(Metric, Label)> {
    let mut all: Vec<_> = decision
        .metrics
        .iter()
        .map(|one| (one.gated.metric, one.label))
        .collect();
    all.sort_by_key(|(metric, _)| *metric);
    all
}

fn scaled(rounds: &[Round], by: impl Fn(u32, Metric) -> f64) -> Vec<Round> {
    let mut rounds = rounds.to_vec();
    for round in &mut rounds {
        for arm in [&mut round.baseline, &mut round.candidate] {
            for (metric, value) in &mut arm.values {
                *value *= by(round.number, *metric);
            }
        }
    }
    rounds
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn seconds_or_milliseconds_are_the_same_verdict(seed in 0..10_000_u64) {
        let rounds = gate(seed);
        let (a, b) = (verdict(&rounds), verdict(&scaled(&rounds, |_, _| 1e-3)));
        prop_assert_eq!((a.verdict, labels(&a)), (b.verdict, labels(&b)));
    }

    #[test]
    fn what_both_arms_of_a_round_have_in_common_changes_nothing(seed in 0..10_000_u64) {
        let rounds = gate(seed);
        let common = scaled(&rounds, |number, metric| 1.0 + f64::from(number % 5) * metric.usual_margin());
        let (a, b) = (verdict(&rounds), verdict(&common));
        prop_assert_eq!((a.verdict, labels(&a)), (b.verdict, labels(&b)));
    }

    #[test]
    fn the_order_of_metrics_changes_nothing(seed in 0..10_000_u64) {
        let rounds = gate(seed);
        let mut plan = family_plan();
        plan.metrics.reverse();
        let a = verdict(&rounds);
        let b = interrupted(&Design::new(&plan), &calibration(), &rounds, "-");
        prop_assert_eq!((a.verdict, labels(&a)), (b.verdict, labels(&b)));
    }

    #[test]
    fn swapped_arms_mirror_estimate_interval_and_p(seed in 0..10_000_u64) {
        let rounds = gate(seed);
        let swapped: Vec<Round> = rounds.iter().map(Round::swapped).collect();
        for (metric, _, _) in FAMILY {
            for test in [Test::SignedRank, Test::PairedT] {
                let of = |rounds: &[Round]| {
                    let all: Vec<&Round> = rounds.iter().collect();
                    crate::gate::figure(metric, &all, test, 0.05).expect("measured")
                };
                let (a, b) = (of(&rounds), of(&swapped));
                prop_assert!((a.theta + b.theta).abs() < 1e-9);
                let Bounds { low, high } = b.interval;
                prop_assert!((a.interval.low + high).abs() < 1e-9 && (a.interval.high + low).abs() < 1e-9);
                prop_assert!((a.p_worse - b.p_better).abs() < 1e-9);
            }
        }
    }
}
