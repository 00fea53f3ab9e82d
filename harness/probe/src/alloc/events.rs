//! Allocation samples one by one, with their request, while somebody wants them.

use std::collections::{HashMap, VecDeque};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::stacks;
use crate::request;
use crate::ring::Ring;

/// Slots of the ring: a tenth of a second of 160,000 samples a second.
const SLOTS: usize = 1 << 14;
/// Most different stacks and requests of one window; what comes later is dropped and counted.
const MOST: usize = 1 << 20;

/// One sample.
#[derive(Debug, Clone, Copy, Default)]
struct Event {
    request: u64,
    entry: usize,
    objects: f64,
    bytes: f64,
}

static RING: OnceLock<Ring<Event>> = OnceLock::new();
static WANTED: AtomicBool = AtomicBool::new(false);

/// A sample was taken. Called from inside the allocator.
#[inline]
pub(super) fn sampled(entry: usize, objects: f64, bytes: f64) {
    if !WANTED.load(Ordering::Acquire) {
        return;
    }
    if let Some(ring) = RING.get() {
        ring.push(1, |slot| {
            *slot = Event {
                request: request::current(),
                entry,
                objects,
                bytes,
            };
        });
    }
}

/// Samples since the process started that found the ring full.
pub(super) fn dropped_count() -> u64 {
    RING.get().map_or(0, Ring::dropped)
}

/// Allocations and bytes.
pub(super) type Sum = (f64, f64);

/// The one who collects samples; a second one has to wait for it to be dropped.
#[derive(Debug)]
pub(crate) struct Collector {
    sums: HashMap<(usize, u64), Sum>,
    refused: u64,
    dropped_before: u64,
}

impl Collector {
    /// Starts to collect; `None` while somebody else does.
    pub fn start() -> Option<Self> {
        let ring = RING.get_or_init(|| Ring::new(SLOTS));
        if WANTED.swap(true, Ordering::AcqRel) {
            return None;
        }
        while ring.take(|_| ()).is_some() {}
        Some(Self {
            sums: HashMap::new(),
            refused: 0,
            dropped_before: ring.dropped(),
        })
    }

    /// Empties the ring; call ten times a second.
    pub fn gather(&mut self) {
        let Some(ring) = RING.get() else {
            return;
        };
        // First out of the ring, then into the map, which allocates and may be sampled itself.
        let mut taken = VecDeque::with_capacity(SLOTS);
        while taken.len() < SLOTS
            && let Some(event) = ring.take(|event| *event)
        {
            taken.push_back(event);
        }
        for event in taken {
            let key = (event.entry, event.request);
            if self.sums.len() >= MOST && !self.sums.contains_key(&key) {
                self.refused += 1;
                continue;
            }
            let sum = self.sums.entry(key).or_default();
            sum.0 += event.objects;
            sum.1 += event.bytes;
        }
    }

    /// What was collected, by addresses and request, and how many samples were lost.
    pub(super) fn finish(mut self) -> (Vec<(Vec<u64>, u64, Sum)>, u64) {
        self.gather();
        let sums = std::mem::take(&mut self.sums);
        let dropped = RING.get().map_or(0, Ring::dropped);
        let lost = self.refused + dropped.wrapping_sub(self.dropped_before);
        let sums = sums
            .into_iter()
            .map(|((entry, request), sum)| (stacks::frames_of(entry), request, sum));
        (sums.collect(), lost)
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        WANTED.store(false, Ordering::Release);
    }
}
