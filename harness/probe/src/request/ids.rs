//! The numbers of requests: each thread takes a block of them at once, so that threads do not wait for each other to count.
//!
//! Numbers come roughly in order of arrival: a thread's own do, and one that lags far behind the others gives up the rest of its block.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

/// So many numbers are taken at once, from a multiple of it on; a power of two.
pub(super) const BLOCK: u64 = 32;
/// A thread's next number is at most so far behind the newest block: far less than the table keeps.
const FARTHEST: u64 = 1024;

/// The next block. The first one has no number 0, which means no request.
static NEXT: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The last number that this thread gave; 0 before the first.
    static LAST: Cell<u64> = const { Cell::new(0) };
}

/// A number that no request has had; never 0.
pub(super) fn next() -> u64 {
    let taken = LAST.try_with(|last| {
        let next = following(last.get(), NEXT.load(Ordering::Relaxed)).unwrap_or_else(first);
        last.set(next);
        next
    });
    taken.unwrap_or_else(|_| first())
}

/// The number after this one in its block, unless the block is used up or too old.
fn following(last: u64, newest: u64) -> Option<u64> {
    let next = last + 1;
    let is_left = last > 0 && !next.is_multiple_of(BLOCK);
    (is_left && newest.saturating_sub(next) <= FARTHEST).then_some(next)
}

/// The first number of a new block.
fn first() -> u64 {
    NEXT.fetch_add(BLOCK, Ordering::Relaxed).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_used_up_unless_it_is_too_old() {
        assert_eq!(following(0, 0), None);
        assert_eq!(following(1, BLOCK), Some(2));
        assert_eq!(following(BLOCK - 1, BLOCK), None);
        assert_eq!(following(BLOCK, 2 * BLOCK), Some(BLOCK + 1));
        assert_eq!(following(BLOCK, BLOCK + 1 + FARTHEST), Some(BLOCK + 1));
        assert_eq!(following(BLOCK, BLOCK + 2 + FARTHEST), None);
    }

    #[test]
    fn no_number_comes_twice_whoever_takes_it() {
        let threads: Vec<_> = (0..4)
            .map(|_| std::thread::spawn(|| (0..1000).map(|_| next()).collect::<Vec<_>>()))
            .collect();
        let mut all: Vec<u64> = threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 4000);
        assert!(all[0] > 0);
    }
}
