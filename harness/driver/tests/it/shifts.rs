//! A run that takes turns with another one offers load in its own turns only.

use crate::offer::{Offer, offer};
use crate::server::{Behaviour, Server};
use record::shift::Shifts;
use std::time::Duration;

const SERVICE: Duration = Duration::from_millis(20);

/// A fifth of the time: 50 ms in each of four shifts of a block of a second.
fn shifts() -> Option<Shifts> {
    let [quiet, work, rest] = [200, 50, 50].map(Duration::from_millis);
    Shifts::new(quiet, work, rest, false)
}

#[test]
fn load_a_schedule_is_one_of_the_time_in_which_load_is_offered() {
    let server = Server::start(Behaviour::Constant(Duration::ZERO));
    let measured = offer(&Offer {
        shifts: shifts(),
        warmup: Duration::from_secs(1),
        ..Offer::open(&server, 500, 2)
    });
    // 500/s for a fifth of two seconds, however late they were.
    assert_eq!(measured.arrivals.scheduled, 200);
    assert!(measured.arrivals.is_conserved(), "{:?}", measured.arrivals);
}

#[test]
fn load_users_start_nothing_in_the_other_runs_turns() {
    let server = Server::start(Behaviour::Constant(SERVICE));
    let measured = offer(&Offer {
        shifts: shifts(),
        warmup: Duration::from_secs(1),
        ..Offer::closed(&server, 1, 2)
    });
    // An answer takes 20 ms at least, so that a shift of 50 ms has room for three starts at most; without shifts there would be a hundred.
    let most = 8 * 3;
    assert!(
        (1..=most).contains(&measured.arrivals.scheduled),
        "{:?}",
        measured.arrivals
    );
}
