use super::*;
use crate::draw::Draw;
use proptest::prelude::*;

// Every one of the 2^n sign choices, with ranks by counting instead of sorting.
fn brute_force(differences: &[f64]) -> f64 {
    let n = differences.len();
    let rank = |one: &f64| {
        let smaller = differences.iter().filter(|d| d.abs() < one.abs()).count();
        let equal = differences
            .iter()
            .filter(|d| d.abs().total_cmp(&one.abs()).is_eq())
            .count();
        smaller as f64 + f64::midpoint(equal as f64, 1.0)
    };
    let ranks: Vec<f64> = differences.iter().map(rank).collect();
    let observed: f64 = (0..n)
        .filter(|i| differences[*i] > 0.0)
        .map(|i| ranks[i])
        .sum();
    let as_large = (0..1_u32 << n).filter(|signs| {
        let sum: f64 = (0..n)
            .filter(|i| signs >> i & 1 == 1)
            .map(|i| ranks[i])
            .sum();
        sum >= observed - 1e-9
    });
    as_large.count() as f64 / f64::from(1_u32 << n)
}

proptest! {
    #[test]
    fn p_is_that_of_all_sign_flips_with_ties_and_zeros(steps in prop::collection::vec(-4..5_i32, 1..=12)) {
        let differences: Vec<f64> = steps.iter().map(|step| f64::from(*step) / 8.0).collect();
        prop_assert!((p_above(&differences) - brute_force(&differences)).abs() < 1e-12);
    }

    #[test]
    fn p_is_that_of_all_sign_flips_without_ties(differences in prop::collection::vec(-1.0..1.0_f64, 1..=12)) {
        prop_assert!((p_above(&differences) - brute_force(&differences)).abs() < 1e-12);
    }

    #[test]
    fn turning_the_arms_round_mirrors_estimate_and_bounds(differences in prop::collection::vec(-1.0..1.0_f64, 6..=20)) {
        let mirrored: Vec<f64> = differences.iter().map(|d| -d).collect();
        let (a, b) = (bounds(&differences, 0.05), bounds(&mirrored, 0.05));
        prop_assert!((a.low + b.high).abs() < 1e-12 && (a.high + b.low).abs() < 1e-12);
        prop_assert!((estimate(&differences) + estimate(&mirrored)).abs() < 1e-12);
        prop_assert!(a.holds(estimate(&differences)));
    }

    #[test]
    fn the_test_rejects_exactly_what_its_bound_excludes(differences in prop::collection::vec(-1.0..1.0_f64, 6..=16), level in 0.001..0.2_f64) {
        let low = bounds(&differences, level).low;
        prop_assert_eq!(p_above(&differences) <= level, low > 0.0);
    }
}

#[test]
fn critical_values_are_those_of_the_published_table() {
    for (n, level, k) in [
        (6, 0.05, Some(2)),
        (6, 0.025, Some(0)),
        (6, 0.001, None),
        (8, 0.025, Some(3)),
        (10, 0.05, Some(10)),
        (10, 0.025, Some(8)),
        (10, 0.001, Some(0)),
        (16, 0.05, Some(35)),
        (16, 0.025, Some(29)),
        (16, 0.004 / 6.0, Some(10)),
    ] {
        assert_eq!(critical(n, level), k, "{n} at {level}");
    }
    assert_eq!(critical(0, 0.5), None);
    assert_eq!(critical(MOST + 1, 0.5), None);
}

#[test]
fn bounds_are_the_order_statistics_of_the_published_table() {
    let averages = |n: usize| -> Vec<f64> { (1..=n * (n + 1) / 2).map(|i| i as f64).collect() };
    for (n, level, low, high) in [
        (6, 0.05, 3.0, 19.0),
        (6, 0.025, 1.0, 21.0),
        (8, 0.025, 4.0, 33.0),
        (10, 0.05, 11.0, 45.0),
        (10, 0.025, 9.0, 47.0),
        (10, 0.001, 1.0, 55.0),
        (16, 0.05, 36.0, 101.0),
        (16, 0.025, 30.0, 107.0),
        (16, 0.004 / 6.0, 11.0, 126.0),
    ] {
        let seen = bounds_of_walsh(&averages(n), n, level);
        assert_eq!(seen, Bounds { low, high }, "{n} at {level}");
    }
    let unbounded = bounds(&[1.0, 2.0], 0.05);
    assert!(unbounded.low.is_infinite() && unbounded.high.is_infinite());
}

#[test]
fn the_smallest_p_is_one_of_all_sign_choices() {
    for n in [5, 6, 8, 10, 12, 16, MOST] {
        let worse: Vec<f64> = (1..=n).map(|i| i as f64).collect();
        let expected = 0.5_f64.powi(i32::try_from(n).expect("small"));
        assert!((p_above(&worse) / expected - 1.0).abs() < 1e-12, "{n}");
    }
    assert!((p_above(&[]) - 1.0).abs() < f64::EPSILON);
    assert!((p_above(&[0.0; 8]) - 1.0).abs() < f64::EPSILON);
    assert!((p_above(&[1.0; MOST + 1]) - 1.0).abs() < f64::EPSILON);
    assert!((p_two_sided(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]) - 2.0 / 64.0).abs() < 1e-12);
}

#[test]
fn the_estimate_is_the_median_of_the_pair_means() {
    // Pair means of 1, 2, 9: 1, 1.5, 2, 5, 5.5, 9.
    assert!((estimate(&[9.0, 1.0, 2.0]) - 3.5).abs() < 1e-12);
    assert!(estimate(&[]).abs() < f64::EPSILON);
}

#[test]
fn intervals_cover_the_truth_as_often_as_promised_for_every_number_of_rounds() {
    let mut draw = Draw::new(1);
    let mut width: Vec<String> = Vec::new();
    for n in 6..=20 {
        let gates = 2_000;
        let covered = (0..gates).filter(|gate| {
            // Symmetric around 0.3, of three kinds: normal, heavy tails, and of differing width.
            let differences: Vec<f64> = (0..n)
                .map(|i| {
                    let normal = draw.normal();
                    0.3 + match gate % 3 {
                        0 => normal,
                        1 => normal / (draw.exponential() + 0.1),
                        _ => normal * f64::from(i + 1),
                    }
                })
                .collect();
            bounds(&differences, 0.025).holds(0.3)
        });
        let share = f64::from(u32::try_from(covered.count()).expect("few")) / f64::from(gates);
        let error = (0.95 * 0.05 / f64::from(gates)).sqrt();
        assert!(share >= 0.95 - 3.0 * error, "{n}: {share}");
        width.push(format!("{n}: {share}"));
    }
    assert_eq!(width.len(), 15);
}

#[test]
fn the_worst_quarter_of_turns_is_not_in_their_mean() {
    assert_eq!(mean_of_undisturbed(&[]), None);
    let mean = |values: &[f64]| mean_of_undisturbed(values).expect("a mean");
    let close = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-12;
    // Three turns are too few to leave one out; of eight, two go.
    assert!(close(mean(&[1e6, 1e7, 1e8]), 1e7));
    assert!(close(mean(&[4.0, 1e9, 4.0, 4.0, 4.0, 5e9, 4.0, 4.0]), 4.0));
    // A change of all turns is found whole.
    let (turns, slower): (Vec<f64>, Vec<f64>) = (1..=40)
        .map(|i| (f64::from(i), f64::from(i) * 1.18))
        .unzip();
    assert!(close(mean(&slower) / mean(&turns), 1.18));
}
