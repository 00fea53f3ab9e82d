//! A bounded queue that signal handlers and allocator hooks may write to: no lock, no allocation, no waiting.
//!
//! Many producers, one consumer at a time (the caller sees to that), by Dmitry Vyukov's bounded queue: each slot has a sequence
//! number that says whose turn it is. A producer that is stopped between claim and publish delays the consumer only. Nothing
//! here knows the operating system, so Miri can run its tests.
#![expect(unsafe_code, reason = "slots are written in place by many threads")]

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Claims that a producer tries before it gives up.
const ATTEMPTS: usize = 8;

struct Slot<T> {
    /// The position that may be written here next, or that position plus one once it is written.
    turn: AtomicUsize,
    value: UnsafeCell<T>,
}

/// The queue; memory is taken once, in [`Ring::new`].
pub(crate) struct Ring<T> {
    slots: Box<[Slot<T>]>,
    tail: AtomicUsize,
    head: AtomicUsize,
    /// Weight of what found no slot.
    dropped: AtomicU64,
}

// SAFETY: a slot's value is reached by one thread at a time: the producer that won its position by compare-exchange, then, after
// the release store of the turn, the consumer.
unsafe impl<T: Send> Sync for Ring<T> {}

impl<T: Default> Ring<T> {
    /// A queue with at least `capacity` slots, rounded up to a power of two.
    pub fn new(capacity: usize) -> Self {
        let capacity = capacity.next_power_of_two();
        let slot = |turn| Slot {
            turn: AtomicUsize::new(turn),
            value: UnsafeCell::new(T::default()),
        };
        Self {
            slots: (0..capacity).map(slot).collect(),
            tail: AtomicUsize::new(0),
            head: AtomicUsize::new(0),
            dropped: AtomicU64::new(0),
        }
    }
}

impl<T> Ring<T> {
    fn slot(&self, position: usize) -> Option<&Slot<T>> {
        // The length is a power of two and never 0; `get` keeps a bounds panic out of signal handlers.
        self.slots.get(position & self.slots.len().wrapping_sub(1))
    }

    /// Lets `fill` write a slot in place. Without a free one, adds `weight` to the dropped sum and answers false.
    ///
    /// `fill` may see what an earlier use left in the slot.
    pub fn push(&self, weight: u64, fill: impl FnOnce(&mut T)) -> bool {
        let mut position = self.tail.load(Ordering::Relaxed);
        for _ in 0..ATTEMPTS {
            let Some(slot) = self.slot(position) else {
                break;
            };
            let turn = slot.turn.load(Ordering::Acquire);
            if turn != position {
                // Behind: the queue is full. Ahead: another producer was faster.
                if (turn.wrapping_sub(position)).cast_signed() < 0 {
                    break;
                }
                position = self.tail.load(Ordering::Relaxed);
                continue;
            }
            match self.tail.compare_exchange(
                position,
                position.wrapping_add(1),
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => {
                    // SAFETY: winning the exchange on this turn makes this thread the only one that reaches the value.
                    fill(unsafe { &mut *slot.value.get() });
                    slot.turn.store(position.wrapping_add(1), Ordering::Release);
                    return true;
                }
                Err(now) => position = now,
            }
        }
        self.dropped.fetch_add(weight, Ordering::Relaxed);
        false
    }

    /// Shows the oldest value to `read` and frees its slot; `None` if there is none.
    ///
    /// Only one thread may take at a time: callers hold a lock of their own.
    pub fn take<R>(&self, read: impl FnOnce(&T) -> R) -> Option<R> {
        let position = self.head.load(Ordering::Relaxed);
        let slot = self.slot(position)?;
        if slot.turn.load(Ordering::Acquire) != position.wrapping_add(1) {
            return None;
        }
        // SAFETY: the turn says that the value is published, and no producer may claim it before the store below.
        let result = read(unsafe { &*slot.value.get() });
        let next = position.wrapping_add(self.slots.len());
        slot.turn.store(next, Ordering::Release);
        self.head.store(position.wrapping_add(1), Ordering::Relaxed);
        Some(result)
    }

    /// The weight of all that found no slot since the start.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Bytes of all slots.
    pub fn bytes(&self) -> usize {
        std::mem::size_of_val(&*self.slots)
    }
}

#[cfg(test)]
mod tests;
