//! The table of stacks that allocate: fixed memory, filled from inside the allocator, read at any time.
//!
//! Entries are only ever added. Finding and adding to one takes no lock; a new entry takes a spin lock that gives up, because
//! waiting inside an allocator may never end. What finds no place is added to the stack of no frames, so totals stay right.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use super::live::Live;
use crate::stack::DEPTH;

/// Most different stacks.
const STACKS: usize = 1 << 14;
/// Most frames of all stacks together.
const FRAMES: usize = 1 << 20;
/// Places of the hash index.
const INDEX: usize = 2 * STACKS;
/// Places looked at for one stack.
const PROBES: usize = 64;
/// Attempts to take the lock.
const SPINS: usize = 1000;
/// Allocations are summed in parts of this, because one sample may stand for 1.5 of them.
const FRACTION: f64 = 256.0;

/// One stack and what its samples stand for.
struct Entry {
    hash: AtomicU64,
    first_frame: AtomicU32,
    depth: AtomicU32,
    samples: AtomicU64,
    objects: AtomicU64,
    bytes: AtomicU64,
    freed_objects: AtomicU64,
    freed_bytes: AtomicU64,
}

/// Number 0 is the stack of no frames.
static ENTRIES: [Entry; STACKS] = [const { Entry::new() }; STACKS];
static ARENA: [AtomicU64; FRAMES] = [const { AtomicU64::new(0) }; FRAMES];
/// Numbers of entries by hash; 0 is a free place.
static BY_HASH: [AtomicU32; INDEX] = [const { AtomicU32::new(0) }; INDEX];
static USED_ENTRIES: AtomicU32 = AtomicU32::new(1);
static USED_FRAMES: AtomicU32 = AtomicU32::new(0);
static LOCKED: AtomicBool = AtomicBool::new(false);

impl Entry {
    const fn new() -> Self {
        Self {
            hash: AtomicU64::new(0),
            first_frame: AtomicU32::new(0),
            depth: AtomicU32::new(0),
            samples: AtomicU64::new(0),
            objects: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            freed_objects: AtomicU64::new(0),
            freed_bytes: AtomicU64::new(0),
        }
    }

    fn frames(&self) -> &'static [AtomicU64] {
        let first = self.first_frame.load(Ordering::Relaxed) as usize;
        let depth = self.depth.load(Ordering::Relaxed) as usize;
        &ARENA[first..first + depth]
    }

    fn is(&self, hash: u64, frames: &[u64]) -> bool {
        self.hash.load(Ordering::Relaxed) == hash
            && self.frames().len() == frames.len()
            && self
                .frames()
                .iter()
                .zip(frames)
                .all(|(own, frame)| own.load(Ordering::Relaxed) == *frame)
    }
}

/// What the samples of one stack stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StackSum {
    /// Return addresses, innermost first.
    pub frames: Vec<u64>,
    /// Samples taken.
    pub samples: u64,
    /// Estimated allocations, in parts of 1/256.
    pub objects: u64,
    /// Estimated bytes.
    pub bytes: u64,
    /// The part of these objects that was freed.
    pub freed_objects: u64,
    /// The part of these bytes that was freed.
    pub freed_bytes: u64,
}

impl StackSum {
    /// Estimated allocations, rounded.
    pub fn whole_objects(&self) -> i64 {
        whole(self.objects)
    }

    /// Estimated allocations that live, rounded; negative in a difference in which more died.
    pub fn live_objects(&self) -> i64 {
        let living = self.objects.wrapping_sub(self.freed_objects);
        (living.cast_signed() as f64 / FRACTION).round() as i64
    }

    /// Estimated bytes that live; negative in a difference in which more died.
    pub fn live_bytes(&self) -> i64 {
        self.bytes.wrapping_sub(self.freed_bytes).cast_signed()
    }
}

fn whole(parts: u64) -> i64 {
    (parts as f64 / FRACTION).round() as i64
}

/// Adds one sample that stands for so many allocations and bytes. Answers what to take away when it is freed.
pub(super) fn add(frames: &[u64], objects: f64, bytes: f64) -> Live {
    let number = find_or_insert(frames);
    let live = Live {
        entry: number as u32,
        objects: (objects * FRACTION).round() as u64,
        bytes: bytes.round() as u64,
    };
    let entry = &ENTRIES[number];
    entry.samples.fetch_add(1, Ordering::Relaxed);
    entry.objects.fetch_add(live.objects, Ordering::Relaxed);
    entry.bytes.fetch_add(live.bytes, Ordering::Relaxed);
    live
}

