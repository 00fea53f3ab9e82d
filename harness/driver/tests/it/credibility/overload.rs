//! Twice as much as the target can do, and no time to drain: what is unfinished at the end is counted, with its age, and above all that
//! finished.

use super::trust::is_trusted;
use super::{is_within, target};
use crate::offer::{Offer, offer};
use driver::yardstick::{Behaviour, single_server};
use record::histogram::Histogram;
use std::time::Duration;

const SERVICE_NS: u64 = 10_000_000;
const SECONDS: u32 = 4;

#[test]
fn load_what_an_overloaded_target_leaves_behind_is_a_lower_bound() {
    let target = target::start(Behaviour::Queue(Duration::from_nanos(SERVICE_NS)));
    let load = Offer {
        drain: Duration::ZERO,
        warmup: Duration::ZERO,
        timeout: Duration::from_secs(30),
        ..Offer::open_to(&target, 200, SECONDS)
    };
    let measured = offer(&load);
    drop(target);
    let arrivals = measured.arrivals;
    assert!(arrivals.is_conserved(), "{arrivals:?}");
    assert_eq!(arrivals.scheduled, 800);
    let unfinished = arrivals.in_flight + arrivals.unsent;
    assert_eq!(arrivals.succeeded + unfinished, 800, "{arrivals:?}");
    assert_eq!(measured.unfinished.count(), unfinished);
    let finished = &measured.steps[0].ok.response;
    // Arrival k is due after 5 k ms and would be done after 10 (k + 1) ms: its response time is 5 k + 10 ms. So the truth of the median is
    // 2.0 s and that of P99 3.96 s; who leaves out what is unfinished says half of that.
    let intended: Vec<u64> = (0..800).map(|n| n * 5_000_000).collect();
    let done = single_server(intended.iter().copied(), SERVICE_NS);
    let truth: Vec<u64> = done.zip(&intended).map(|(done, at)| done - at).collect();
    let mut all = finished.clone();
    all.add(&measured.unfinished);
    let low = all.quantile(0.99).unwrap();
    assert!(
        low <= truth[792],
        "{low} is no lower bound of {}",
        truth[792]
    );
    assert!(
        arrivals.succeeded >= 200,
        "not even a quarter: {arrivals:?}"
    );
    // The first quarter of all arrivals is finished, and its end is known; no machine makes it earlier.
    let (quarter, known) = (nth(finished, 200) as f64, truth[199] as f64);
    assert!(quarter > 0.99 * known, "{quarter} {known}");
    if is_trusted("overload", &measured) {
        assert!((380..=400).contains(&arrivals.succeeded), "{arrivals:?}");
        assert!(is_within(0.02, quarter, known), "{quarter} {known}");
    }
}

// The value at a rank from 1: whoever is unfinished ranks above.
fn nth(finished: &Histogram, rank: u64) -> u64 {
    let share = rank as f64 / finished.count() as f64;
    finished.quantile(share).unwrap()
}
