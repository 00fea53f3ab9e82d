//! Durations of requests as native histograms: buckets whose bounds grow by 2^(1/8) each, so that any quantile is within about 1 % and a
//! whole histogram is one series. Prometheus reads them in its protobuf form only, so they have a path and a family of their own.
//!
//! The form is written here, a few fields of one message: a client library for it takes a mutex for each observation.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// The content type of the exposition.
pub(crate) const CONTENT_TYPE: &str =
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
/// Another name than the classic family's, so that nothing is counted twice.
const NAME: &str = "http_request_duration_native_seconds";
const HELP: &str =
    "Time a request spent in the service, by method and route template, as a native histogram.";
/// Eight buckets for each doubling.
const SCHEMA: i64 = 3;
const PER_DOUBLING: f64 = 8.0;
/// Everything up to the bound of this bucket counts as zero: 2^-20 s, about a microsecond.
const ZERO: i32 = -160;
/// The last bucket ends at 2^7 s; longer requests are counted there.
const LAST: i32 = 56;
const BUCKETS: usize = (LAST - ZERO) as usize;

/// Upper bounds in nanoseconds, the zero bucket's first.
fn bounds() -> &'static [u64] {
    static BOUNDS: OnceLock<Vec<u64>> = OnceLock::new();
    BOUNDS.get_or_init(|| {
        let bound = |index: i32| (f64::from(index) / PER_DOUBLING).exp2() * 1e9;
        (ZERO..=LAST).map(|index| bound(index) as u64).collect()
    })
}

/// One series.
#[derive(Debug, Clone)]
pub(crate) struct Native(Arc<Cells>);

#[derive(Debug)]
struct Cells {
    zero: AtomicU64,
    /// By index above [`ZERO`].
    buckets: Box<[AtomicU64]>,
    sum_nanos: AtomicU64,
}

impl Native {
    fn new() -> Self {
        Self(Arc::new(Cells {
            zero: AtomicU64::new(0),
            buckets: (0..BUCKETS).map(|_| AtomicU64::new(0)).collect(),
            sum_nanos: AtomicU64::new(0),
        }))
    }

    /// Counts one duration.
    pub(crate) fn observe(&self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let place = bounds().partition_point(|&bound| bound < nanos);
        let bucket = match place {
            0 => &self.0.zero,
            above => &self.0.buckets[above.min(BUCKETS) - 1],
        };
        bucket.fetch_add(1, Ordering::Relaxed);
        self.0.sum_nanos.fetch_add(nanos, Ordering::Relaxed);
    }
}

/// All series, by method and route.
#[derive(Debug, Default)]
pub(super) struct Natives(Mutex<BTreeMap<[String; 2], Native>>);

impl Natives {
    pub(super) fn series(&self, method: &str, route: &str) -> Native {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = [method, route].map(str::to_owned);
        all.entry(key).or_insert_with(Native::new).clone()
    }

    /// The family, delimited by its length; nothing where there are no series.
    pub(super) fn encode(&self) -> Vec<u8> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.is_empty() {
            return Vec::new();
        }
        let mut family = Message::default();
        family.bytes(1, NAME.as_bytes());
        family.bytes(2, HELP.as_bytes());
        // A histogram.
        family.varint(3, 4);
        for (labels, series) in all.iter() {
            family.message(4, &metric(labels, series));
        }
        let mut delimited = Message::default();
        delimited.raw(family.0.len() as u64);
        delimited.0.extend(family.0);
        delimited.0
    }
}

fn metric(labels: &[String; 2], series: &Native) -> Message {
    let mut metric = Message::default();
    for (key, value) in ["method", "route"].iter().zip(labels) {
        let mut pair = Message::default();
        pair.bytes(1, key.as_bytes());
        pair.bytes(2, value.as_bytes());
        metric.message(1, &pair);
    }
    metric.message(7, &histogram(&series.0));
    metric
}

/// The count is the sum of the buckets that were read, so that the two agree whatever is added meanwhile.
fn histogram(cells: &Cells) -> Message {
    let read = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
    let zero = read(&cells.zero);
    let counts: Vec<u64> = cells.buckets.iter().map(read).collect();
    let mut message = Message::default();
    message.varint(1, zero + counts.iter().sum::<u64>());
    message.double(2, read(&cells.sum_nanos) as f64 / 1e9);
    message.varint(5, zigzag(SCHEMA));
    message.double(6, (f64::from(ZERO) / PER_DOUBLING).exp2());
    message.varint(7, zero);
    let (mut next, mut before, mut deltas) = (0, 0, Message::default());
    for (first, run) in runs(&counts) {
        // The index of the first bucket, later the distance from the end of the run before.
        let offset = if deltas.0.is_empty() {
            i64::from(ZERO) + 1 + (first as u64).cast_signed()
        } else {
            ((first - next) as u64).cast_signed()
        };
        let mut span = Message::default();
        span.varint(1, zigzag(offset));
        span.varint(2, run.len() as u64);
        message.message(12, &span);
        for &count in run {
            let count = count.cast_signed();
            deltas.raw(zigzag(count - before));
            before = count;
        }
        next = first + run.len();
    }
    message.bytes(13, &deltas.0);
    message
}

/// Runs of buckets that hold something, each with the place of its first.
fn runs(counts: &[u64]) -> impl Iterator<Item = (usize, &[u64])> {
    let mut at = 0;
    counts.split(|&count| count == 0).filter_map(move |run| {
        let first = at;
        at += run.len() + 1;
        (!run.is_empty()).then_some((first, run))
    })
}

/// A message of protocol buffers as it grows.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn raw(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn varint(&mut self, field: u64, value: u64) {
        self.raw(field << 3);
        self.raw(value);
    }

    fn double(&mut self, field: u64, value: f64) {
        self.raw(field << 3 | 1);
        self.0.extend(value.to_le_bytes());
    }

    fn bytes(&mut self, field: u64, value: &[u8]) {
        self.raw(field << 3 | 2);
        self.raw(value.len() as u64);
        self.0.extend(value);
    }

    fn message(&mut self, field: u64, inner: &Self) {
        self.bytes(field, &inner.0);
    }
}

/// Signed numbers, small ones short.
fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}

#[cfg(test)]
mod tests;
