#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use driver::StepSet;
use record::failure::FailureKind;
use record::run::Window;

fn set(good_ns: &[u64], timeouts: u64) -> PhaseSet {
    let mut step = StepSet::default();
    for &ns in good_ns {
        step.ok.response.record(ns);
    }
    step.failures[FailureKind::Timeout as usize] = timeouts;
    let mut set = PhaseSet::default();
    set.steps = vec![step];
    set
}

fn window(phase: Phase) -> Window {
    Window {
        phase,
        ..record::specimen::record(&[1_000_000]).windows[0].clone()
    }
}

fn show(totals: &mut Totals, phase: Phase, warmup: &PhaseSet, steady: &PhaseSet) -> Figures {
    totals.window(&WindowView {
        window: &window(phase),
        sets: [warmup, steady],
        remaining: Duration::from_secs(5),
        dropped: 7,
        dropped_before: 0,
        users: 3,
    })
}

#[test]
fn steps_are_those_of_the_warm_up_until_the_steady_phase_begins() {
    let mut totals = Totals::default();
    let none = set(&[], 0);
    let slow = set(&[1_000, 1_000, 1_000], 2);
    let figures = show(&mut totals, Phase::Warmup, &slow, &none);
    assert_eq!(figures.counted, Phase::Warmup);
    assert_eq!(figures.steps[0].good.unwrap().count, 3);
    assert_eq!(figures.steps[0].failed, 2);
    let fast = set(&[10], 0);
    let figures = show(&mut totals, Phase::Steady, &slow, &fast);
    assert_eq!(figures.counted, Phase::Steady);
    let one = Quantiles {
        count: 1,
        p50: 10,
        p99: 10,
    };
    assert_eq!(
        figures.steps,
        [StepRow {
            failed: 0,
            good: Some(one)
        }]
    );
}

#[test]
fn percentiles_of_the_run_so_far_come_from_merged_histograms() {
    let mut totals = Totals::default();
    let none = set(&[], 0);
    show(&mut totals, Phase::Steady, &none, &set(&[100; 99], 1));
    let figures = show(&mut totals, Phase::Steady, &none, &set(&[900; 1], 2));
    let good = figures.steps[0].good.unwrap();
    // The mean of the two windows' percentiles would be 500.
    assert_eq!((good.count, good.p50, good.p99), (100, 100, 100));
    assert_eq!(figures.steps[0].failed, 3);
    assert_eq!(figures.dropped, 7);
}

#[test]
fn a_window_without_answers_leaves_a_gap_and_no_zero() {
    let head = Head {
        plan: "p".to_owned(),
        words: "w".to_owned(),
        target: "t".to_owned(),
        model: Model::Open,
        steps: vec!["a".to_owned()],
    };
    let mut totals = Totals::default();
    let none = set(&[], 0);
    let seen = show(&mut totals, Phase::Steady, &none, &none);
    let gap = Figures {
        response: None,
        ..seen.clone()
    };
    let mut state = State::new(head, Palette::Plain, seen);
    state.add(gap.clone());
    assert_eq!(state.history.thinned(10).points.len(), 1);
    assert_eq!(state.last, gap);
}
