//! The numbers behind the handles. All of them are atomics: no lock on any hot path.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use record::grid::Grid;

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
pub struct Counter(Arc<CounterCell>);

/// Whole events and fractions apart: events are one locked addition.
#[derive(Debug, Default)]
struct CounterCell {
    whole: AtomicU64,
    fraction: Float,
}

impl Counter {
    /// Adds 1.
    pub fn inc(&self) {
        self.add(1);
    }

    /// Adds a whole number.
    pub fn add(&self, count: u64) {
        self.0.whole.fetch_add(count, Ordering::Relaxed);
    }

    /// Adds a number such as seconds. Negative numbers and what is not a number are ignored.
    pub fn add_f64(&self, value: f64) {
        if value > 0.0 {
            self.0.fraction.update(|sum| sum + value);
        }
    }

    /// Raises the counter to a total that is counted elsewhere; a lower one changes nothing. For counters that are only
    /// ever raised.
    pub fn raise_to(&self, total: f64) {
        self.0.fraction.update(|sum| sum.max(total));
    }

    /// The sum so far.
    pub fn get(&self) -> f64 {
        self.0.whole.load(Ordering::Relaxed) as f64 + self.0.fraction.get()
    }
}

/// A value of the moment.
#[derive(Debug, Clone, Default)]
pub struct Gauge(Arc<Float>);

impl Gauge {
    /// Sets the value.
    pub fn set(&self, value: f64) {
        self.0.set(value);
    }

    /// Adds 1.
    pub fn inc(&self) {
        self.0.update(|value| value + 1.0);
    }

    /// Takes 1 away.
    pub fn dec(&self) {
        self.0.update(|value| value - 1.0);
    }

    /// The value.
    pub fn get(&self) -> f64 {
        self.0.get()
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
        self.observe_billionths(duration.as_nanos());
    }

    /// Counts one number of things, for a family over [`Grid::Counts`].
    pub fn observe_count(&self, count: u64) {
        self.observe_billionths(u128::from(count) * u128::from(NANOS));
    }

    fn observe_billionths(&self, value: u128) {
        let cell = &self.0.0;
        let bucket = cell.grid.bucket(u64::try_from(value).unwrap_or(u64::MAX));
        cell.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        cell.add_sum(value);
    }
}

/// A histogram that takes whole buckets, from one who has sorted already.
#[derive(Debug, Clone)]
pub struct Distribution(Arc<DistributionCell>);

/// Counts by bucket, the unbounded one last, and the sum in two parts that cannot overflow.
#[derive(Debug)]
struct DistributionCell {
    grid: Grid,
    buckets: Box<[AtomicU64]>,
    sum_seconds: AtomicU64,
    sum_nanos: AtomicU64,
}

impl DistributionCell {
    fn add_sum(&self, nanos: u128) {
        let seconds = u64::try_from(nanos / u128::from(NANOS)).unwrap_or(u64::MAX);
        let rest = (nanos % u128::from(NANOS)) as u64;
        if seconds > 0 {
            self.sum_seconds.fetch_add(seconds, Ordering::Relaxed);
        }
        self.sum_nanos.fetch_add(rest, Ordering::Relaxed);
    }
}

impl Distribution {
    pub(super) fn new(grid: Grid) -> Self {
        let buckets = (0..=grid.bounds_ns().len()).map(|_| AtomicU64::new(0));
        Self(Arc::new(DistributionCell {
            grid,
            buckets: buckets.collect(),
            sum_seconds: AtomicU64::new(0),
            sum_nanos: AtomicU64::new(0),
        }))
    }

    /// Adds counts per bucket of the family's grid (not cumulative, the unbounded bucket last) and the exact sum of the
    /// durations behind them in nanoseconds.
    ///
    /// # Panics
    /// If there are not as many counts as buckets.
    pub fn add(&self, counts: &[u64], sum_ns: u128) {
        let buckets = &self.0.buckets;
        assert_eq!(counts.len(), buckets.len(), "one count for each bucket");
        for (bucket, count) in buckets.iter().zip(counts).filter(|(_, count)| **count > 0) {
            bucket.fetch_add(*count, Ordering::Relaxed);
        }
        self.0.add_sum(sum_ns);
    }

    /// The grid of the buckets.
    pub fn grid(&self) -> Grid {
        self.0.grid
    }

    /// Counts per bucket, not cumulative, the unbounded bucket last.
    pub fn counts(&self) -> Vec<u64> {
        let buckets = self.0.buckets.iter();
        buckets
            .map(|bucket| bucket.load(Ordering::Relaxed))
            .collect()
    }

    /// The sum in seconds.
    pub fn sum_seconds(&self) -> f64 {
        let nanos = self.0.sum_nanos.load(Ordering::Relaxed);
        self.0.sum_seconds.load(Ordering::Relaxed) as f64 + nanos as f64 / NANOS as f64
    }
}
