//! Where a request's time goes when it does not run: waits, noted by cause on the thread that serves it.
//!
//! ```
//! use probe::stall::{Cause, timed};
//!
//! let file = std::fs::File::open(std::env::current_exe()?)?;
//! timed(Cause::Fsync, || file.sync_all())?;
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! A wait inside a poll blocks the worker and all that wait for it; a wait between polls does not. Both are kept apart.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::clock;

/// What a request waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A lock that another thread held.
    Lock,
    /// The allocator's slow path: sampled calls and those of 128 KiB or more, so a lower bound.
    Allocator,
    /// Data on its way to the disk.
    Fsync,
    /// Other input and output.
    Io,
    /// A timer.
    Timer,
    /// A channel, semaphore or other task.
    Channel,
    /// A free thread of the blocking pool.
    BlockingQueue,
}

impl Cause {
    /// All causes, in the order of records and metrics.
    pub const ALL: [Self; 7] = [
        Self::Lock,
        Self::Allocator,
        Self::Fsync,
        Self::Io,
        Self::Timer,
        Self::Channel,
        Self::BlockingQueue,
    ];

    /// The name in records and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lock => "lock",
            Self::Allocator => "allocator",
            Self::Fsync => "fsync",
            Self::Io => "io",
            Self::Timer => "timer",
            Self::Channel => "channel",
            Self::BlockingQueue => "blocking_queue",
        }
    }
}

/// One number for each cause, in nanoseconds.
pub(crate) type ByCause = [u64; Cause::ALL.len()];

/// What a thread or a request has waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Waits {
    /// Inside polls, by cause, in nanoseconds.
    pub inside: ByCause,
    /// Between polls, by cause, in nanoseconds.
    pub between: ByCause,
    /// How many waits inside polls.
    pub count: u64,
    /// How many waits: while it is 0, all else is.
    pub notes: u64,
}

impl Waits {
    /// Adds the waits of another piece of the same request.
    pub fn add(&mut self, other: &Self) {
        for (sum, part) in self.inside.iter_mut().zip(other.inside) {
            *sum = sum.wrapping_add(part);
        }
        for (sum, part) in self.between.iter_mut().zip(other.between) {
            *sum = sum.wrapping_add(part);
        }
        self.count = self.count.wrapping_add(other.count);
        self.notes = self.notes.wrapping_add(other.notes);
    }
}

/// Where a wait belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The thread itself waited.
    Inside,
    /// The task waited and its thread was free.
    Between,
}

const ZERO: Waits = Waits {
    inside: [0; Cause::ALL.len()],
    between: [0; Cause::ALL.len()],
    count: 0,
    notes: 0,
};

thread_local! {
    // Const and without destructor: the allocator writes it.
    static WAITS: Cell<Waits> = const { Cell::new(ZERO) };
}

/// A poll during which this thread's waits are counted from zero: most polls have none, and looking at one number tells so.
#[derive(Debug)]
pub(crate) struct PollWaits {
    /// Whether it is part of the poll of another request, which waits for as long.
    is_nested: bool,
    /// What that one had waited before, if anything.
    before: Option<Waits>,
}

impl PollWaits {
    /// From now on.
    pub fn begin(is_nested: bool) -> Self {
        let before = WAITS.try_with(|cell| {
            let is_clear = cell.get().notes == 0;
            (!is_clear).then(|| cell.replace(ZERO))
        });
        Self {
            is_nested,
            before: before.ok().flatten().filter(|_| is_nested),
        }
    }

    /// Until now: adds what was noted since the begin.
    pub fn end(&mut self, sum: &mut Waits) {
        let _ = WAITS.try_with(|cell| {
            if cell.get().notes > 0 {
                let noted = cell.replace(ZERO);
                sum.add(&noted);
                if self.is_nested {
                    self.before.get_or_insert_default().add(&noted);
                }
            }
            if let Some(before) = self.before.take() {
                cell.set(before);
            }
        });
    }
}

/// Adds a wait of this thread.
pub(crate) fn note(cause: Cause, part: Part, nanos: u64) {
    let _ = WAITS.try_with(|cell| {
        let mut waits = cell.get();
        let place = cause as usize;
        waits.notes = waits.notes.wrapping_add(1);
        match part {
            Part::Inside => {
                waits.inside[place] = waits.inside[place].wrapping_add(nanos);
                waits.count = waits.count.wrapping_add(1);
            }
            Part::Between => waits.between[place] = waits.between[place].wrapping_add(nanos),
        }
        cell.set(waits);
    });
}

/// Runs `work`, which blocks this thread, and notes its time under that cause in the ledger of the request being served.
pub fn timed<R>(cause: Cause, work: impl FnOnce() -> R) -> R {
    let begun = clock::monotonic_nanos();
    let result = work();
    note(
        cause,
        Part::Inside,
        clock::monotonic_nanos().saturating_sub(begun),
    );
    result
}

/// Notes a wait between polls under that cause in the ledger of the request being served: for what the caller measured itself,
/// such as another thread's sync that it waited for.
pub fn waited(cause: Cause, time: Duration) {
    let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    note(cause, Part::Between, nanos);
}

/// A future whose time from its first poll to its end is noted as a wait between polls.
pub fn awaited<F: Future>(cause: Cause, future: F) -> Awaited<F> {
    Awaited {
        future: Box::pin(future),
        cause,
        begun: None,
    }
}

/// See [`awaited`].
#[derive(Debug)]
pub struct Awaited<F> {
    future: Pin<Box<F>>,
    cause: Cause,
    begun: Option<u64>,
}

impl<F: Future> Future for Awaited<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let begun = *self.begun.get_or_insert_with(clock::monotonic_nanos);
        let result = self.future.as_mut().poll(context);
        if result.is_ready() {
            let waited = clock::monotonic_nanos().saturating_sub(begun);
            note(self.cause, Part::Between, waited);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(is_nested: bool, work: impl FnOnce()) -> Waits {
        let (mut counted, mut sum) = (PollWaits::begin(is_nested), ZERO);
        work();
        counted.end(&mut sum);
        sum
    }

    #[test]
    fn a_wait_is_noted_under_its_cause_on_its_thread() {
        note(Cause::Lock, Part::Inside, 1_000);
        let noted = counted(false, || {
            assert_eq!(timed(Cause::Fsync, || 7), 7);
            note(Cause::Lock, Part::Inside, 5);
            waited(Cause::Timer, Duration::from_nanos(6));
            let elsewhere = || counted(false, || ());
            assert_eq!(std::thread::spawn(elsewhere).join().unwrap(), ZERO);
        });
        assert_eq!(noted.inside[Cause::Lock as usize], 5);
        assert_eq!(noted.between[Cause::Timer as usize], 6);
        assert_eq!((noted.count, noted.notes), (2, 3));
        assert_eq!(counted(false, || ()), ZERO);
    }

    #[test]
    fn a_request_inside_another_waits_for_both() {
        let lock = |nanos| note(Cause::Lock, Part::Inside, nanos);
        let outer = counted(false, || {
            lock(1);
            let inner = counted(true, || lock(2));
            assert_eq!(inner.inside[Cause::Lock as usize], 2);
            assert_eq!(counted(true, || ()), ZERO);
            lock(4);
        });
        assert_eq!(outer.inside[Cause::Lock as usize], 7);
        assert_eq!(outer.count, 3);
    }

    #[test]
    fn causes_stand_in_the_order_of_their_numbers() {
        for (place, cause) in Cause::ALL.into_iter().enumerate() {
            assert_eq!(cause as usize, place);
        }
    }
}
