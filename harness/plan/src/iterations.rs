//! A steady phase that ends by count: after so many transactions, instead of after so much time.
//!
//! On a schedule the length follows from count, rate and seed before the run, so everything that must know it beforehand does, profiles
//! included. In a closed plan the target decides how long so many take; the run ends when the last of them has started.

use crate::schedule::Arrivals;
use crate::{Plan, limits};
use std::time::Duration;

/// The longest steady phase that ends by count, if nobody says otherwise.
pub const USUAL_WITHIN: Duration = Duration::from_hours(1);

/// How many transactions, and how long they may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Iterations {
    /// Transactions of the steady phase: arrivals in an open plan, visits in a partly open one, starts of users in a closed one.
    pub count: u64,
    /// The steady phase ends after this even if there were fewer.
    pub within: Duration,
}

impl Plan {
    /// Works out the length of a steady phase that ends by count; to be called whenever rate, spacing, seed or count have changed.
    pub(crate) fn settle(&mut self) {
        if let Some(Iterations { within, .. }) = self.iterations {
            self.duration = self.length_of_count().map_or(within, |it| it.min(within));
        }
    }

    /// Transactions that the steady phase consists of, where count, rate and seed decide that and not its bound in time.
    pub(crate) fn counted_arrivals(&self) -> Option<u64> {
        let asked = self.iterations?;
        let length = self.length_of_count()?;
        (length <= asked.within).then_some(asked.count)
    }

    // Until the arrival after the last one is due: exactly `count` are due before that. `None` in a closed plan, and where something else
    // says how long the steady phase is.
    fn length_of_count(&self) -> Option<Duration> {
        let asked = self.iterations?;
        if self.rate.is_none() || asked.count > limits::ITERATIONS {
            return None;
        }
        let at_ns = Arrivals::due_at(self, asked.count, asked.within)?;
        Some(Duration::from_nanos(at_ns))
    }
}

#[cfg(test)]
mod tests;
