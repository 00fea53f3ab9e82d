//! All contended waits of the process, by stack: cumulative sums, and the last ones with their requests.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{clock, request, stack};
use record::splitmix::mixed;

/// A wait of at least so many nanoseconds is always kept.
pub const DEFAULT_RATE: u64 = 10_000;
/// Most different stacks; what comes later is charged to no stack.
const MAX_STACKS: usize = 1 << 14;
/// Most waits kept with their request.
const MAX_RECENT: usize = 1 << 16;

static RATE: AtomicU64 = AtomicU64::new(DEFAULT_RATE);

/// Sets from which delay in nanoseconds on every wait is kept. A shorter one of d is kept with probability d / rate and then
/// stands for rate / d waits, so sums stay unbiased; 1 keeps all, as Go's `SetBlockProfileRate(1)`.
pub fn set_rate(nanos: u64) {
    RATE.store(nanos.max(1), Ordering::Relaxed);
}

/// What [`set_rate`] said last.
pub fn rate() -> u64 {
    RATE.load(Ordering::Relaxed)
}

/// What waits stand for.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Sum {
    /// Waits.
    pub count: f64,
    /// Nanoseconds.
    pub delay: f64,
}

impl Sum {
    pub(super) fn add(&mut self, other: Self) {
        self.count += other.count;
        self.delay += other.delay;
    }
}

/// One wait.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    /// Monotonic nanoseconds of its end.
    pub time: u64,
    /// The request that waited; 0 for none.
    pub request: u64,
    /// Numbers of the stacks of waiter and holder.
    pub waiter: u32,
    pub holder: u32,
    pub sum: Sum,
}

/// The table.
#[derive(Debug, Default)]
pub(super) struct Contention {
    ids: HashMap<Arc<[u64]>, u32>,
    /// Number 0 is no stack.
    pub stacks: Vec<Arc<[u64]>>,
    /// By number of the waiter's stack.
    pub block: HashMap<u32, Sum>,
    /// By number of the holder's stack.
    pub mutex: HashMap<u32, Sum>,
    pub recent: VecDeque<Event>,
}

static TABLE: Mutex<Option<Contention>> = Mutex::new(None);

/// A plain lock: this code runs inside locks of the program.
fn table() -> MutexGuard<'static, Option<Contention>> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Shows the table.
pub(super) fn read<R>(read: impl FnOnce(&Contention) -> R) -> R {
    read(table().get_or_insert_default())
}

impl Contention {
    fn stack_id(&mut self, frames: &[u64]) -> u32 {
        if self.stacks.is_empty() {
            self.stacks.push(Arc::default());
        }
        if let Some(&id) = self.ids.get(frames) {
            return id;
        }
        if frames.is_empty() || self.stacks.len() >= MAX_STACKS {
            return 0;
        }
        let id = self.stacks.len() as u32;
        let frames: Arc<[u64]> = frames.into();
        self.stacks.push(Arc::clone(&frames));
        self.ids.insert(frames, id);
        id
    }

    fn add(&mut self, event: Event) {
        self.block.entry(event.waiter).or_default().add(event.sum);
        self.mutex.entry(event.holder).or_default().add(event.sum);
        if self.recent.len() >= MAX_RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(event);
    }
}

/// The number of the calling stack.
pub(super) fn own_stack() -> u32 {
    let mut frames = [0; stack::DEPTH];
    let depth = stack::walk(&mut frames);
    table()
        .get_or_insert_default()
        .stack_id(frames.get(..depth).unwrap_or_default())
}

/// Records a wait of the calling thread that ended now, for the holder with that stack.
pub(super) fn record(time: u64, delay: u64, holder: u32) {
    let Some(sum) = kept(delay, rate(), mixed(clock::monotonic_nanos() ^ delay << 32)) else {
        return;
    };
    let waiter = own_stack();
    let event = Event {
        time,
        request: request::current(),
        waiter,
        holder,
        sum,
    };
    table().get_or_insert_default().add(event);
}

/// What a wait stands for if it is kept; `random` is uniform over all numbers.
fn kept(delay: u64, rate: u64, random: u64) -> Option<Sum> {
    let (wait, rate) = (delay as f64, rate as f64);
    if wait >= rate {
        return Some(Sum {
            count: 1.0,
            delay: wait,
        });
    }
    let uniform = (random >> 11) as f64 / (1_u64 << 53) as f64;
    (uniform < wait / rate).then(|| Sum {
        count: rate / wait,
        delay: rate,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_waits_are_kept_whole() {
        let sum = kept(10_000, 10_000, u64::MAX);
        let whole = Sum {
            count: 1.0,
            delay: 10_000.0,
        };
        assert_eq!(sum, Some(whole));
        assert_eq!(kept(0, 10_000, 0), None);
    }

    #[test]
    fn sums_of_short_waits_are_unbiased() {
        const WAITS: u64 = 200_000;
        let mut sum = Sum::default();
        for wait in 0..WAITS {
            let random = mixed(wait.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            sum.add(kept(500, 10_000, random).unwrap_or_default());
        }
        // Each is kept with p = 0.05: five standard errors of the count are 5 · √(0.95 / 0.05 / 200000) = 0.049.
        let waits = WAITS as f64;
        assert!((sum.count / waits - 1.0).abs() < 0.049, "{sum:?}");
        assert!((sum.delay / (500.0 * waits) - 1.0).abs() < 0.049, "{sum:?}");
    }
}
