//! One monotonic clock: nanoseconds since T0.

use std::time::{Duration, Instant};

/// Both ends of every duration are read on this clock. Before T0 it reads 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    t0: Instant,
}

impl Clock {
    /// A clock whose T0 is `delay` from now.
    pub(crate) fn starting_in(delay: Duration) -> Self {
        Self {
            t0: Instant::now() + delay,
        }
    }

    /// Nanoseconds since T0.
    pub(crate) fn now(&self) -> u64 {
        Instant::now().saturating_duration_since(self.t0).as_nanos() as u64
    }

    /// The instant at which this clock reads `nanoseconds`.
    pub(crate) fn at(&self, nanoseconds: u64) -> Instant {
        self.t0 + Duration::from_nanos(nanoseconds)
    }
}
