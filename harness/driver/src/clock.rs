//! One monotonic clock: nanoseconds since T0.

use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Both ends of every duration are read on this clock. Before T0 it reads 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    /// T0 on the system's monotonic clock. Kept as a number, because it is read twice a request and the arithmetic of `Instant` costs
    /// as much as the reading.
    t0_ns: u64,
    t0: Instant,
}

impl Clock {
    /// A clock whose T0 is `delay` from now.
    pub(crate) fn starting_in(delay: Duration) -> Self {
        Self {
            t0_ns: monotonic() + delay.as_nanos() as u64,
            t0: Instant::now() + delay,
        }
    }

    /// A clock whose T0 is `at` on the system's monotonic clock, in nanoseconds.
    pub(crate) fn starting_at(at: u64) -> Self {
        let delay = at.saturating_sub(monotonic());
        Self {
            t0_ns: at,
            t0: Instant::now() + Duration::from_nanos(delay),
        }
    }

    /// Nanoseconds since T0.
    pub(crate) fn now(&self) -> u64 {
        monotonic().saturating_sub(self.t0_ns)
    }

    /// T0 since 1970, as the system's clock would have it now: a clock that was set since does not matter.
    pub(crate) fn t0_unix(&self) -> Duration {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        now.saturating_sub(Duration::from_nanos(self.now()))
    }

    /// T0 on the system's monotonic clock, in nanoseconds.
    pub(crate) fn t0_ns(&self) -> u64 {
        self.t0_ns
    }

    /// The instant at which this clock reads `nanoseconds`, to some tens of nanoseconds: for waiting, not for measuring.
    pub(crate) fn at(&self, nanoseconds: u64) -> Instant {
        self.t0 + Duration::from_nanos(nanoseconds)
    }
}

/// Nanoseconds of the system's monotonic clock.
pub fn monotonic() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    // Counted from the machine's start: 64 bits of nanoseconds last for five centuries.
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}
