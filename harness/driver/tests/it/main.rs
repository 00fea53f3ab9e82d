//! The driver against servers whose behaviour is known: what it reports must be what they did.
//!
//! Tests whose names begin with `load_` offer load and run one at a time.

#![allow(clippy::unwrap_used, reason = "tests")]

mod credibility;
mod offer;
mod server;
mod shifts;

use offer::{Offer, offer};
use record::failure::FailureKind;
use record::histogram::Histogram;
use record::run::Ending;
use server::{Behaviour, Server};
use std::time::Duration;

const MS: u64 = 1_000_000;

fn p(histogram: &Histogram, q: f64) -> u64 {
    histogram.quantile(q).expect("there are values")
}

#[test]
fn load_a_constant_server_is_measured_as_it_is() {
    let server = Server::start(Behaviour::Constant(Duration::from_millis(5)));
    let measured = offer(&Offer::open(&server, 200, 3));
    let step = &measured.steps[0];
    assert!(step.failures.is_empty(), "{:?}", step.failures);
    assert!(measured.arrivals.is_conserved(), "{:?}", measured.arrivals);
    assert_eq!(measured.arrivals.succeeded, step.ok.response.count());
    // The server sleeps at least 5 ms, so nothing may be shorter; half of the requests have no reason to be much longer.
    assert!(step.ok.service.exact().min_ns >= 5 * MS);
    assert!(
        p(&step.ok.service, 0.5) < 50 * MS,
        "{}",
        p(&step.ok.service, 0.5)
    );
    // Response time is send delay plus service time, to the nanosecond.
    assert_eq!(
        step.ok.response.sum_ns(),
        step.ok.service.sum_ns() + measured.send_delay.sum_ns()
    );
    // What the server counted is what was measured, plus the warm-up.
    let warmup: u64 = measured.windows.iter().map(|window| window.requests).sum();
    assert_eq!(server.answered(), warmup);
}

#[test]
fn load_a_stall_is_seen_by_response_time_and_not_by_service_time() {
    // Four connections at 200 arrivals/s; the server stands still for one second of the four that are measured.
    let server = Server::start(Behaviour::Stall {
        after: Duration::from_secs(2),
        length: Duration::from_secs(1),
    });
    let measured = offer(&Offer {
        connections: 4,
        ..Offer::open(&server, 200, 4)
    });
    let step = &measured.steps[0];
    assert!(measured.arrivals.is_conserved(), "{:?}", measured.arrivals);
    // Response p_q = D − (1 − q) T with D = 1 s and T = 4 s, when the service is fast otherwise: p95 = 0.8 s, p90 = 0.6 s. The kernel can
    // only add to that; 3 % are left for the edges of the stall.
    assert!(
        p(&step.ok.response, 0.95) >= 770 * MS,
        "p95 {}",
        p(&step.ok.response, 0.95)
    );
    assert!(
        p(&step.ok.response, 0.90) >= 570 * MS,
        "p90 {}",
        p(&step.ok.response, 0.90)
    );
    // At most the four requests that were under way took long by their own clock.
    let slow: u64 = step.ok.service.count() - count_below(&step.ok.service, 500 * MS);
    assert!(slow <= 4, "{slow} slow service times");
    assert!(
        p(&step.ok.service, 0.95) < 300 * MS,
        "{}",
        p(&step.ok.service, 0.95)
    );
}

fn count_below(histogram: &Histogram, limit: u64) -> u64 {
    let share = (0..=1000)
        .rev()
        .map(|n| f64::from(n) / 1000.0)
        .find(|&q| p(histogram, q) < limit);
    (share.unwrap_or(0.0) * histogram.count() as f64).ceil() as u64
}

#[test]
fn load_a_slow_body_is_part_of_the_service_time() {
    let server = Server::start(Behaviour::SlowBody(Duration::from_millis(50)));
    let measured = offer(&Offer::open(&server, 50, 2));
    assert!(measured.steps[0].ok.service.exact().min_ns >= 50 * MS);
    assert_eq!(
        measured.steps[0].body_bytes,
        5 * measured.steps[0].ok.service.count()
    );
}

#[test]
fn load_closed_users_wait_for_their_answers() {
    let server = Server::start(Behaviour::Constant(Duration::from_millis(10)));
    let measured = offer(&Offer::closed(&server, 4, 2));
    assert!(measured.arrivals.is_conserved(), "{:?}", measured.arrivals);
    // Four users, at least 10 ms each time, two seconds: no more than 800 could be asked.
    let asked = measured.arrivals.scheduled;
    assert!((1..=804).contains(&asked), "{asked}");
    assert!(server.most_at_once() <= 4, "{}", server.most_at_once());
    let closed = measured.health.closed.expect("a closed run has the facts");
    assert!((closed.users_mean - 4.0).abs() < 1e-9 && closed.think_mean.is_zero());
    assert_eq!(measured.health.local_limits, [""; 0]);
}

#[test]
fn load_every_failure_has_its_kind_and_nothing_is_lost() {
    let server = Server::start(Behaviour::Unreliable);
    let measured = offer(&Offer {
        timeout: Duration::from_millis(300),
        ..Offer::open(&server, 100, 3)
    });
    let step = &measured.steps[0];
    assert!(measured.arrivals.is_conserved(), "{:?}", measured.arrivals);
    for kind in [
        FailureKind::Status,
        FailureKind::Timeout,
        FailureKind::Reset,
        FailureKind::Malformed,
    ] {
        assert!(
            step.failures.contains_key(&kind),
            "{kind} is missing in {:?}",
            step.failures
        );
    }
    assert!(step.ok.response.count() > 0);
    assert_eq!(
        measured.arrivals.timed_out,
        step.failures[&FailureKind::Timeout]
    );
    // A request that was given up is a lower bound of its response time, not an absence.
    assert_eq!(measured.unfinished.count(), measured.arrivals.timed_out);
    assert!(measured.unfinished.exact().min_ns >= 300 * MS);
}

#[test]
fn load_what_is_unfinished_at_the_end_is_counted_with_its_age() {
    // One connection and 20 ms an answer: 50/s of the 200/s that arrive, and no time to drain.
    let server = Server::start(Behaviour::Constant(Duration::from_millis(20)));
    let measured = offer(&Offer {
        connections: 1,
        drain: Duration::ZERO,
        ..Offer::open(&server, 200, 2)
    });
    let arrivals = measured.arrivals;
    assert!(arrivals.is_conserved(), "{arrivals:?}");
    assert_eq!(arrivals.scheduled, 400, "constant arrivals are exact");
    assert!(arrivals.unsent > 200, "{arrivals:?}");
    assert_eq!(
        measured.unfinished.count(),
        arrivals.unsent + arrivals.in_flight
    );
    assert_eq!(measured.ending, Ending::Completed);
}

#[test]
fn load_a_target_that_goes_away_ends_the_run_and_keeps_what_was_measured() {
    let server = Server::start(Behaviour::GoesAway {
        after: Duration::from_secs(2),
    });
    let measured = offer(&Offer::open(&server, 100, 30));
    assert!(
        matches!(&measured.ending, Ending::TargetDied(why) if why.contains("no connection")),
        "{:?}",
        measured.ending
    );
    assert!(measured.arrivals.is_conserved(), "{:?}", measured.arrivals);
    assert!(measured.steps[0].ok.response.count() > 0);
    assert!(
        measured.steps[0]
            .failures
            .contains_key(&FailureKind::Connect)
    );
}
