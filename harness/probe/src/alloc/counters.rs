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

/// Where a thread counts.
#[derive(Clone, Copy)]
enum Place {
    /// In a set that nobody else writes.
    Own(&'static Slot),
    /// In a set that several threads add to.
    Shared(&'static Slot),
}

thread_local! {
    /// `None` until it is decided.
    static PLACE: Cell<Option<Place>> = const { Cell::new(None) };
}

#[cold]
fn find_place() -> Place {
    let start = NEXT.fetch_add(1, Ordering::Relaxed);
    (0..SLOTS)
        .map(|step| &TABLE[(start + step) % SLOTS])
        .find(|slot| slot.claimed())
        .map_or(Place::Shared(&SHARED), Place::Own)
}

/// Gives this thread counters of its own, if any are free.
pub(crate) fn claim() {
    let _ = PLACE.try_with(decided);
}

fn decided(place: &Cell<Option<Place>>) -> Place {
    place.get().unwrap_or_else(|| {
        let found = find_place();
        place.set(Some(found));
        found
    })
}

/// Frees this thread's counters for another thread; what it still does is counted in the shared ones.
pub(crate) fn release() {
    let _ = PLACE.try_with(|place| {
        if let Some(Place::Own(slot)) = place.get() {
            place.set(Some(Place::Shared(&SHARED)));
            slot.owned.store(false, Ordering::Release);
        }
    });
}

/// Counts what this thread does from now on as the probe's own, which [`counters`] leaves out.
pub(super) fn leave_out() {
    release();
    let _ = PLACE.try_with(|place| place.set(Some(Place::Shared(&PROBE))));
}

fn place() -> Place {
    PLACE.try_with(decided).unwrap_or(Place::Shared(&SHARED))
}

/// Adds without a locked instruction; only the owner of the counter may.
fn bump(counter: &AtomicU64, by: u64) {
    counter.store(
        counter.load(Ordering::Relaxed).wrapping_add(by),
        Ordering::Relaxed,
    );
}

/// Counts one allocation.
#[inline]
pub(super) fn allocated(bytes: u64) {
    match place() {
        Place::Own(slot) => {
            bump(&slot.allocations, 1);
            bump(&slot.allocated_bytes, bytes);
        }
        Place::Shared(slot) => {
            slot.allocations.fetch_add(1, Ordering::Relaxed);
            slot.allocated_bytes.fetch_add(bytes, Ordering::Relaxed);
        }
    }
}

/// Counts one free.
#[inline]
pub(super) fn freed(bytes: u64) {
    match place() {
        Place::Own(slot) => {
            bump(&slot.frees, 1);
            bump(&slot.freed_bytes, bytes);
        }
        Place::Shared(slot) => {
            slot.frees.fetch_add(1, Ordering::Relaxed);
            slot.freed_bytes.fetch_add(bytes, Ordering::Relaxed);
        }
    }
}

/// What this thread did, on top of what earlier owners of its counters did: only the difference of two readings on one
/// thread means something. All zero for a thread that has no counters of its own.
pub fn thread_counters() -> Counters {
    let mut sum = Counters::default();
    if let Place::Own(slot) = place() {
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
