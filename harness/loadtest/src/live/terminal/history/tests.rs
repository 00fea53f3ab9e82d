#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use proptest::prelude::*;

fn point(at: usize, p99: u64) -> Point {
    Point {
        at: at as f64,
        p50: p99 / 2,
        p99,
    }
}

fn history(windows: &[u64]) -> History {
    let mut history = History::default();
    for (at, &p99) in windows.iter().enumerate() {
        history.push(point(at, p99));
    }
    history
}

#[test]
fn a_short_run_keeps_every_window() {
    let thinned = history(&[3, 1, 2]).thinned(80);
    assert_eq!(thinned.each, 1);
    assert_eq!(thinned.points, [point(0, 3), point(1, 1), point(2, 2)]);
}

#[test]
fn neighbours_that_share_a_place_keep_the_highest() {
    let thinned = history(&[1, 9, 2, 3, 4]).thinned(3);
    assert_eq!(thinned.each, 2);
    let highest: Vec<_> = thinned.points.iter().map(|point| point.p99).collect();
    assert_eq!(highest, [9, 3, 4]);
    assert_eq!(thinned.points[0].p50, 4);
}

#[test]
fn a_run_of_days_takes_no_more_memory_and_forgets_no_spike() {
    let mut windows = vec![1; 200_000];
    windows[77_777] = 1_000;
    let history = history(&windows);
    assert!(history.points.len() <= MOST);
    let spikes = |thinned: Thinned| thinned.points.iter().filter(|p| p.p99 == 1_000).count();
    assert_eq!(spikes(history.thinned(usize::MAX)), 1);
    assert_eq!(spikes(history.thinned(80)), 1);
}

proptest! {
    #[test]
    fn thinning_fits_keeps_order_and_the_highest(windows in prop::collection::vec(1u64..1_000_000, 1..5_000), most in 0usize..300) {
        let history = history(&windows);
        let thinned = history.thinned(most);
        prop_assert!(thinned.points.len() <= most.max(1));
        prop_assert!(thinned.points.is_sorted_by(|a, b| a.at < b.at));
        prop_assert_eq!(thinned.points.last().map(|last| last.at as usize), Some(windows.len() - 1));
        let highest = thinned.points.iter().map(|point| point.p99).max();
        prop_assert_eq!(highest, windows.iter().max().copied());
        prop_assert_eq!(thinned.points.len(), windows.len().div_ceil(thinned.each));
    }
}