/// What a sample stood for is freed.
pub(super) fn freed(entry: usize, objects: u64, bytes: u64) {
    let entry = &ENTRIES[entry];
    entry.freed_objects.fetch_add(objects, Ordering::Release);
    entry.freed_bytes.fetch_add(bytes, Ordering::Release);
}

/// It was not freed after all.
pub(super) fn unfreed(entry: usize, objects: u64, bytes: u64) {
    let entry = &ENTRIES[entry];
    entry.freed_objects.fetch_sub(objects, Ordering::Relaxed);
    entry.freed_bytes.fetch_sub(bytes, Ordering::Relaxed);
}

/// The addresses of a stack.
pub(super) fn frames_of(entry: usize) -> Vec<u64> {
    let frames = ENTRIES[entry].frames().iter();
    frames.map(|frame| frame.load(Ordering::Relaxed)).collect()
}

fn find_or_insert(frames: &[u64]) -> usize {
    if frames.is_empty() || frames.len() > DEPTH {
        return 0;
    }
    let hash = hashed(frames);
    match find(hash, frames) {
        Ok(entry) => entry,
        Err(_) => insert(hash, frames),
    }
}

/// FNV-1a over words, Fowler, Noll and Vo.
fn hashed(frames: &[u64]) -> u64 {
    let folded = frames
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, frame| {
            (hash ^ frame).wrapping_mul(0x0100_0000_01b3)
        });
    folded ^ (folded >> 29)
}

/// The number of the stack's entry, or the free place of the index where it would belong.
fn find(hash: u64, frames: &[u64]) -> Result<usize, Option<&'static AtomicU32>> {
    for probe in 0..PROBES {
        let place = &BY_HASH[(hash as usize).wrapping_add(probe) % INDEX];
        match place.load(Ordering::Acquire) as usize {
            0 => return Err(Some(place)),
            entry if ENTRIES[entry].is(hash, frames) => return Ok(entry),
            _ => {}
        }
    }
    Err(None)
}

#[cold]
fn insert(hash: u64, frames: &[u64]) -> usize {
    if !lock() {
        return 0;
    }
    // Another thread may have inserted it since we looked.
    let entry = match find(hash, frames) {
        Ok(entry) => entry,
        Err(Some(place)) => publish(place, hash, frames),
        Err(None) => 0,
    };
    LOCKED.store(false, Ordering::Release);
    entry
}

fn lock() -> bool {
    (0..SPINS).any(|_| {
        let taken = LOCKED
            .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_ok();
        if !taken {
            std::hint::spin_loop();
        }
        taken
    })
}

/// Fills a new entry and only then makes it visible. The lock must be held.
fn publish(place: &AtomicU32, hash: u64, frames: &[u64]) -> usize {
    let number = USED_ENTRIES.load(Ordering::Relaxed);
    let first = USED_FRAMES.load(Ordering::Relaxed);
    let end = first as usize + frames.len();
    let (Some(entry), Some(room)) = (ENTRIES.get(number as usize), ARENA.get(first as usize..end))
    else {
        return 0;
    };
    for (cell, frame) in room.iter().zip(frames) {
        cell.store(*frame, Ordering::Relaxed);
    }
    entry.hash.store(hash, Ordering::Relaxed);
    entry.first_frame.store(first, Ordering::Relaxed);
    entry.depth.store(frames.len() as u32, Ordering::Relaxed);
    USED_FRAMES.store(end as u32, Ordering::Relaxed);
    USED_ENTRIES.store(number + 1, Ordering::Release);
    place.store(number, Ordering::Release);
    number as usize
}

/// All stacks in the order of their first sample; the place of a stack never changes.
pub(super) fn sums() -> Vec<StackSum> {
    let used = USED_ENTRIES.load(Ordering::Acquire) as usize;
    ENTRIES[..used].iter().map(sum).collect()
}

fn sum(entry: &Entry) -> StackSum {
    // What was freed is read first: read later it could exceed what was allocated.
    let freed_objects = entry.freed_objects.load(Ordering::Acquire);
    let freed_bytes = entry.freed_bytes.load(Ordering::Acquire);
    StackSum {
        frames: entry
            .frames()
            .iter()
            .map(|frame| frame.load(Ordering::Relaxed))
            .collect(),
        samples: entry.samples.load(Ordering::Relaxed),
        objects: entry.objects.load(Ordering::Relaxed),
        bytes: entry.bytes.load(Ordering::Relaxed),
        freed_objects,
        freed_bytes,
    }
}

/// Samples taken since the process started.
pub(crate) fn sample_count() -> u64 {
    let used = USED_ENTRIES.load(Ordering::Acquire) as usize;
    ENTRIES[..used]
        .iter()
        .map(|entry| entry.samples.load(Ordering::Relaxed))
        .sum()
}
