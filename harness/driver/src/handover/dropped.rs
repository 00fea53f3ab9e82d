//! Arrivals that were given up, in memory that grows with time and not with their number: a plan that drops may drop most of what is due.

use plan::schedule::Arrival;
use record::histogram::Histogram;
use record::phase::Phase;

const SECOND_NS: u64 = 1_000_000_000;

/// How many, and of the steady ones how many were due in each second.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Dropped {
    all: u64,
    /// Steady ones by the second since T0 in which they were due.
    steady: Vec<u64>,
}

impl Dropped {
    pub(super) fn add(&mut self, arrival: &Arrival) {
        self.all += 1;
        if arrival.phase != Phase::Steady {
            return;
        }
        let second = (arrival.intended_ns / SECOND_NS) as usize;
        if self.steady.len() <= second {
            self.steady.resize(second + 1, 0);
        }
        self.steady[second] += 1;
    }

    /// All of them.
    pub(crate) fn all(&self) -> u64 {
        self.all
    }

    /// Those of the steady phase.
    pub(crate) fn steady(&self) -> u64 {
        self.steady.iter().sum()
    }

    /// Adds the ages that steady ones have at `at` (nanoseconds since T0), each at most a second too small: lower bounds of times that
    /// nobody will see.
    pub(crate) fn add_ages(&self, at: u64, ages: &mut Histogram) {
        for (second, count) in (1..).zip(&self.steady) {
            ages.record_many(at.saturating_sub(second * SECOND_NS), *count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_take_as_much_memory_as_few_and_their_ages_are_lower_bounds() {
        let mut dropped = Dropped::default();
        for n in 0..100_000 {
            let phase = if n < 1000 {
                Phase::Warmup
            } else {
                Phase::Steady
            };
            let (intended_ns, scenario) = (n * 30_000, 0);
            dropped.add(&Arrival {
                n,
                intended_ns,
                phase,
                scenario,
            });
        }
        assert_eq!((dropped.all(), dropped.steady()), (100_000, 99_000));
        // Three seconds of them.
        assert_eq!(dropped.steady.len(), 3);
        let mut ages = Histogram::new();
        dropped.add_ages(10 * SECOND_NS, &mut ages);
        assert_eq!((ages.count(), ages.max_ns()), (99_000, Some(9 * SECOND_NS)));
        assert!(
            ages.quantile(0.0)
                .is_some_and(|least| least >= 7 * SECOND_NS)
        );
    }
}
