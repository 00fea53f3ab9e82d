#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::draw::Draw;
use proptest::prelude::*;
use std::collections::VecDeque;

fn outcome(quality: Quality, achieved: f64) -> StepOutcome {
    StepOutcome {
        quality,
        achieved,
        reasons: vec![],
    }
}

// Goes on until the search is done; the target answers for each rate.
fn run(options: SearchOptions, mut target: impl FnMut(f64, Purpose) -> Quality) -> Search {
    let mut search = Search::new(options);
    while let Action::Measure { rate, purpose } = search.next() {
        let quality = target(rate, purpose);
        search.report(outcome(quality, rate));
    }
    search
}

fn up_to(capacity: f64) -> impl Fn(f64, Purpose) -> Quality {
    move |rate, _| {
        if rate <= capacity {
            Quality::Pass
        } else {
            Quality::Fail
        }
    }
}

fn purposes(search: &Search) -> Vec<Purpose> {
    let mut all: Vec<_> = search.steps().iter().map(|step| step.purpose).collect();
    all.dedup();
    all
}

#[test]
fn a_sharp_limit_is_found_within_the_resolution_and_confirmed() {
    let search = run(SearchOptions::default(), up_to(1234.0));
    let found = search.found();
    assert_eq!(found.stop, Stop::Found);
    let (low, high) = (found.low.unwrap(), found.high.unwrap());
    assert!(
        low <= 1234.0 && 1234.0 < high && high / low <= 1.05,
        "{found:?}"
    );
    assert!(found.is_confirmed && !found.is_metastable());
    assert_eq!(
        purposes(&search),
        [
            Purpose::Climb,
            Purpose::Bisect,
            Purpose::Confirm,
            Purpose::Overload,
            Purpose::Descend
        ]
    );
    let confirmed = search
        .steps()
        .iter()
        .filter(|step| step.purpose == Purpose::Confirm);
    assert_eq!(confirmed.count(), 3);
}

#[test]
fn a_start_beyond_the_limit_goes_down_first() {
    let options = SearchOptions {
        start: 5_000.0,
        ..SearchOptions::default()
    };
    let found = run(options, up_to(700.0)).found().clone();
    let (low, high) = (found.low.unwrap(), found.high.unwrap());
    assert!(
        low <= 700.0 && 700.0 < high && high / low <= 1.05,
        "{found:?}"
    );
}

#[test]
fn a_target_that_never_passes_ends_the_search() {
    let search = run(SearchOptions::default(), |_, _| Quality::Fail);
    assert_eq!(search.found().stop, Stop::NothingPasses);
    assert_eq!(search.found().low, None);
}

#[test]
fn the_bound_on_rates_is_kept_and_said() {
    let options = SearchOptions {
        most: Some(1_000.0),
        ..SearchOptions::default()
    };
    let search = run(options, |_, _| Quality::Pass);
    assert!(search.steps().iter().all(|step| step.rate <= 1_000.0));
    assert_eq!(search.found().stop, Stop::Bound);
    assert_eq!(
        (search.found().low, search.found().high),
        (Some(1_000.0), None)
    );
    assert!(search.found().is_confirmed);
}

#[test]
fn a_confirmation_that_fails_steps_down_five_percent_and_begins_again() {
    let mut confirmations = 0;
    let search = run(SearchOptions::default(), |rate, purpose| {
        if purpose == Purpose::Confirm {
            confirmations += 1;
            if confirmations == 3 {
                return Quality::Fail;
            }
        }
        up_to(1000.0)(rate, purpose)
    });
    let rates: Vec<f64> = search
        .steps()
        .iter()
        .filter(|step| step.purpose == Purpose::Confirm)
        .map(|step| step.rate)
        .collect();
    assert_eq!(rates.len(), 6);
    assert!((rates[3] / rates[0] - 0.95).abs() < 1e-9 && (rates[3] - rates[5]).abs() < 1e-9);
    assert_eq!(search.found().low, Some(rates[5]));
    assert_eq!(search.found().high, Some(rates[0]));
}

