//! Vectors of batches, used again: a batch of 8,192 commands takes more than a megabyte, which the allocator would ask the system
//! for, and give back, each time.
//!
//! A vector is filled by one thread and emptied by another, so the free list is shared; one lock for each batch is nothing.

use crate::ledger::{Command, Outcome};
use crate::switches::Pool;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Vectors kept of each kind: more batches than that are seldom under way.
const KEPT: usize = 16;
/// The most elements that a kept vector may have room for: four full batches.
const ROOM_MAX: usize = 4 * 8192;

/// Empty vectors with room.
#[derive(Debug)]
pub struct FreeList<T> {
    is_on: bool,
    kept: Mutex<Vec<Vec<T>>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl<T> FreeList<T> {
    fn new(is_on: bool) -> Self {
        Self {
            is_on,
            kept: Mutex::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    /// An empty vector with room for so many.
    pub fn take(&self, room: usize) -> Vec<T> {
        if !self.is_on {
            return Vec::with_capacity(room);
        }
        let kept = self
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let counter = match kept {
            Some(_) => &self.hits,
            None => &self.misses,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        let mut vector = kept.unwrap_or_default();
        vector.reserve_exact(room);
        vector
    }

    /// Takes a vector back and empties it. One too many, or one with far too much room, is freed.
    pub fn give(&self, mut vector: Vec<T>) {
        if !self.is_on || vector.capacity() == 0 || vector.capacity() > ROOM_MAX {
            return;
        }
        vector.clear();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push(vector);
        }
    }

    /// How often a vector was at hand, and how often not.
    pub fn counts(&self) -> (u64, u64) {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (load(&self.hits), load(&self.misses))
    }
}

/// The free lists of one engine.
#[derive(Debug)]
pub struct BatchPool {
    /// Of what is asked.
    pub commands: FreeList<Command>,
    /// Of what is answered.
    pub outcomes: FreeList<Outcome>,
}

impl BatchPool {
    /// Empty lists; switched off they neither keep nor count.
    pub fn new(pool: Pool) -> Self {
        let is_on = pool == Pool::On;
        Self {
            commands: FreeList::new(is_on),
            outcomes: FreeList::new(is_on),
        }
    }
}

impl Default for BatchPool {
    /// Switched on.
    fn default() -> Self {
        Self::new(Pool::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_comes_back_empty_and_with_its_room() {
        let list = FreeList::<u64>::new(true);
        let mut vector = list.take(100);
        vector.extend(0..100);
        let place = vector.as_ptr();
        list.give(vector);
        let again = list.take(50);
        assert!(again.is_empty() && again.capacity() >= 100);
        assert_eq!(again.as_ptr(), place);
        assert_eq!(list.counts(), (1, 1));
    }

    #[test]
    fn neither_too_many_nor_too_large_ones_are_kept() {
        let list = FreeList::<u8>::new(true);
        let vectors: Vec<_> = (0..2 * KEPT).map(|_| list.take(1)).collect();
        for vector in vectors {
            list.give(vector);
        }
        list.give(Vec::with_capacity(ROOM_MAX + 1));
        assert_eq!(list.kept.lock().map(|kept| kept.len()).ok(), Some(KEPT));
    }

    #[test]
    fn switched_off_nothing_is_kept_or_counted() {
        let list = FreeList::<u8>::new(false);
        let vector = list.take(10);
        assert!(vector.capacity() >= 10);
        list.give(vector);
        assert_eq!(list.take(0).capacity(), 0);
        assert_eq!(list.counts(), (0, 0));
    }
}
