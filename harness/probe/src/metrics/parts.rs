//! Numbers that many threads count at once. Threads that serve requests have a part of their own, as long as there are any: two that count
//! in one cache line wait for each other longer than counting takes, and who is alone there needs no locked instruction. All others
//! share one.

use std::cell::Cell;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

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
}

/// The part that threads share.
const SHARED: usize = 0;
/// Most parts.
const MOST: usize = 64;

/// How many parts there are: a few for each processor.
fn how_many() -> usize {
    static HOW_MANY: LazyLock<usize> = LazyLock::new(|| {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        (2 * processors + 2).min(MOST)
    });
    *HOW_MANY
}

/// Which parts have an owner.
static OWNED: [AtomicBool; MOST] = [const { AtomicBool::new(false) }; MOST];

thread_local! {
    /// This thread's part; `None` until it asks for one.
    static OWN: Cell<Option<usize>> = const { Cell::new(None) };
}

#[inline]
fn own() -> usize {
    OWN.try_with(Cell::get).ok().flatten().unwrap_or(SHARED)
}

/// Gives this thread a part of its own, if one is free.
#[inline]
pub(crate) fn claim() {
    let _ = OWN.try_with(|own| {
        if own.get().is_none() {
            own.set(Some(free_part()));
        }
    });
}

#[cold]
fn free_part() -> usize {
    let is_claimed = |part: &usize| {
        OWNED[*part]
            .compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    };
    (SHARED + 1..how_many()).find(is_claimed).unwrap_or(SHARED)
}

/// Frees this thread's part for another thread, which goes on from its sums.
pub(crate) fn release() {
    let _ = OWN.try_with(|own| {
        if let Some(part) = own.replace(None)
            && part != SHARED
        {
            OWNED[part].store(false, Ordering::Release);
        }
    });
}

impl Parts {
    /// So many numbers, all 0.
    pub fn of(numbers: usize) -> Self {
        let each = numbers.div_ceil(IN_LINE);
        let parts = how_many();
        Self {
            lines: (0..each * parts).map(|_| Line::zero()).collect(),
            each,
        }
    }

    /// What this thread counts in.
    #[inline]
    pub fn own(&self) -> Part<'_> {
        let part = own();
        Part {
            lines: &self.lines[part * self.each..(part + 1) * self.each],
            is_own: part != SHARED,
        }
    }

    /// Adds to a number that [`Self::clear`] is never called for, around at the end of 64 bits.
    pub fn add(&self, place: usize, count: u64) {
        self.own().add(place, count);
    }

    /// Adds to a number that others may clear.
    pub fn add_clearable(&self, place: usize, count: u64) {
        self.own().number(place).fetch_add(count, Ordering::Relaxed);
    }

    /// A number.
    pub fn sum(&self, place: usize) -> u64 {
        let parts = self.lines.chunks_exact(self.each);
        parts.fold(0, |sum, lines| {
            sum.wrapping_add(number(lines, place).load(Ordering::Relaxed))
        })
    }

    /// Makes a number 0. What is added meanwhile counts before or after it.
    pub fn clear(&self, place: usize) {
        for lines in self.lines.chunks_exact(self.each) {
            number(lines, place).store(0, Ordering::Relaxed);
        }
    }
}

/// One part of each number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    lines: &'a [Line],
    is_own: bool,
}

impl Part<'_> {
    fn number(&self, place: usize) -> &AtomicU64 {
        number(self.lines, place)
    }

    /// See [`Parts::add`].
    #[inline]
    pub fn add(&self, place: usize, count: u64) {
        let number = self.number(place);
        if self.is_own {
            // Nobody else writes it.
            let sum = number.load(Ordering::Relaxed).wrapping_add(count);
            number.store(sum, Ordering::Relaxed);
        } else {
            number.fetch_add(count, Ordering::Relaxed);
        }
    }
}

fn number(lines: &[Line], place: usize) -> &AtomicU64 {
    &lines[place / IN_LINE].0[place % IN_LINE]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_many_threads_count_is_there_whoever_has_a_part() {
        const EACH: u64 = if cfg!(miri) { 100 } else { 1000 };
        let parts = Parts::of(IN_LINE + 2);
        std::thread::scope(|scope| {
            for thread in 0..2 * how_many() {
                let parts = &parts;
                scope.spawn(move || {
                    if thread % 3 > 0 {
                        claim();
                    }
                    (0..EACH).for_each(|_| parts.add(IN_LINE + 1, 1));
                    release();
                });
            }
        });
        assert_eq!(parts.sum(IN_LINE + 1), 2 * EACH * how_many() as u64);
        assert_eq!(parts.sum(0), 0);
    }

    #[test]
    fn what_one_thread_takes_away_another_may_have_added() {
        let parts = Parts::of(1);
        parts.add_clearable(0, 1);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                claim();
                parts.add_clearable(0, 1_u64.wrapping_neg());
                release();
            });
        });
        assert_eq!(parts.sum(0), 0);
        parts.add_clearable(0, 5);
        parts.clear(0);
        assert_eq!(parts.sum(0), 0);
    }

    #[test]
    fn no_part_has_two_owners() {
        let barrier = std::sync::Barrier::new(2 * how_many());
        let owned: Vec<usize> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..2 * how_many())
                .map(|_| {
                    scope.spawn(|| {
                        claim();
                        let part = own();
                        barrier.wait();
                        release();
                        part
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        let mut alone: Vec<_> = owned.into_iter().filter(|part| *part != SHARED).collect();
        let claimed = alone.len();
        alone.sort_unstable();
        alone.dedup();
        assert_eq!(alone.len(), claimed);
        assert!(claimed > 0);
    }
}
