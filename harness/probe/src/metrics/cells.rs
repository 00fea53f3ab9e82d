//! The numbers behind the handles. All of them are atomics: no lock on any hot path.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use record::grid::{Grid, Scale};

use super::parts::Parts;

const NANOS: u64 = 1_000_000_000;

/// A float that many threads change.
#[derive(Debug, Default)]
struct Float(AtomicU64);

impl Float {
    fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }

    fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }

    fn update(&self, change: impl Fn(f64) -> f64) {
        let changed = |bits| Some(change(f64::from_bits(bits)).to_bits());
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, changed);
    }
}

/// A number that only grows.
#[derive(Debug, Clone, Default)]
pub struct Counter(Arc<Sum>);

/// A sum in two: whole events, counted by each thread in its part, and the rest.
#[derive(Debug)]
struct Sum {
    whole: Parts,
    rest: Float,
}

impl Default for Sum {
    fn default() -> Self {
        Self {
            whole: Parts::of(1),
            rest: Float::default(),
        }
    }
}

impl Counter {
    /// Adds 1.
    pub fn inc(&self) {
        self.add(1);
    }

    /// Adds a whole number.
    pub fn add(&self, count: u64) {
        self.0.whole.add(0, count);
    }

    /// Adds a number such as seconds. Negative numbers and what is not a number are ignored.
    pub fn add_f64(&self, value: f64) {
        if value > 0.0 {
            self.0.rest.update(|sum| sum + value);
        }
    }

    /// Raises the counter to a total that is counted elsewhere; a lower one changes nothing. For counters that are only
    /// ever raised.
    pub fn raise_to(&self, total: f64) {
        self.0.rest.update(|sum| sum.max(total));
    }

    /// The sum so far.
    pub fn get(&self) -> f64 {
        self.0.whole.sum(0) as f64 + self.0.rest.get()
    }
}

/// A value of the moment.
#[derive(Debug, Clone, Default)]
pub struct Gauge(Arc<Sum>);

impl Gauge {
    /// Sets the value.
    pub fn set(&self, value: f64) {
        self.0.whole.clear(0);
        self.0.rest.set(value);
    }

    /// Adds 1.
    pub fn inc(&self) {
        self.0.whole.add_clearable(0, 1);
    }

    /// Takes 1 away.
    pub fn dec(&self) {
        self.0.whole.add_clearable(0, 1_u64.wrapping_neg());
    }

    /// The value.
    pub fn get(&self) -> f64 {
        self.0.whole.sum(0).cast_signed() as f64 + self.0.rest.get()
    }
}

/// A histogram that takes single durations or numbers.
#[derive(Debug, Clone)]
pub struct Histogram(Distribution);

impl Histogram {
    pub(super) fn new(cells: Distribution) -> Self {
        Self(cells)
    }

    /// Counts one duration.
    pub fn observe(&self, duration: Duration) {
        self.observe_nanos(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Counts one duration in nanoseconds.
    #[inline]
    pub fn observe_nanos(&self, nanos: u64) {
        let cells = &*self.0.0;
        let part = cells.parts.own();
        part.add(FIRST_BUCKET + cells.scale.bucket(nanos), 1);
        // Most times are shorter than a second, and a division takes longer than all the rest.
        let mut rest = nanos;
        if nanos >= NANOS {
            part.add(SECONDS, nanos / NANOS);
            rest = nanos % NANOS;
        }
        part.add(REST, rest);
    }

    /// Counts one number of things, for a family over [`Grid::Counts`].
    pub fn observe_count(&self, count: u64) {
        let cells = &*self.0.0;
        let part = cells.parts.own();
        let bucket = cells.scale.bucket(count.saturating_mul(NANOS));
        part.add(FIRST_BUCKET + bucket, 1);
        part.add(SECONDS, count);
    }
}

/// A histogram that takes whole buckets, from one who has sorted already.
#[derive(Debug, Clone)]
pub struct Distribution(Arc<DistributionCell>);

/// Where a part keeps whole seconds (or things) of the sum; the sum is in two so that it cannot overflow.
const SECONDS: usize = 0;
/// Where it keeps what is less than a second, in nanoseconds.
const REST: usize = 1;
/// Where its buckets begin, the unbounded one last.
const FIRST_BUCKET: usize = 2;

#[derive(Debug)]
struct DistributionCell {
    grid: Grid,
    scale: &'static Scale,
    parts: Parts,
}

impl Distribution {
    pub(super) fn new(grid: Grid) -> Self {
        let parts = Parts::of(FIRST_BUCKET + grid.bounds_ns().len() + 1);
        Self(Arc::new(DistributionCell {
            grid,
            scale: grid.scale(),
            parts,
        }))
    }

    fn buckets(&self) -> Range<usize> {
        FIRST_BUCKET..FIRST_BUCKET + self.0.grid.bounds_ns().len() + 1
    }

    /// Adds counts per bucket of the family's grid (not cumulative, the unbounded bucket last) and the exact sum of the
    /// durations behind them in nanoseconds.
    ///
    /// # Panics
    /// If there are not as many counts as buckets.
    pub fn add(&self, counts: &[u64], sum_ns: u128) {
        let parts = &self.0.parts;
        assert_eq!(
            counts.len(),
            self.buckets().len(),
            "one count for each bucket"
        );
        for (bucket, count) in self.buckets().zip(counts).filter(|(_, count)| **count > 0) {
            parts.add(bucket, *count);
        }
        let seconds = u64::try_from(sum_ns / u128::from(NANOS)).unwrap_or(u64::MAX);
        parts.add(SECONDS, seconds);
        parts.add(REST, (sum_ns % u128::from(NANOS)) as u64);
    }

    /// The grid of the buckets.
    pub fn grid(&self) -> Grid {
        self.0.grid
    }

    /// Counts per bucket, not cumulative, the unbounded bucket last.
    pub fn counts(&self) -> Vec<u64> {
        self.buckets()
            .map(|bucket| self.0.parts.sum(bucket))
            .collect()
    }

    /// The sum in seconds.
    pub fn sum_seconds(&self) -> f64 {
        let [seconds, rest] = [SECONDS, REST].map(|place| self.0.parts.sum(place));
        seconds as f64 + rest as f64 / NANOS as f64
    }
}
