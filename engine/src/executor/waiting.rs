//! What a caller waited for between its question and its answer: the part in which a sync was under way is the disk's, the rest
//! the queue's and the executor thread's.

use probe::stall::{Cause, waited};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The time that syncs have taken since the start; it can be read while one is under way.
///
/// One number holds the whole state, so a reader never sees half of a change: between syncs their sum; during one the marker and
/// the moment at which it would have begun if all earlier ones had come right before it.
pub(super) struct SyncClock {
    origin: Instant,
    state: AtomicU64,
}

/// Marks a sync that is under way. Nanoseconds reach this bit after 292 years.
const UNDER_WAY: u64 = 1 << 63;

impl Default for SyncClock {
    fn default() -> Self {
        Self {
            origin: Instant::now(),
            state: AtomicU64::new(0),
        }
    }
}

impl SyncClock {
    fn now(&self) -> u64 {
        self.origin.elapsed().as_nanos() as u64
    }

    /// Nanoseconds spent in syncs so far, the one under way included.
    pub(super) fn read(&self) -> u64 {
        match self.state.load(Ordering::Acquire) {
            sum if sum & UNDER_WAY == 0 => sum,
            moved => self.now().saturating_sub(moved & !UNDER_WAY),
        }
    }

    /// Runs a sync. Only the journal's thread does.
    pub(super) fn timed<R>(&self, sync: impl FnOnce() -> R) -> R {
        let before = self.state.load(Ordering::Relaxed);
        let moved = self.now().saturating_sub(before);
        self.state.store(UNDER_WAY | moved, Ordering::Release);
        let result = sync();
        let sum = self.now().saturating_sub(moved);
        self.state.store(sum, Ordering::Release);
        result
    }
}

/// One wait for an answer of the executor, from now on.
pub(super) struct Waiting<'a> {
    syncs: &'a SyncClock,
    synced: u64,
    began: Instant,
}

impl<'a> Waiting<'a> {
    pub(super) fn begin(syncs: &'a SyncClock) -> Self {
        Self {
            syncs,
            synced: syncs.read(),
            began: Instant::now(),
        }
    }

    /// The answer is there: the wait goes into the ledger of the request being served.
    pub(super) fn end(self) {
        let synced = Duration::from_nanos(self.syncs.read().saturating_sub(self.synced));
        let whole = self.began.elapsed();
        waited(Cause::Fsync, synced.min(whole));
        waited(Cause::Channel, whole.saturating_sub(synced));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_stands_between_syncs_and_runs_during_one() {
        let clock = SyncClock::default();
        assert_eq!(clock.read(), 0);
        let during = clock.timed(|| {
            std::thread::sleep(Duration::from_millis(2));
            clock.read()
        });
        assert!(during >= 2_000_000, "{during}");
        let after = clock.read();
        assert!(after >= during);
        std::thread::sleep(Duration::from_millis(2));
        assert_eq!(clock.read(), after);
        clock.timed(|| assert!(clock.read() >= after));
        assert!(clock.read() >= after);
    }
}
