//! A server that answers after a fixed time: service time, throughput and the sum of the parts.

use super::trust::is_trusted;
use super::{MS, is_within, target};
use crate::offer::{Offer, offer};
use driver::yardstick::Behaviour;
use std::time::Duration;

#[test]
fn load_a_constant_target_has_the_service_time_that_it_says_it_has() {
    let target = target::start(Behaviour::Constant(Duration::from_millis(5)));
    let measured = offer(&Offer::open_to(&target, 200, 3));
    let facts = target.finish().unwrap();
    let service = &measured.steps[0].ok.service;
    // True on any machine, however busy: nothing is shorter than it was, lost, counted twice or left out of the sum.
    assert!(measured.steps[0].failures.is_empty());
    assert_eq!(measured.arrivals.scheduled, 600);
    assert_eq!(service.count(), 600);
    assert!(service.exact().min_ns >= 5 * MS);
    let parts = service.sum_ns() + measured.send_delay.sum_ns();
    assert_eq!(measured.steps[0].ok.response.sum_ns(), parts);
    let asked: u64 = measured.windows.iter().map(|window| window.requests).sum();
    assert_eq!(asked, facts.answered);
    if is_trusted("constant, open", &measured) {
        let p50 = service.quantile(0.5).unwrap();
        let more = p50.saturating_sub(facts.service_p50_ns);
        assert!(more <= MS / 2, "{p50} ns, by the target {facts:?}");
    }
}

#[test]
fn load_closed_users_reach_the_throughput_that_their_number_allows() {
    let target = target::start(Behaviour::Constant(Duration::from_millis(10)));
    let measured = offer(&Offer::open_to(&target, 1, 3).closed_by(4));
    let facts = target.finish().unwrap();
    let asked: u64 = measured.windows.iter().map(|window| window.requests).sum();
    assert_eq!(asked, facts.answered);
    // Four users, and a target that by its own account takes so long: no more than this is possible, and little less is reached.
    let possible = 4.0 / (facts.service_mean_ns as f64 / 1e9);
    let finished = measured.arrivals.succeeded as f64;
    let reached = finished / measured.steady.length().as_secs_f64();
    assert!(reached <= possible * 1.01, "{reached} of {possible}");
    if is_trusted("constant, closed", &measured) {
        assert!(
            is_within(0.05, reached, possible),
            "{reached} of {possible}"
        );
    }
}