#[test]
fn an_invalid_step_is_repeated_twice_and_then_what_passed_below_is_confirmed() {
    let search = run(SearchOptions::default(), |rate, _| {
        if rate > 400.0 {
            Quality::Invalid
        } else {
            Quality::Pass
        }
    });
    let last = search.steps().iter().rev();
    let rates: Vec<f64> = last.take(6).map(|step| step.rate).collect();
    assert!(rates[..3].iter().all(|rate| *rate <= 400.0), "{rates:?}");
    assert!(
        rates[3..]
            .iter()
            .all(|rate| *rate > 400.0 && (rate - rates[3]).abs() < 1e-9)
    );
    let found = search.found();
    assert!(matches!(found.stop, Stop::Untrusted(_)));
    assert_eq!((found.low, found.is_confirmed), (Some(337.5), true));
    assert_eq!(found.high, None, "an invalid step is no fail of the target");
}

#[test]
fn nothing_to_be_trusted_is_not_measured_for_ever() {
    let search = run(SearchOptions::default(), |_, _| Quality::Invalid);
    assert_eq!(search.steps().len(), 3);
    assert!(matches!(search.found().stop, Stop::Untrusted(_)));
    assert_eq!(
        (search.found().low, search.found().is_confirmed),
        (None, false)
    );
}

#[test]
fn a_confirmation_that_fails_below_an_untrusted_rate_is_the_limit_after_all() {
    let mut confirmations = 0;
    let search = run(SearchOptions::default(), |rate, purpose| {
        confirmations += u32::from(purpose == Purpose::Confirm);
        match purpose {
            Purpose::Climb if rate > 400.0 => Quality::Invalid,
            Purpose::Confirm if confirmations == 1 => Quality::Fail,
            _ => up_to(400.0)(rate, purpose),
        }
    });
    let found = search.found();
    assert_eq!(
        (found.stop.clone(), found.is_confirmed),
        (Stop::Found, true)
    );
    assert_eq!(found.high, Some(337.5));
}

#[test]
fn one_invalid_step_costs_a_repeat_only() {
    let mut bad = 1;
    let search = run(SearchOptions::default(), |rate, purpose| {
        if rate > 200.0 && bad > 0 {
            bad -= 1;
            return Quality::Invalid;
        }
        up_to(1000.0)(rate, purpose)
    });
    assert_eq!(search.found().stop, Stop::Found);
}

#[test]
fn an_untrusted_overload_leaves_the_knee() {
    let search = run(SearchOptions::default(), |rate, purpose| match purpose {
        Purpose::Overload => Quality::Invalid,
        _ => up_to(1000.0)(rate, purpose),
    });
    let found = search.found();
    assert_eq!(
        (found.stop.clone(), found.is_confirmed),
        (Stop::Found, true)
    );
    assert_eq!((found.down, found.overloaded), (None, None));
}

#[test]
fn overload_that_passes_shows_that_a_step_failed_by_accident() {
    let mut accident = true;
    let search = run(SearchOptions::default(), |rate, purpose| {
        if accident && rate > 200.0 {
            accident = false;
            return Quality::Fail;
        }
        up_to(5000.0)(rate, purpose)
    });
    let low = search.found().low.unwrap();
    assert!((4500.0..=5000.0).contains(&low), "{:?}", search.found());
}

// One server with a first-come queue and a fixed service time of one, in units of itself; Poisson arrivals. On the way up each step begins
// rested, because no steady phase begins on a backlog; on the way down the queue lives on from step to step, each with a warm-up as long as
// itself. While more than `worse_from` wait, service takes twice as long.
struct Queue {
    draw: Draw,
    free_at: f64,
    now: f64,
    waiting: VecDeque<f64>,
    worse_from: usize,
}

impl Queue {
    fn new(worse_from: usize) -> Self {
        Self {
            draw: Draw::new(42),
            free_at: 0.0,
            now: 0.0,
            waiting: VecDeque::new(),
            worse_from,
        }
    }

