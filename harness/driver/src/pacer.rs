//! Pacing: arrivals leave at their intended times, late ones at once and in order, none skipped.
//!
//! The decision is the pure [`Pacer`], which a test drives in virtual time; [`run`] is the thread around it. It is a thread of its own
//! because the runtime's timer has slots of one millisecond: a sleeping task would be up to that late, every time.

use crate::alarm::Alarms;
use crate::clock::Clock;
use crate::edges::Edges;
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
    /// So many nanoseconds until something may be due.
    Wait(u64),
    /// An arrival is due.
    Due(Arrival),
    /// The steady phase is over.
    Finished,
}

/// The pure core: no clock of its own. Warm-up has a stream of arrivals of its own, so that the steady phase offers the same arrivals
/// however long warm-up took.
pub(crate) struct Pacer<W: Iterator<Item = Arrival>, S: Iterator<Item = Arrival>> {
    warmup: Peekable<W>,
    steady: Peekable<S>,
    /// Where the steady stream begins, once that is known: time and number.
    steady_from: Option<(u64, u64)>,
    released: u64,
}

impl<W: Iterator<Item = Arrival>, S: Iterator<Item = Arrival>> Pacer<W, S> {
    /// Both streams count times and numbers from 0.
    pub(crate) fn new(warmup: W, steady: S) -> Self {
        Self {
            warmup: warmup.peekable(),
            steady: steady.peekable(),
            steady_from: None,
            released: 0,
        }
    }

    /// Never early: an arrival is due when `now` has reached its intended start. `warmup_end` may only move to earlier times that are
    /// still ahead of `now`, `steady_end` only to later ones.
    pub(crate) fn poll(&mut self, now: u64, warmup_end: u64, steady_end: u64) -> Next {
        let Some((from, number)) = self.steady_from else {
            return self.poll_warmup(now, warmup_end, steady_end);
        };
        let intended = self.steady.peek().map(|arrival| from + arrival.intended_ns);
        match intended.filter(|&at| at < steady_end) {
            None if now >= steady_end => Next::Finished,
            None => Next::Wait(steady_end - now),
            Some(at) if at > now => Next::Wait(at - now),
            Some(at) => self.steady.next().map_or(Next::Finished, |arrival| {
                Next::Due(Arrival {
                    n: number + arrival.n,
                    intended_ns: at,
                    phase: Phase::Steady,
                    ..arrival
                })
            }),
        }
    }

    fn poll_warmup(&mut self, now: u64, warmup_end: u64, steady_end: u64) -> Next {
        let next = self.warmup.peek().map(|arrival| arrival.intended_ns);
        match next.filter(|&at| at < warmup_end) {
            None if now < warmup_end => Next::Wait(warmup_end - now),
            None => {
                self.steady_from = Some((warmup_end, self.released));
                self.poll(now, warmup_end, steady_end)
            }
            Some(at) if at > now => Next::Wait(at - now),
            Some(_) => {
                self.released += 1;
                self.warmup.next().map_or(Next::Finished, |arrival| {
                    Next::Due(Arrival {
                        phase: Phase::Warmup,
                        ..arrival
                    })
                })
            }
        }
    }
}

/// Counts of arrivals that became due.
#[derive(Debug, Default)]
pub(crate) struct Due {
    pub(crate) all: AtomicU64,
    pub(crate) steady: AtomicU64,
}

impl Due {
    pub(crate) fn count(&self, phase: Phase) {
        self.all.fetch_add(1, Ordering::Relaxed);
        if phase == Phase::Steady {
            self.steady.fetch_add(1, Ordering::Relaxed);
        }
    }
}

// The thread looks at the stop flag, and at the edges, at least this often.
const LONGEST_SLEEP: u64 = 10_000_000;

/// What the pacer's thread works on.
pub(crate) struct Pacing<'a> {
    pub(crate) clock: Clock,
    pub(crate) edges: &'a Edges,
    /// There in the open models.
    pub(crate) handover: Option<&'a Handover>,
    pub(crate) alarms: &'a Alarms,
    pub(crate) due: &'a Due,
    pub(crate) stop: &'a AtomicBool,
}

/// Releases the schedule's arrivals, and wakes users whose pause is over, until `stop` is set and nothing is due: what was due is
/// released, and counted, even then.
pub(crate) fn run(
    warmup: impl Iterator<Item = Arrival>,
    steady: impl Iterator<Item = Arrival>,
    pacing: &Pacing<'_>,
) {
    // The default slack of 50 µs would be added to every wake-up; where it cannot be changed we are that much later, and say so in
    // the send delay.
    let _ = rustix::thread::set_current_timer_slack(NonZeroU64::new(1));
    pacing.alarms.adopt();
    let mut pacer = Pacer::new(warmup, steady);
    loop {
        let now = pacing.clock.now();
        let alarm = pacing.alarms.ring(now);
        let edges = pacing.edges;
        let wait = match pacer.poll(now, edges.warmup_end(), edges.steady_end()) {
            Next::Due(arrival) => {
                pacing.due.count(arrival.phase);
                if let Some(handover) = pacing.handover {
                    handover.release(arrival);
                }
                continue;
            }
            Next::Wait(nanoseconds) => nanoseconds,
            Next::Finished => LONGEST_SLEEP,
        };
        if pacing.stop.load(Ordering::Relaxed) {
            return;
        }
        let alarm = alarm.map_or(LONGEST_SLEEP, |at| at.saturating_sub(now));
        let wait = wait.min(alarm).min(LONGEST_SLEEP);
        std::thread::park_timeout(Duration::from_nanos(wait));
    }
}

#[cfg(test)]
mod tests;
