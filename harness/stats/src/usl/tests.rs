#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::draw::Draw;
use proptest::prelude::*;

const TRUTH: Curve = Curve {
    g: 1000.0,
    s: 0.02,
    k: 0.0005,
};
const USERS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

// Levels of `windows` windows, whose noise is such that the mean of a level has a deviation of `noise`, relative.
fn levels(curve: impl Fn(f64) -> f64, noise: f64, windows: usize, seed: u64) -> Vec<Level> {
    let mut draw = Draw::new(seed);
    let each = noise * (windows as f64).sqrt();
    let level = |users| Level {
        users,
        windows: (0..windows)
            .map(|_| curve(users) * (1.0 + each * draw.normal()))
            .collect(),
    };
    USERS.map(level).to_vec()
}

fn fitted(levels: &[Level]) -> Fitted {
    match fit(levels, 1) {
        Scalability::Fitted(fitted) => *fitted,
        Scalability::NotEnoughLevels(why) => panic!("{why}"),
    }
}

fn close(seen: f64, truth: f64) -> bool {
    (seen / truth - 1.0).abs() < 1e-6
}

#[test]
fn the_curve_has_the_values_of_the_design() {
    let expected = [
        1000.0, 1958.9, 3752.3, 6849.3, 11267.6, 15122.9, 14967.3, 10970.2,
    ];
    for (users, x) in USERS.into_iter().zip(expected) {
        assert!((TRUTH.at(users) - x).abs() < 0.06, "{users}");
    }
    assert!((TRUTH.peak_users().unwrap() - 44.27).abs() < 0.005);
    assert!((TRUTH.peak() - 15_681.0).abs() < 0.5);
}

#[test]
fn without_noise_the_parameters_come_back_exactly() {
    let found = fitted(&levels(|users| TRUTH.at(users), 0.0, 10, 1));
    let Curve { g, s, k } = found.curve;
    assert!(
        close(g, 1000.0) && close(s, 0.02) && close(k, 0.0005),
        "{found:?}"
    );
    let peak = found.peak.unwrap();
    assert!(close(peak.users.point, 0.98_f64.sqrt() / 0.0005_f64.sqrt()));
    assert!(close(peak.throughput.point, TRUTH.peak()));
    assert_eq!(found.describes, Describes::Yes);
}

#[test]
fn with_noise_of_two_percent_the_intervals_hold_the_truth() {
    const TRIALS: u64 = 200;
    let mut held = [0_u32; 5];
    for seed in 0..TRIALS {
        let found = fitted(&levels(|users| TRUTH.at(users), 0.02, 10, seed));
        let peak = found.peak;
        let pairs = [
            (Some(found.g), TRUTH.g),
            (Some(found.s), TRUTH.s),
            (Some(found.k), TRUTH.k),
            (peak.map(|peak| peak.users), TRUTH.peak_users().unwrap()),
            (peak.map(|peak| peak.throughput), TRUTH.peak()),
        ];
        for (held, (interval, truth)) in held.iter_mut().zip(pairs) {
            let inside = interval.is_some_and(|one| (one.low..=one.high).contains(&truth));
            *held += u32::from(inside);
        }
    }
    let shares = held.map(|count| f64::from(count) / TRIALS as f64);
    assert!(shares.iter().all(|share| *share >= 0.93), "{shares:?}");
}

#[test]
fn the_same_seed_gives_the_same_intervals() {
    let levels = levels(|users| TRUTH.at(users), 0.02, 10, 3);
    assert_eq!(fit(&levels, 7), fit(&levels, 7));
    assert_ne!(fit(&levels, 7), fit(&levels, 8));
}

#[test]
fn pure_contention_has_no_peak() {
    let amdahl = Curve {
        g: 1000.0,
        s: 0.05,
        k: 0.0,
    };
    let found = fitted(&levels(|users| amdahl.at(users), 0.01, 10, 5));
    assert!(found.is_coherency_free(), "{found:?}");
    assert!(found.words()[0].contains("no coherency loss seen"));
    assert!(found.s.low < 0.05 && 0.05 < found.s.high, "{found:?}");
}

#[test]
fn a_fixed_capacity_is_not_described() {
    let found = fitted(&levels(|users| (1000.0 * users).min(9000.0), 0.005, 10, 5));
    assert_eq!(found.describes, Describes::No, "{found:?}");
    assert!(
        found.words()[0].starts_with("USL does not describe this"),
        "{found:?}"
    );
}

#[test]
fn the_demands_on_levels_are_named() {
    let all = levels(|users| TRUTH.at(users), 0.0, 3, 1);
    let why = |levels: &[Level]| match fit(levels, 1) {
        Scalability::NotEnoughLevels(why) => why,
        Scalability::Fitted(fitted) => panic!("{fitted:?}"),
    };
    assert!(why(&all[..5]).starts_with("5 of 6 levels"));
    assert!(why(&all[2..]).contains("the smallest level is 4"));
    let linear = levels(|users| 1000.0 * users, 0.0, 3, 1);
    assert!(why(&linear).contains("nothing stops scaling yet"));
    assert!(why(&[]).starts_with("0 of 6"));
}

#[test]
fn one_window_a_level_is_enough_to_fit() {
    let found = fitted(&levels(|users| TRUTH.at(users), 0.0, 1, 1));
    assert!(close(found.curve.k, 0.0005), "{found:?}");
}

proptest! {
    #[test]
    fn any_curve_that_bends_is_recovered(g in 1.0..1e5_f64, s in 0.005..0.3_f64, k in 1e-5..1e-2_f64) {
        let truth = Curve { g, s, k };
        let found = fitted(&levels(|users| truth.at(users), 0.0, 2, 1)).curve;
        prop_assert!(close(found.g, g) && close(found.s, s) && close(found.k, k), "{found:?}");
    }

    #[test]
    fn no_input_panics(values in proptest::collection::vec((0.0..200.0_f64, proptest::collection::vec(-10.0..1e6_f64, 0..4)), 0..10)) {
        let levels: Vec<Level> = values.into_iter().map(|(users, windows)| Level { users, windows }).collect();
        fit(&levels, 1);
    }
}