    fn step(&mut self, (rate, purpose): (f64, Purpose), limit: f64, length: f64) -> Quality {
        match purpose {
            Purpose::Descend => {
                self.offer(rate, limit, length);
            }
            _ => self.now = self.now.max(self.free_at),
        }
        let length = if purpose == Purpose::Overload {
            length / 10.0
        } else {
            length
        };
        let (late, all) = self.offer(rate, limit, length);
        if f64::from(late) < 0.01 * f64::from(all) {
            Quality::Pass
        } else {
            Quality::Fail
        }
    }

    // How many of the arrivals of this time take as long as `limit` or longer, and how many there are.
    fn offer(&mut self, rate: f64, limit: f64, length: f64) -> (u32, u32) {
        let (end, mut late, mut all) = (self.now + length, 0, 0);
        let mut at = self.now + self.draw.exponential() / rate;
        while at <= end {
            while self.waiting.front().is_some_and(|done| *done <= at) {
                self.waiting.pop_front();
            }
            let service = if self.waiting.len() > self.worse_from {
                2.0
            } else {
                1.0
            };
            self.free_at = self.free_at.max(at) + service;
            self.waiting.push_back(self.free_at);
            all += 1;
            late += u32::from(self.free_at - at >= limit);
            at += self.draw.exponential() / rate;
        }
        self.now = end;
        (late, all)
    }
}

#[test]
fn the_knee_of_a_queue_is_where_theory_puts_it() {
    for (limit, utilisation) in [(5.0, 0.561), (10.0, 0.773), (20.0, 0.886)] {
        let mut queue = Queue::new(usize::MAX);
        let options = SearchOptions {
            start: 0.1,
            ..SearchOptions::default()
        };
        let search = run(options, |rate, purpose| {
            queue.step((rate, purpose), limit, 100_000.0)
        });
        let found = search.found();
        let middle = (found.low.unwrap() * found.high.unwrap()).sqrt();
        assert!(
            (middle / utilisation - 1.0).abs() < 0.05,
            "p99 < {limit} S: {found:?}"
        );
        assert!(!found.is_metastable(), "{found:?}");
    }
}

#[test]
fn a_target_that_slows_down_under_a_queue_is_metastable() {
    let mut queue = Queue::new(50);
    let options = SearchOptions {
        start: 0.1,
        ..SearchOptions::default()
    };
    let search = run(options, |rate, purpose| {
        queue.step((rate, purpose), 20.0, 100_000.0)
    });
    let found = search.found();
    let (up, down) = (found.low.unwrap(), found.down.unwrap());
    // Up it serves almost 1 per unit; once the queue is long, half of that, until the queue is gone.
    assert!(up > 0.8, "{found:?}");
    assert!(down < 0.6 && found.is_metastable(), "{found:?}");
}

proptest! {
    // Whatever the target answers, the search ends, within its bound, and never calls a rate passed that did not pass.
    #[test]
    fn the_search_always_ends(answers in proptest::collection::vec(0..3_u8, 100), start in 1.0..1e4_f64) {
        let options = SearchOptions { start, ..SearchOptions::default() };
        let mut answers = answers.into_iter();
        let search = run(options, |_, _| match answers.next() {
            Some(0) => Quality::Pass,
            Some(1) => Quality::Fail,
            _ => Quality::Invalid,
        });
        prop_assert!(search.steps().len() <= options.most_steps);
        prop_assert!(search.found().stop != Stop::Unfinished);
        if let Some(low) = search.found().low {
            let passed = |step: &Step| step.rate.total_cmp(&low).is_eq() && step.outcome.quality == Quality::Pass;
            prop_assert!(search.steps().iter().any(passed));
        }
    }

    #[test]
    fn any_sharp_limit_is_bracketed(capacity in 2.0..1e6_f64) {
        let found = run(SearchOptions::default(), up_to(capacity)).found().clone();
        let (low, high) = (found.low.unwrap(), found.high.unwrap());
        prop_assert!(low <= capacity && capacity < high && high / low <= 1.05 + 1e-9, "{found:?}");
        prop_assert!(found.down.unwrap() > 0.8 * low);
    }
}
