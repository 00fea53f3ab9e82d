//! Exact counters of allocations, one set for each thread so that counting is a load and a store without a locked instruction.
//!
//! A set is claimed on a thread's first allocation and freed by [`release`]; its sums stay and the next owner goes on from
//! them, so the total never falls. Threads that find no free set share one atomic set.
//!
//! What the probe's own threads do to serve metrics and profiles is counted apart: a program that is scraped once a second must
//! not seem to allocate more for each request than one that is not.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// Threads with a set of their own.
const SLOTS: usize = 1024;

/// What was ever asked of the allocator and given back. A reallocation counts as free and allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Allocations.
    pub allocations: u64,
    /// Bytes of these.
    pub allocated_bytes: u64,
    /// Frees.
    pub frees: u64,
    /// Bytes of these.
    pub freed_bytes: u64,
}

impl Counters {
    /// Bytes that were allocated and not freed; 0 while a concurrent reading shows more frees.
    pub fn live_bytes(&self) -> u64 {
        self.allocated_bytes.saturating_sub(self.freed_bytes)
    }

    /// What happened since an earlier reading.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            allocations: self.allocations - earlier.allocations,
            allocated_bytes: self.allocated_bytes - earlier.allocated_bytes,
            frees: self.frees - earlier.frees,
            freed_bytes: self.freed_bytes - earlier.freed_bytes,
        }
    }
}

/// One set; as large as two cache lines so that neighbours do not disturb each other.
#[repr(align(128))]
struct Slot {
    owned: AtomicBool,
    allocations: AtomicU64,
    allocated_bytes: AtomicU64,
    frees: AtomicU64,
    freed_bytes: AtomicU64,
}

impl Slot {
    const fn new() -> Self {
        Self {
            owned: AtomicBool::new(false),
            allocations: AtomicU64::new(0),
            allocated_bytes: AtomicU64::new(0),
            frees: AtomicU64::new(0),
            freed_bytes: AtomicU64::new(0),
        }
    }

    fn claimed(&self) -> bool {
        self.owned
            .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    fn add_to(&self, sum: &mut Counters) {
        sum.allocations += self.allocations.load(Ordering::Relaxed);
        sum.allocated_bytes += self.allocated_bytes.load(Ordering::Relaxed);
        sum.frees += self.frees.load(Ordering::Relaxed);
        sum.freed_bytes += self.freed_bytes.load(Ordering::Relaxed);
    }
}

static TABLE: [Slot; SLOTS] = [const { Slot::new() }; SLOTS];
static SHARED: Slot = Slot::new();
/// Of the probe's own threads.
static PROBE: Slot = Slot::new();
/// Where the next claim starts to look.
static NEXT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The set that this thread alone writes; `None` until one is claimed, and where none is.
    static OWN: Cell<Option<&'static Slot>> = const { Cell::new(None) };
    /// Where it counts without one; `None` until it is decided.
    static COMMON: Cell<Option<&'static Slot>> = const { Cell::new(None) };
}

#[inline]
fn own() -> Option<&'static Slot> {
    OWN.try_with(Cell::get).ok().flatten()
}

/// The set that this thread shares, or the one it gets now for its own.
#[cold]
#[inline(never)]
fn decide() -> &'static Slot {
    if let Ok(Some(common)) = COMMON.try_with(Cell::get) {
        return common;
    }
    let start = NEXT.fetch_add(1, Ordering::Relaxed);
    let free = (0..SLOTS)
        .map(|step| &TABLE[(start + step) % SLOTS])
        .find(|slot| slot.claimed());
    if let Some(slot) = free {
        let _ = OWN.try_with(|own| own.set(Some(slot)));
        return slot;
    }
    let _ = COMMON.try_with(|common| common.set(Some(&SHARED)));
    &SHARED
}

/// Gives this thread counters of its own, if any are free.
pub(crate) fn claim() {
    if own().is_none() {
        decide();
    }
}

/// From now on this thread counts in `common`, and its own counters are free for another thread.
fn share(common: &'static Slot) {
    let _ = COMMON.try_with(|place| place.set(Some(common)));
    if let Ok(Some(slot)) = OWN.try_with(Cell::take) {
        slot.owned.store(false, Ordering::Release);
    }
}

/// Frees this thread's counters for another thread; what it still does is counted in the shared ones.
pub(crate) fn release() {
    if own().is_some() {
        share(&SHARED);
    }
}

/// Counts what this thread does from now on as the probe's own, which [`counters`] leaves out.
pub(super) fn leave_out() {
    share(&PROBE);
}

/// Adds without a locked instruction; only the owner of the counter may.
#[inline]
fn bump(counter: &AtomicU64, by: u64) {
    counter.store(
        counter.load(Ordering::Relaxed).wrapping_add(by),
        Ordering::Relaxed,
    );
}

/// Counts one event of `bytes` in the two counters that `pick` names.
#[inline]
fn count(bytes: u64, pick: fn(&Slot) -> (&AtomicU64, &AtomicU64)) {
    match own() {
        Some(slot) => {
            let (events, sum) = pick(slot);
            bump(events, 1);
            bump(sum, bytes);
        }
        None => count_without(bytes, pick),
    }
}

#[cold]
#[inline(never)]
fn count_without(bytes: u64, pick: fn(&Slot) -> (&AtomicU64, &AtomicU64)) {
    // Nobody else writes what is this thread's own, so adding as to shared ones is right there, too.
    let (events, sum) = pick(decide());
    events.fetch_add(1, Ordering::Relaxed);
    sum.fetch_add(bytes, Ordering::Relaxed);
}

/// Counts one allocation.
#[inline]
pub(super) fn allocated(bytes: u64) {
    count(bytes, |slot| (&slot.allocations, &slot.allocated_bytes));
}

/// Counts one free.
#[inline]
pub(super) fn freed(bytes: u64) {
    count(bytes, |slot| (&slot.frees, &slot.freed_bytes));
}

/// What this thread did, on top of what earlier owners of its counters did: only the difference of two readings on one
/// thread means something. All zero for a thread that has no counters of its own.
pub fn thread_counters() -> Counters {
    let mut sum = Counters::default();
    if let Some(slot) = own() {
        slot.add_to(&mut sum);
    }
    sum
}

/// The sums over all threads, past and present, but for those that serve [`crate::admin`]. All zero if [`super::ProfAlloc`] is not installed.
pub fn counters() -> Counters {
    let mut sum = Counters::default();
    for slot in TABLE.iter().chain([&SHARED]) {
        slot.add_to(&mut sum);
    }
    sum
}
