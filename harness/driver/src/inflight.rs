//! What each user has under way, readable from outside: when the run stops, unfinished arrivals are counted with their age. And how long
//! users paused between the steps of a transaction.

use record::phase::Phase;
use std::sync::atomic::{AtomicU64, Ordering};

/// One cell per user.
pub(crate) struct InFlight {
    cells: Vec<AtomicU64>,
    /// Nanoseconds of pauses inside steady transactions, all users.
    paused: AtomicU64,
}

// 0 is idle; otherwise bit 0 is set, bit 1 says steady, the rest is the intended start in ns.
const BUSY: u64 = 1;
const STEADY: u64 = 2;

impl InFlight {
    pub(crate) fn new(users: usize) -> Self {
        Self {
            cells: (0..users).map(|_| AtomicU64::new(0)).collect(),
            paused: AtomicU64::new(0),
        }
    }

    /// `user` starts an arrival. Times above 2^62 ns (146 years) do not occur.
    pub(crate) fn begin(&self, user: usize, phase: Phase, intended: u64) {
        let steady = if phase == Phase::Steady { STEADY } else { 0 };
        self.cells[user].store(intended << 2 | steady | BUSY, Ordering::Relaxed);
    }

    /// `user` ended its arrival.
    pub(crate) fn end(&self, user: usize) {
        self.cells[user].store(0, Ordering::Relaxed);
    }

    /// A user of an arrival in `phase` begins a pause of so many nanoseconds.
    pub(crate) fn pause(&self, phase: Phase, nanoseconds: u64) {
        if phase == Phase::Steady {
            self.paused.fetch_add(nanoseconds, Ordering::Relaxed);
        }
    }

    /// Nanoseconds that users paused inside steady transactions, put together.
    pub(crate) fn paused(&self) -> u64 {
        self.paused.load(Ordering::Relaxed)
    }

    /// Users that have something under way.
    pub(crate) fn count(&self) -> u64 {
        self.cells
            .iter()
            .filter(|cell| cell.load(Ordering::Relaxed) != 0)
            .count() as u64
    }

    /// Intended starts of steady arrivals under way.
    pub(crate) fn steady(&self) -> Vec<u64> {
        self.cells
            .iter()
            .map(|cell| cell.load(Ordering::Relaxed))
            .filter(|value| value & STEADY != 0)
            .map(|value| value >> 2)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_tell_who_is_busy_with_what() {
        let inflight = InFlight::new(3);
        inflight.begin(0, Phase::Steady, 77);
        inflight.begin(1, Phase::Warmup, 5);
        inflight.begin(2, Phase::Steady, 0);
        assert_eq!((inflight.count(), inflight.steady()), (3, vec![77, 0]));
        inflight.end(0);
        inflight.end(1);
        assert_eq!((inflight.count(), inflight.steady()), (1, vec![0]));
        inflight.pause(Phase::Warmup, 5);
        inflight.pause(Phase::Steady, 7);
        assert_eq!(inflight.paused(), 7);
    }
}
