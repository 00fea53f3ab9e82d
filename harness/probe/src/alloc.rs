//! Allocations: exact counters, and a sampled profile of the stacks that allocate.
//!
//! ```
//! #[global_allocator]
//! static ALLOCATOR: probe::ProfAlloc<std::alloc::System> = probe::ProfAlloc::new(std::alloc::System);
//! # fn main() {}
//! ```
//!
//! Counting is always on. Sampling is off until [`enable`], so that a process which is not under test does not pay for it.
//! No hook allocates, waits for a lock, panics or logs.
#![expect(unsafe_code, reason = "a global allocator is unsafe by nature")]

mod counters;
mod events;
mod live;
mod sampler;
mod snapshot;
mod stacks;

use std::alloc::{GlobalAlloc, Layout};

use crate::stall::{Cause, Part};
use crate::{clock, stall};

pub use counters::{Counters, counters, thread_counters};
pub(crate) use counters::{claim as claim_counters, release as release_counters};
pub(crate) use events::Collector;
pub(crate) use sampler::unsampled;
pub use sampler::{EnableError, enable, period_bytes};
pub(crate) use snapshot::by_request;
pub use snapshot::{Snapshot, View};
pub(crate) use stacks::sample_count;

/// Samples since the process started that found no room: in the ring of a window with requests, or among the living.
pub(crate) fn dropped_count() -> u64 {
    events::dropped_count() + live::lost()
}

/// Leaves out of counters and samples what this thread allocates from now on: for threads of the probe itself.
pub(crate) fn leave_out() {
    counters::leave_out();
    sampler::leave_out();
}

/// This file, as debug information names it.
const FILE: &str = file!();

/// Distance between two samples in load runs, in allocated bytes.
///
/// At 1 GB/s this is about 16,000 samples a second.
pub const DEFAULT_PERIOD_BYTES: u64 = 64 * 1024;

/// A global allocator that counts and samples, and leaves the work to another.
#[derive(Debug)]
pub struct ProfAlloc<A> {
    inner: A,
}

impl<A> ProfAlloc<A> {
    /// Wraps an allocator.
    pub const fn new(inner: A) -> Self {
        Self { inner }
    }
}

/// Calls of at least so many bytes are timed: the allocator may have to ask the system for memory.
const SLOW_BYTES: usize = 128 << 10;

/// Takes a pointer out of the table of living samples before it can be handed out again.
#[inline]
fn forget(pointer: *mut u8) -> Option<live::Live> {
    if period_bytes() == 0 {
        // Nothing was ever sampled. Whoever was handed a pointer that was sees the period, too.
        return None;
    }
    let live = live::take(pointer as usize)?;
    stacks::freed(live.entry as usize, live.objects, live.bytes);
    Some(live)
}

/// Calls the inner allocator and counts what it gave. The usual call costs two additions, a subtraction and three branches on top.
#[inline]
fn counted(size: usize, call: impl FnOnce() -> *mut u8) -> *mut u8 {
    let pointer = if size >= SLOW_BYTES || sampler::is_due(size as u64) {
        timed(call)
    } else {
        call()
    };
    if !pointer.is_null() {
        counters::allocated(size as u64);
        sampler::pass(size as u64, pointer as usize);
    }
    pointer
}

/// Times a call that is large or will be sampled.
#[cold]
#[inline(never)]
fn timed(call: impl FnOnce() -> *mut u8) -> *mut u8 {
    let begun = clock::monotonic_nanos();
    let pointer = call();
    let waited = clock::monotonic_nanos().saturating_sub(begun);
    stall::note(Cause::Allocator, Part::Inside, waited);
    pointer
}

// SAFETY: every method hands its arguments to the inner allocator unchanged and returns its answer unchanged; what is added
// neither allocates nor unwinds.
unsafe impl<A: GlobalAlloc> GlobalAlloc for ProfAlloc<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract is the inner allocator's.
        counted(layout.size(), || unsafe { self.inner.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's contract is the inner allocator's.
        counted(layout.size(), || unsafe { self.inner.alloc_zeroed(layout) })
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        counters::freed(layout.size() as u64);
        forget(pointer);
        // SAFETY: the caller's contract is the inner allocator's.
        unsafe { self.inner.dealloc(pointer, layout) };
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let forgotten = forget(old);
        // SAFETY: the caller's contract is the inner allocator's.
        let pointer = counted(size, || unsafe { self.inner.realloc(old, layout, size) });
        if !pointer.is_null() {
            counters::freed(layout.size() as u64);
        } else if let Some(live) = forgotten
            && live::insert(old as usize, live)
        {
            stacks::unfreed(live.entry as usize, live.objects, live.bytes);
        }
        pointer
    }
}

/// The allocation profile since [`enable`]: Go's four columns `alloc_objects`, `alloc_space`, `inuse_objects` and `inuse_space`,
/// with symbols.
///
/// Symbols take a while to look up: call it where nothing waits, never on a runtime worker.
pub fn profile() -> record::profile::Profile {
    Snapshot::take().profile()
}
