//! The target's process stands still for a second: response time must see every arrival of that second, service time only those that
//! were under way.

use super::trust::is_trusted;
use super::{MS, is_within, target};
use crate::offer::{Offer, offer};
use driver::yardstick::{Behaviour, after_a_stall, stand_still};
use std::time::Duration;

const SECONDS: u32 = 6;
/// Few, so that nearly all arrivals of the stall wait for one of them.
const CONNECTIONS: u32 = 8;

#[test]
fn load_a_stopped_target_is_in_response_time_and_not_in_service_time() {
    let mut target = target::start(Behaviour::Constant(Duration::ZERO));
    let load = Offer {
        connections: CONNECTIONS,
        ..Offer::open_to(&target, 500, SECONDS)
    };
    let measured = std::thread::scope(|scope| {
        let target = &mut target;
        // A second of warm-up goes by first; the stall and what it leaves behind lie within the steady phase.
        scope.spawn(move || {
            target
                .wait_for_first_request(Duration::from_secs(30))
                .unwrap();
            std::thread::sleep(Duration::from_millis(3500));
            stand_still(target.pid(), Duration::from_secs(1)).unwrap();
        });
        offer(&load)
    });
    let facts = target.finish().unwrap();
    let step = &measured.steps[0];
    assert!(measured.arrivals.is_conserved(), "{:?}", measured.arrivals);
    assert_eq!(step.ok.response.count(), 500 * u64::from(SECONDS));
    // Whatever else the machine did: it stood still, and no more requests than there are connections were under way at that time.
    assert!(facts.longest_gap_ns >= 990 * MS, "{facts:?}");
    let service = &step.ok.service;
    let slow = service.count() - service.count_at_or_below(500 * MS);
    assert!((1..=u64::from(CONNECTIONS)).contains(&slow), "{slow}");
    let trusted = is_trusted("stall", &measured);
    let length = u64::from(SECONDS) * 1000 * MS;
    for q in [0.95, 0.99] {
        let truth = after_a_stall(q, facts.longest_gap_ns, length);
        let response = step.ok.response.quantile(q).unwrap() as f64;
        let right = is_within(0.01, response, truth);
        // A busy machine adds to it, and is no excuse for a stall that was not seen.
        let excused = !trusted && response > 0.9 * truth;
        assert!(right || excused, "p{q}: {response}, {truth}");
    }
    if trusted {
        assert!(service.quantile(0.99).unwrap() < 50 * MS);
    }
}
