//! Counting times as cheaply as can be: the same buckets as [`Histogram`], nothing that can be worked out later.
//!
//! A request leaves three or four times behind, and the general histogram spends some eighty instructions on each. This one finds the
//! bucket with a shift and an addition, and is poured into a [`Histogram`] when a window closes. What arrives there is the same, value
//! by value, which a test holds.

use crate::histogram::Histogram;

/// Values below 2^11 ns have a bucket each; above, 2^10 buckets for each doubling: three significant digits, as [`Histogram`] has.
const EXACT_BITS: u32 = 11;
const HALF_BITS: u32 = EXACT_BITS - 1;
/// Counters are made this many at a time, one doubling of the value.
const BLOCK: usize = 1 << HALF_BITS;

/// Nanosecond times on their way into a [`Histogram`]. Its memory grows with the largest value, up to 132 KiB, and stays.
///
/// Counters have 32 bits: a tally holds what one worker did in one window, and 4 billion requests in a second are out of reach.
#[derive(Debug, Clone)]
pub struct Tally {
    counts: Vec<u32>,
    count: u64,
    sum_ns: u128,
    min_ns: u64,
    max_ns: u64,
    clamped: u64,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            counts: Vec::new(),
            count: 0,
            sum_ns: 0,
            min_ns: u64::MAX,
            max_ns: 0,
            clamped: 0,
        }
    }
}

// Which bucket holds `value`: the sub-bucket within the power of two that the value's highest bit names.
const fn bucket(value: u64) -> usize {
    let shift = doubling(value);
    ((shift as usize) << HALF_BITS) + (value >> shift) as usize
}

const fn doubling(value: u64) -> u32 {
    let exact = (1 << EXACT_BITS) - 1;
    64 - EXACT_BITS - (value | exact).leading_zeros()
}

// The smallest value of a bucket.
const fn lowest(bucket: usize) -> u64 {
    if bucket < 2 * BLOCK {
        return bucket as u64;
    }
    let shift = (bucket >> HALF_BITS) - 1;
    ((bucket - (shift << HALF_BITS)) as u64) << shift
}

impl Tally {
    /// Counts one value; as in [`Histogram::record`] 0 counts as 1 ns, and more than an hour as an hour.
    #[inline]
    pub fn record(&mut self, value_ns: u64) {
        let value = value_ns.clamp(1, Histogram::HIGHEST_NS);
        self.clamped += u64::from(value_ns > Histogram::HIGHEST_NS);
        let at = bucket(value);
        match self.counts.get_mut(at) {
            Some(count) => *count += 1,
            None => self.grow(at),
        }
        self.count += 1;
        self.sum_ns += u128::from(value);
        self.min_ns = self.min_ns.min(value);
        self.max_ns = self.max_ns.max(value);
    }

    /// Makes room for values up to `value_ns`, and touches it: no later value below takes memory, from the system or by a page fault.
    pub fn reserve(&mut self, value_ns: u64) {
        let wanted = bucket(value_ns.clamp(1, Histogram::HIGHEST_NS)) + 1;
        let wanted = wanted.next_multiple_of(BLOCK);
        if self.counts.len() < wanted {
            self.counts.reserve_exact(wanted - self.counts.len());
            self.counts.resize(wanted, 0);
        }
    }

    /// Bytes of its counters.
    pub fn bytes(&self) -> usize {
        self.counts.capacity() * size_of::<u32>()
    }

    #[cold]
    fn grow(&mut self, at: usize) {
        self.reserve(lowest(at));
        self.counts[at] = 1;
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Forgets all values and keeps the memory.
    pub fn clear(&mut self) {
        if self.count > 0 {
            self.counts[bucket(self.min_ns)..=bucket(self.max_ns)].fill(0);
            let counts = std::mem::take(&mut self.counts);
            *self = Self {
                counts,
                ..Self::default()
            };
        }
    }

    /// Each bucket that holds something: a value of it and how many. The smallest and the largest value are given as they were.
    fn filled(&self) -> impl Iterator<Item = (u64, u64)> {
        let range = match self.count {
            0 => 0..0,
            _ => bucket(self.min_ns)..bucket(self.max_ns) + 1,
        };
        let filled = range.filter(|&at| self.counts[at] > 0);
        filled.map(|at| {
            let value = lowest(at).max(self.min_ns);
            let is_last = bucket(self.max_ns) == at;
            let value = if is_last { self.max_ns } else { value };
            (value, u64::from(self.counts[at]))
        })
    }
}

impl Histogram {
    /// Adds all values of `tally`, exactly.
    pub fn add_tally(&mut self, tally: &Tally) {
        if tally.count > 0 {
            self.add_filled(
                tally.filled(),
                crate::histogram::Exact {
                    sum_ns: tally.sum_ns,
                    min_ns: tally.min_ns,
                    max_ns: tally.max_ns,
                    clamped: tally.clamped,
                },
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_bucket_begins_where_its_smallest_value_lies() {
        for at in 1..(32 << HALF_BITS) {
            assert_eq!(bucket(lowest(at)), at);
            assert_eq!(bucket(lowest(at) - 1), at - 1);
        }
    }

    #[test]
    fn what_was_reserved_does_not_grow() {
        let mut tally = Tally::default();
        tally.reserve(5_000_000_000);
        let reserved = tally.bytes();
        assert!((80 << 10..100 << 10).contains(&reserved), "{reserved}");
        for value in [0, 1, 1_000_000, 5_000_000_000] {
            tally.record(value);
        }
        tally.clear();
        assert_eq!(tally.bytes(), reserved);
        tally.record(u64::MAX);
        assert_eq!(tally.bytes(), 132 << 10, "an hour, and no more");
        tally.reserve(1);
        assert_eq!(tally.bytes(), 132 << 10);
    }

    proptest! {
        #[test]
        fn a_poured_tally_is_the_histogram_that_saw_every_value(
            values in prop::collection::vec(prop_oneof![0..5_000_u64, 0..3_000_000_000_u64, any::<u64>()], 0..300),
            more in prop::collection::vec(0..100_000_u64, 0..20),
        ) {
            let (mut tally, mut poured, mut direct) = (Tally::default(), Histogram::new(), Histogram::new());
            for part in [values, more] {
                for &value in &part {
                    tally.record(value);
                    direct.record(value);
                }
                prop_assert_eq!(tally.count(), part.len() as u64);
                poured.add_tally(&tally);
                tally.clear();
                prop_assert!(tally.counts.iter().all(|&count| count == 0));
            }
            prop_assert_eq!(&poured, &direct);
            prop_assert_eq!(poured.encode(), direct.encode());
        }
    }
}
