//! Numbers that many threads count at once, each in a part of its own where there are processors enough: two that count in one cache line
//! wait for each other longer than counting takes.

use std::cell::Cell;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// As many as are fetched together: two cache lines.
const IN_LINE: usize = 16;

#[derive(Debug)]
#[repr(align(128))]
struct Line([AtomicU64; IN_LINE]);

impl Line {
    fn zero() -> Self {
        Self([const { AtomicU64::new(0) }; IN_LINE])
    }
}

/// Several numbers, each the sum of its parts.
#[derive(Debug)]
pub(super) struct Parts {
    lines: Box<[Line]>,
    /// Lines of one part.
    each: usize,
    /// One less than there are parts.
    mask: usize,
}

/// A power of two: a few for each processor, so that the threads that count most rarely share one.
fn how_many() -> usize {
    static HOW_MANY: LazyLock<usize> = LazyLock::new(|| {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        (2 * processors).next_power_of_two().min(64)
    });
    *HOW_MANY
}

/// The turn of this thread: threads take turns when they count for the first time.
#[inline]
fn turn() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static TURN: Cell<Option<usize>> = const { Cell::new(None) };
    }
    let own = TURN.try_with(|turn| {
        turn.get().unwrap_or_else(|| {
            let next = NEXT.fetch_add(1, Ordering::Relaxed);
            turn.set(Some(next));
            next
        })
    });
    own.unwrap_or(0)
}

impl Parts {
    /// So many numbers, all 0.
    pub fn of(numbers: usize) -> Self {
        let each = numbers.div_ceil(IN_LINE);
        let parts = how_many();
        Self {
            lines: (0..each * parts).map(|_| Line::zero()).collect(),
            each,
            mask: parts - 1,
        }
    }

    /// What this thread counts in.
    #[inline]
    pub fn own(&self) -> Part<'_> {
        let first = (turn() & self.mask) * self.each;
        Part(&self.lines[first..first + self.each])
    }

    /// Adds to a number, around at the end of 64 bits.
    pub fn add(&self, place: usize, count: u64) {
        self.own()[place].fetch_add(count, Ordering::Relaxed);
    }

    /// A number.
    pub fn sum(&self, place: usize) -> u64 {
        let parts = self.lines.chunks_exact(self.each);
        parts.fold(0, |sum, lines| {
            sum.wrapping_add(Part(lines)[place].load(Ordering::Relaxed))
        })
    }

    /// Makes a number 0. What is added meanwhile counts before or after it.
    pub fn clear(&self, place: usize) {
        for lines in self.lines.chunks_exact(self.each) {
            Part(lines)[place].store(0, Ordering::Relaxed);
        }
    }
}

/// One part of each number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a>(&'a [Line]);

impl std::ops::Index<usize> for Part<'_> {
    type Output = AtomicU64;

    fn index(&self, place: usize) -> &AtomicU64 {
        &self.0[place / IN_LINE].0[place % IN_LINE]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_many_threads_count_is_there() {
        let parts = Parts::of(IN_LINE + 2);
        std::thread::scope(|scope| {
            for _ in 0..2 * how_many() {
                scope.spawn(|| (0..1000).for_each(|_| parts.add(IN_LINE + 1, 1)));
            }
        });
        assert_eq!(parts.sum(IN_LINE + 1), 2000 * how_many() as u64);
        assert_eq!(parts.sum(0), 0);
        parts.clear(IN_LINE + 1);
        assert_eq!(parts.sum(IN_LINE + 1), 0);
    }

    #[test]
    fn what_one_thread_takes_away_another_may_have_added() {
        let parts = Parts::of(1);
        parts.add(0, 1);
        std::thread::scope(|scope| {
            scope.spawn(|| parts.add(0, 1_u64.wrapping_neg()));
        });
        assert_eq!(parts.sum(0), 0);
    }

    #[test]
    fn two_threads_in_a_row_count_apart() {
        let turns = [0, 1].map(|_| std::thread::spawn(turn).join().unwrap());
        assert_ne!(turns[0], turns[1]);
    }
}
