//! What is settled before the first round.

use crate::draw::Draw;
use crate::gate::{open_rate, open_window_needed, warmup, window_drift, with_enough_samples};
use crate::steady::Bin;
use record::comparison::{GatePlan, Metric, warming};
use record::run::WarmupFacts;
use std::time::Duration;

fn bins(count: usize, drift: f64) -> Vec<Bin> {
    let mut draw = Draw::new(2);
    let bin = |at: usize| {
        let response =
            1e6 * (1.0 + drift * at as f64 / count as f64) * (1.0 + 0.002 * draw.normal());
        Bin {
            mean_response_ns: response,
            p50_ns: Some(response),
            completed: 300,
            ..Bin::default()
        }
    };
    (0..count).map(bin).collect()
}

#[test]
fn the_warm_up_is_that_of_the_slowest_pilot_within_its_bounds() {
    let pilot = |settled: Option<f64>| WarmupFacts {
        length: Duration::from_secs(30),
        settled: settled.map(Duration::from_secs_f64),
        ..WarmupFacts::default()
    };
    let of = |settled: [Option<f64>; 2]| warmup(&settled.map(pilot)).as_secs_f64();
    assert!((of([Some(2.5), Some(4.0)]) - 4.0).abs() < 1e-9);
    let at_once = warmup(&[0.0, 0.3].map(|settled| pilot(Some(settled))));
    assert_eq!(warming(at_once), Duration::from_secs(2), "{at_once:?}");
    assert!((of([Some(0.0), None]) - 10.0).abs() < 1e-9, "never settled");
}

#[test]
fn a_window_that_drifts_is_told_from_one_that_does_not() {
    let level = window_drift(&bins(30, 0.0)).expect("30 bins");
    let drifting = window_drift(&bins(30, 0.2)).expect("30 bins");
    assert!(
        level < 0.02 && (drifting - 0.15).abs() < 0.03,
        "{level} {drifting}"
    );
    assert_eq!(window_drift(&bins(3, 0.0)), None);
}

#[test]
fn a_percentile_without_samples_gives_way_to_a_lower_one_and_it_is_said() {
    let plan = GatePlan::default();
    let (same, notes) = with_enough_samples(&plan, 10_000.0);
    assert_eq!((same, notes.len()), (plan.clone(), 0));
    let (lower, notes) = with_enough_samples(&plan, 9_999.0);
    let names: Vec<Metric> = lower.metrics.iter().map(|one| one.metric).collect();
    assert!(names.contains(&Metric::ResponseTimeP95) && !names.contains(&Metric::ResponseTimeP99));
    assert!(
        notes[0].starts_with("P95 response time is judged instead of P99"),
        "{notes:?}"
    );
    // Below a thousand only the median is left, and it is gated already.
    let (fewest, _) = with_enough_samples(&plan, 500.0);
    assert_eq!(fewest.metrics.len(), 5);
}

#[test]
fn rate_and_window_follow_from_the_capacity() {
    let plan = GatePlan::default();
    assert!((open_rate(&plan, 5_000.0) - 3_000.0).abs() < 1e-9);
    let window = open_window_needed(&plan, 2_500.0);
    assert!(
        window.abs_diff(Duration::from_secs(2).div_f64(0.88)) < Duration::from_millis(1),
        "{window:?}"
    );
}
