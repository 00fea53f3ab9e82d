//! Times in nanoseconds, recorded without loss of the tail.

use crate::grid::Grid;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hdrhistogram::Histogram as Hdr;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer};
use thiserror::Error;

/// Nanosecond histogram: 3 significant digits (at most 0.1 % off), 1 ns to one hour, with exact sum, minimum and maximum.
///
/// Merging with [`Histogram::add`] is exact: eight merged histograms equal one that saw all values. Quantiles are never
/// averaged.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    inner: Hdr<u64>,
    sum_ns: u128,
    min_ns: u64,
    max_ns: u64,
    clamped: u64,
}

/// What could not be read back.
#[derive(Debug, Error)]
#[error("histogram \"{start}…\" cannot be decoded: {why}")]
pub struct HistogramError {
    start: String,
    why: String,
}

/// The quantiles every report shows, in nanoseconds, with the count they stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Values recorded.
    pub count: u64,
    /// Smallest value.
    pub min: u64,
    /// Median.
    pub p50: u64,
    /// 90th percentile.
    pub p90: u64,
    /// 95th percentile.
    pub p95: u64,
    /// 99th percentile.
    pub p99: u64,
    /// 99.9th percentile.
    pub p99_9: u64,
    /// Largest value.
    pub max: u64,
    /// Arithmetic mean, rounded.
    pub mean: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl Histogram {
    /// The largest value that is kept apart: one hour. Larger ones are recorded as this and counted by [`Self::clamped`].
    pub const HIGHEST_NS: u64 = 3_600_000_000_000;

    /// An empty histogram; about 265 KiB of counters.
    pub fn new() -> Self {
        let inner = Hdr::new_with_bounds(1, Self::HIGHEST_NS, 3)
            .expect("the bounds are constants that hdrhistogram accepts");
        Self {
            inner,
            sum_ns: 0,
            min_ns: u64::MAX,
            max_ns: 0,
            clamped: 0,
        }
    }

    /// Records one value; 0 counts as 1 ns.
    pub fn record(&mut self, value_ns: u64) {
        if value_ns > Self::HIGHEST_NS {
            self.clamped += 1;
        }
        let value = value_ns.clamp(1, Self::HIGHEST_NS);
        self.inner.saturating_record(value);
        self.sum_ns += u128::from(value);
        self.min_ns = self.min_ns.min(value);
        self.max_ns = self.max_ns.max(value);
    }

    /// Records the same value `count` times.
    pub fn record_many(&mut self, value_ns: u64, count: u64) {
        if count == 0 {
            return;
        }
        if value_ns > Self::HIGHEST_NS {
            self.clamped += count;
        }
        let value = value_ns.clamp(1, Self::HIGHEST_NS);
        self.inner.saturating_record_n(value, count);
        self.sum_ns += u128::from(value) * u128::from(count);
        self.min_ns = self.min_ns.min(value);
        self.max_ns = self.max_ns.max(value);
    }

    /// Adds all values of `other`, exactly.
    pub fn add(&mut self, other: &Self) {
        if other.is_empty() {
            return;
        }
        self.inner
            .add(&other.inner)
            .expect("both histograms have the same bounds");
        self.sum_ns += other.sum_ns;
        self.min_ns = self.min_ns.min(other.min_ns);
        self.max_ns = self.max_ns.max(other.max_ns);
        self.clamped += other.clamped;
    }

    /// Adds counted values, each within its bucket, whose `exact` figures are known.
    pub(crate) fn add_filled(&mut self, filled: impl Iterator<Item = (u64, u64)>, exact: Exact) {
        for (value, count) in filled {
            self.inner.saturating_record_n(value, count);
        }
        self.sum_ns += exact.sum_ns;
        self.min_ns = self.min_ns.min(exact.min_ns);
        self.max_ns = self.max_ns.max(exact.max_ns);
        self.clamped += exact.clamped;
    }

    /// Forgets all values and keeps the memory.
    pub fn clear(&mut self) {
        if !self.is_empty() {
            self.settle();
        }
    }

    /// Forgets all values and touches all its memory, so that no later value takes any from the system.
    pub fn settle(&mut self) {
        self.inner.reset();
        self.sum_ns = 0;
        self.min_ns = u64::MAX;
        self.max_ns = 0;
        self.clamped = 0;
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.inner.len()
    }

    /// True if nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    /// Exact sum of all values in nanoseconds.
    pub fn sum_ns(&self) -> u128 {
        self.sum_ns
    }

    /// Values above [`Self::HIGHEST_NS`].
    pub fn clamped(&self) -> u64 {
        self.clamped
    }

    /// Exact largest value; `None` if nothing was recorded.
    pub fn max_ns(&self) -> Option<u64> {
        (!self.is_empty()).then_some(self.max_ns)
    }

    /// Mean in nanoseconds; `None` if nothing was recorded.
    pub fn mean_ns(&self) -> Option<f64> {
        (!self.is_empty()).then(|| self.sum_ns as f64 / self.count() as f64)
    }

    /// The value below or at which the share `q` (0..=1) of all values lies; `None` if nothing was recorded.
    pub fn quantile(&self, q: f64) -> Option<u64> {
        (!self.is_empty()).then(|| {
            self.inner
                .value_at_quantile(q)
                .clamp(self.min_ns, self.max_ns)
        })
    }

    /// How many values lie at or below `ns`, give or take those in the bucket that holds it (0.1 % of `ns` wide). Exact at the ends.
    pub fn count_at_or_below(&self, ns: u64) -> u64 {
        if self.is_empty() || ns < self.min_ns {
            0
        } else if ns >= self.max_ns {
            self.count()
        } else {
            let below = self.inner.iter_recorded();
            below
                .take_while(|step| self.inner.lowest_equivalent(step.value_iterated_to()) <= ns)
                .map(|step| step.count_since_last_iteration())
                .sum()
        }
    }

    /// The quantiles every report shows; `None` if nothing was recorded.
    pub fn summary(&self) -> Option<Summary> {
        let at = |q| self.quantile(q);
        Some(Summary {
            count: self.count(),
            min: self.min_ns,
            p50: at(0.5)?,
            p90: at(0.9)?,
            p95: at(0.95)?,
            p99: at(0.99)?,
            p99_9: at(0.999)?,
            max: self.max_ns()?,
            mean: self.mean_ns()?.round() as u64,
        })
    }

    /// Counts per bucket of `grid`, the unbounded one last, not cumulative. Each recorded value counts where the middle of
    /// its own HDR bucket lies.
    pub fn buckets(&self, grid: Grid) -> Vec<u64> {
        let mut counts = vec![0; grid.bounds_ns().len() + 1];
        for step in self.inner.iter_recorded() {
            let middle = self.inner.median_equivalent(step.value_iterated_to());
            counts[grid.bucket(middle)] += step.count_since_last_iteration();
        }
        counts
    }

    /// Points `(share, value_ns)` of the quantile curve, for drawing.
    pub fn curve(&self) -> Vec<(f64, u64)> {
        self.inner
            .iter_quantiles(5)
            .map(|step| {
                (
                    step.quantile_iterated_to(),
                    step.value_iterated_to().min(self.max_ns),
                )
            })
            .collect()
    }

    /// HdrHistogram V2, deflated, in base64: what other implementations read.
    pub fn encode(&self) -> String {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new()
            .serialize(&self.inner, &mut bytes)
            .expect("serialising to memory cannot fail");
        BASE64.encode(bytes)
    }

    /// Reads [`Self::encode`]'s text back; the exact figures that HDR does not carry come beside it.
    pub fn decode(text: &str, exact: Exact) -> Result<Self, HistogramError> {
        let fail = |why: String| HistogramError {
            start: text.chars().take(12).collect(),
            why,
        };
        let bytes = BASE64.decode(text).map_err(|e| fail(e.to_string()))?;
        let inner: Hdr<u64> = Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .map_err(|e| fail(e.to_string()))?;
        let mut histogram = Self::new();
        histogram
            .inner
            .add(&inner)
            .map_err(|e| fail(e.to_string()))?;
        histogram.sum_ns = exact.sum_ns;
        histogram.min_ns = exact.min_ns;
        histogram.max_ns = exact.max_ns;
        histogram.clamped = exact.clamped;
        Ok(histogram)
    }

    /// The exact figures to keep beside [`Self::encode`]'s text.
    pub fn exact(&self) -> Exact {
        Exact {
            sum_ns: self.sum_ns,
            min_ns: self.min_ns,
            max_ns: self.max_ns,
            clamped: self.clamped,
        }
    }
}

/// What a histogram knows exactly and HDR's own format does not carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact {
    /// Sum of all values in nanoseconds.
    pub sum_ns: u128,
    /// Smallest value; `u64::MAX` if there is none.
    pub min_ns: u64,
    /// Largest value; 0 if there is none.
    pub max_ns: u64,
    /// Values above [`Histogram::HIGHEST_NS`].
    pub clamped: u64,
}

#[cfg(test)]
mod tests;
