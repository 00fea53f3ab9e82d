//! Pacing: arrivals leave at their intended times, late ones at once and in order, none skipped.
//!
//! The decision is the pure [`Pacer`], which a test drives in virtual time; [`run`] is the thread around it. It is a thread of its own
//! because the runtime's timer has slots of one millisecond: a sleeping task would be up to that late, every time.

use crate::clock::Clock;
use crate::handover::Handover;
use plan::schedule::Arrival;
use record::phase::Phase;
use std::iter::Peekable;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// So many nanoseconds until the next arrival is due.
    Wait(u64),
    /// An arrival is due.
    Due(Arrival),
    /// The schedule is over.
    Finished,
}

/// The pure core: no clock of its own.
pub(crate) struct Pacer<S: Iterator<Item = Arrival>> {
    schedule: Peekable<S>,
}

impl<S: Iterator<Item = Arrival>> Pacer<S> {
    pub(crate) fn new(schedule: S) -> Self {
        Self {
            schedule: schedule.peekable(),
        }
    }

    /// Never early: an arrival is due when `now` has reached its intended start.
    pub(crate) fn poll(&mut self, now: u64) -> Next {
        let wait = match self.schedule.peek() {
            None => return Next::Finished,
            Some(arrival) => arrival.intended_ns.saturating_sub(now),
        };
        if wait > 0 {
            return Next::Wait(wait);
        }
        self.schedule.next().map_or(Next::Finished, Next::Due)
    }
}

/// Counts of arrivals that became due.
#[derive(Debug, Default)]
pub(crate) struct Due {
    pub(crate) all: AtomicU64,
    pub(crate) steady: AtomicU64,
}

// The thread looks at the stop flag at least this often.
const LONGEST_SLEEP: Duration = Duration::from_millis(10);

/// Releases the schedule's arrivals until it is over. With `stop` set it ends as soon as nothing is due: what was due is released, and
/// counted, even then.
pub(crate) fn run(
    schedule: impl Iterator<Item = Arrival>,
    clock: Clock,
    handover: &Handover,
    due: &Due,
    stop: &AtomicBool,
) {
    // The default slack of 50 µs would be added to every wake-up; where it cannot be changed we are that much later, and say so in
    // the send delay.
    let _ = rustix::thread::set_current_timer_slack(NonZeroU64::new(1));
    let mut pacer = Pacer::new(schedule);
    loop {
        match pacer.poll(clock.now()) {
            Next::Wait(_) if stop.load(Ordering::Relaxed) => return,
            Next::Wait(nanoseconds) => {
                std::thread::sleep(Duration::from_nanos(nanoseconds).min(LONGEST_SLEEP));
            }
            Next::Due(arrival) => {
                due.all.fetch_add(1, Ordering::Relaxed);
                if arrival.phase == Phase::Steady {
                    due.steady.fetch_add(1, Ordering::Relaxed);
                }
                handover.release(std::iter::once(arrival));
            }
            Next::Finished => return,
        }
    }
}

#[cfg(test)]
mod tests;
