#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::draw::Draw;
use record::specimen::histogram;

// Exponential times of mean 1 ms, each window on a level of its own whose spread is `spread`.
fn windows(seed: u64, count: usize, each: usize, spread: f64) -> Vec<Histogram> {
    let mut draw = Draw::new(seed);
    (0..count)
        .map(|_| {
            let level = 1e6 * (spread * draw.normal()).exp();
            let times: Vec<u64> = (0..each)
                .map(|_| (level * draw.exponential()) as u64)
                .collect();
            histogram(&times)
        })
        .collect()
}

fn coverage(trials: u64, q: f64, truth: f64, spread: f64) -> f64 {
    let held = (0..trials).filter(|seed| {
        let found = interval(q, 0.95, &windows(*seed, 20, 200, spread)).unwrap();
        // HDR's own width is 0.1 %.
        found.low as f64 <= truth * 1.001 && truth <= found.high as f64 * 1.001
    });
    held.count() as f64 / trials as f64
}

#[test]
fn the_interval_of_independent_requests_holds_the_truth_as_often_as_it_says() {
    let share = coverage(300, 0.9, 1e6 * 10_f64.ln(), 0.0);
    assert!(share >= 0.93, "{share}");
}

#[test]
fn it_does_so_too_where_windows_differ() {
    // With log-normal levels of spread 0.3 the share beyond x is the mean of exp(−x/level), by Gauss-Hermite quadrature; solved for 0.1.
    let nodes = [
        (0.0, 8.0 / 15.0),
        (1.355_626_18, 0.222_075_922_006),
        (-1.355_626_18, 0.222_075_922_006),
        (2.856_970_014, 0.011_257_411_327_7),
        (-2.856_970_014, 0.011_257_411_327_7),
    ];
    let beyond = |x: f64| -> f64 {
        let terms = nodes.map(|(z, weight): (f64, f64)| weight * (-x / (0.3 * z).exp()).exp());
        terms.iter().sum()
    };
    let (mut low, mut high) = (0.5, 10.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if beyond(middle) > 0.1 {
            low = middle;
        } else {
            high = middle;
        }
    }
    let share = coverage(300, 0.9, low * 1e6, 0.3);
    assert!(share >= 0.90, "{share}");
}

#[test]
fn windows_that_differ_count_for_fewer_requests() {
    let alike = interval(0.9, 0.95, &windows(1, 30, 500, 0.0)).unwrap();
    let unlike = interval(0.9, 0.95, &windows(1, 30, 500, 0.5)).unwrap();
    assert!(alike.effective_samples > 0.5 * 15_000.0, "{alike:?}");
    assert!(unlike.effective_samples < 0.1 * 15_000.0, "{unlike:?}");
    assert!(unlike.relative() > 2.0 * alike.relative());
}

#[test]
fn one_window_is_believed_a_tenth() {
    let one = interval(0.5, 0.95, &windows(1, 1, 1_000, 0.0)).unwrap();
    assert!((one.effective_samples - 100.0).abs() < 1e-9);
}

#[test]
fn too_few_requests_have_no_interval() {
    assert_eq!(interval(0.99, 0.95, &[]), None);
    assert_eq!(interval(0.99, 0.95, &[histogram(&[1, 2, 3])]), None);
    assert_eq!(interval(0.999, 0.95, &windows(1, 10, 20, 0.0)), None);
    assert_eq!(interval(f64::NAN, 0.95, &windows(1, 10, 20, 0.0)), None);
}

#[test]
fn unfinished_requests_rank_above_all_others() {
    let windows = windows(1, 20, 200, 0.0);
    let whole = interval(0.5, 0.95, &windows).unwrap();
    let shifted = interval_with_unfinished(0.5, 0.95, &windows, 400).unwrap();
    assert!(shifted.point > whole.point && shifted.low > whole.low);
    assert_eq!(shifted.samples, 4_400);
    // A tenth does not finish, so nothing is known of the 95th percentile.
    assert_eq!(interval_with_unfinished(0.95, 0.95, &windows, 400), None);
}

#[test]
fn within_looks_at_the_farther_end() {
    let found = QuantileInterval {
        low: 98,
        point: 100,
        high: 106,
        samples: 9,
        effective_samples: 9.0,
    };
    assert!(found.is_within(0.06) && !found.is_within(0.059));
}
