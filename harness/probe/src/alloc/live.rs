//! Sampled allocations that were not freed yet: fixed memory, written from inside the allocator.
//!
//! Every free asks a small counting filter first, a multiplication and a load; only a pointer that may be in the table is looked for. A part of the
//! table and its part of the filter are behind one spin lock, which no signal handler takes. An allocation is entered before
//! the program learns its address and taken out before the allocator may hand the address out again, so no entry is stale.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use record::splitmix::mixed;

/// Parts with a lock of their own.
const PARTS: usize = 64;
/// Places of one part.
const PLACES: usize = 1 << 10;
/// Places looked at for one pointer.
const PROBES: usize = 64;
/// Cells of the filter.
const CELLS: usize = 1 << 16;
/// A cell that was this full stays so.
const FULL: u8 = u8::MAX;
/// Attempts between two times of letting other threads run.
const SPINS: usize = 1000;

/// One sampled allocation that lives.
struct Place {
    pointer: AtomicUsize,
    entry: AtomicU32,
    objects: AtomicU64,
    bytes: AtomicU64,
}

/// What a sampled allocation stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Live {
    /// Number of its stack.
    pub entry: u32,
    /// Allocations, in the parts of the table of stacks.
    pub objects: u64,
    /// Bytes.
    pub bytes: u64,
}

static TABLE: [[Place; PLACES]; PARTS] = [const {
    [const {
        Place {
            pointer: AtomicUsize::new(0),
            entry: AtomicU32::new(0),
            objects: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }; PLACES]
}; PARTS];
static LOCKS: [AtomicBool; PARTS] = [const { AtomicBool::new(false) }; PARTS];
static FILTER: [AtomicU8; CELLS] = [const { AtomicU8::new(0) }; CELLS];
/// Sampled allocations that found no place.
static LOST: AtomicU64 = AtomicU64::new(0);

/// A pointer's cell of the filter: multiplicative hashing, Knuth, The Art of Computer Programming, volume 3, section 6.4. Every free pays it.
#[inline]
fn cell_of(pointer: usize) -> usize {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    ((pointer as u64).wrapping_mul(GOLDEN) >> (u64::BITS - CELLS.ilog2())) as usize
}

/// Where a pointer belongs: its part, its filter cell and the first place to look at.
#[derive(Clone, Copy)]
struct Home {
    part: usize,
    cell: usize,
    first: usize,
}

impl Home {
    fn of(pointer: usize) -> Self {
        // The upper bits of the cell name the part, so that one lock covers both.
        let cell = cell_of(pointer);
        Self {
            part: cell / (CELLS / PARTS),
            cell,
            first: mixed(pointer as u64) as usize % PLACES,
        }
    }

    fn places(self) -> impl Iterator<Item = &'static Place> {
        let part = &TABLE[self.part];
        (0..PROBES).map(move |step| &part[(self.first + step) % PLACES])
    }
}

/// A part's lock, until dropped.
struct Locked(&'static AtomicBool);

impl Locked {
    fn of(home: Home) -> Self {
        let lock = &LOCKS[home.part];
        let mut tries = 0_usize;
        while lock
            .compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            tries += 1;
            if tries.is_multiple_of(SPINS) {
                std::thread::yield_now();
            } else {
                std::hint::spin_loop();
            }
        }
        Self(lock)
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Notes that a sampled allocation lives. Answers whether there was room.
pub(super) fn insert(pointer: usize, live: Live) -> bool {
    let home = Home::of(pointer);
    let _locked = Locked::of(home);
    let free = |place: &&Place| place.pointer.load(Ordering::Relaxed) == 0;
    let Some(place) = home.places().find(free) else {
        LOST.fetch_add(1, Ordering::Relaxed);
        return false;
    };
    place.entry.store(live.entry, Ordering::Relaxed);
    place.objects.store(live.objects, Ordering::Relaxed);
    place.bytes.store(live.bytes, Ordering::Relaxed);
    place.pointer.store(pointer, Ordering::Relaxed);
    let cell = &FILTER[home.cell];
    let count = cell.load(Ordering::Relaxed);
    cell.store(count.saturating_add(1), Ordering::Relaxed);
    true
}

/// Takes a pointer out that is about to be freed; `None` if it was not sampled, which one load tells for most.
#[inline]
pub(super) fn take(pointer: usize) -> Option<Live> {
    if FILTER[cell_of(pointer)].load(Ordering::Relaxed) == 0 {
        return None;
    }
    take_out(pointer)
}

#[cold]
#[inline(never)]
fn take_out(pointer: usize) -> Option<Live> {
    let home = Home::of(pointer);
    let _locked = Locked::of(home);
    let own = |place: &&Place| place.pointer.load(Ordering::Relaxed) == pointer;
    let place = home.places().find(own)?;
    place.pointer.store(0, Ordering::Relaxed);
    let cell = &FILTER[home.cell];
    let count = cell.load(Ordering::Relaxed);
    if count != FULL {
        cell.store(count.saturating_sub(1), Ordering::Relaxed);
    }
    Some(Live {
        entry: place.entry.load(Ordering::Relaxed),
        objects: place.objects.load(Ordering::Relaxed),
        bytes: place.bytes.load(Ordering::Relaxed),
    })
}

/// Sampled allocations that found no place, so that live sums lack them.
pub(super) fn lost() -> u64 {
    LOST.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(entry: u32) -> Live {
        Live {
            entry,
            objects: 256,
            bytes: 100,
        }
    }

    /// Addresses that no allocation has.
    fn address(number: usize) -> usize {
        0xffff_8000_0000_0000 + 16 * number
    }

    #[test]
    fn what_was_entered_is_taken_out_once() {
        let pointer = address(1);
        assert!(insert(pointer, live(7)));
        assert_eq!(take(pointer), Some(live(7)));
        assert_eq!(take(pointer), None);
    }

    #[test]
    fn threads_find_exactly_what_they_entered() {
        let rounds = if cfg!(miri) { 5 } else { 2000 };
        std::thread::scope(|scope| {
            for thread in 0..4_usize {
                scope.spawn(move || {
                    for round in 0..rounds {
                        let pointer = address(1000 + 4 * round + thread);
                        let entry = (thread * 10_000 + round) as u32;
                        assert!(insert(pointer, live(entry)));
                        assert_eq!(take(pointer), Some(live(entry)));
                    }
                });
            }
        });
    }
}
