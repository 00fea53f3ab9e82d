//! A waker that remembers when its task was first woken, so that the time from the wake to the poll is known.
//!
//! Most requests are answered in one poll and never need one, so it is made only when somebody keeps a copy of the waker.
#![expect(
    unsafe_code,
    reason = "a waker that borrows from the poll that made it"
)]

use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{RawWaker, RawWakerVTable, Wake, Waker};

use parking_lot::Mutex;

use crate::clock;

/// Shared by all copies of the wakers of one request.
#[derive(Debug)]
pub(super) struct WakeCell {
    /// Monotonic nanoseconds of the first wake since the last poll began; 0 for none.
    first: AtomicU64,
    real: Mutex<Waker>,
}

impl WakeCell {
    fn new(real: Waker) -> Self {
        Self {
            first: AtomicU64::new(0),
            real: Mutex::new(real),
        }
    }

    /// When the task was first woken since the last call.
    pub fn take_first_wake(&self) -> Option<u64> {
        match self.first.swap(0, Ordering::AcqRel) {
            0 => None,
            time => Some(time),
        }
    }

    /// The task may have moved to another waker since the last poll.
    pub fn forward_to(&self, waker: &Waker) {
        self.real.lock().clone_from(waker);
    }
}

impl Wake for WakeCell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Two that wake at once note nearly the same time, so which of them is the first need not be settled.
        if self.first.load(Ordering::Relaxed) == 0 {
            self.first
                .store(clock::monotonic_nanos(), Ordering::Release);
        }
        // Not under the lock: a wake may poll the task at once.
        let real = self.real.lock().clone();
        real.wake();
    }
}

/// The waker of one poll, before anybody wants a copy.
pub(super) struct Lazy<'a> {
    real: &'a Waker,
    cell: OnceLock<Arc<WakeCell>>,
}

impl<'a> Lazy<'a> {
    pub fn new(real: &'a Waker) -> Self {
        Self {
            real,
            cell: OnceLock::new(),
        }
    }

    fn cell(&self) -> &Arc<WakeCell> {
        self.cell
            .get_or_init(|| Arc::new(WakeCell::new(self.real.clone())))
    }

    /// Calls `poll` with a waker that lives no longer than this.
    pub fn with<R>(&self, poll: impl FnOnce(&Waker) -> R) -> R {
        let raw = RawWaker::new((&raw const *self).cast(), &BORROWED);
        // SAFETY: the functions of the table treat the pointer as a `Lazy`, which lives through this call; the waker is lent,
        // never dropped nor woken by value, and a clone of it owns an `Arc` instead.
        let waker = ManuallyDrop::new(unsafe { Waker::from_raw(raw) });
        poll(&waker)
    }

    /// What the copies share, if there are any.
    pub fn into_cell(self) -> Option<Arc<WakeCell>> {
        self.cell.into_inner()
    }
}

static BORROWED: RawWakerVTable = RawWakerVTable::new(clone, wake_by_ref, wake_by_ref, nothing);

/// # Safety
/// The pointer comes from [`Lazy::with`], whose `Lazy` is alive.
unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: the caller's contract; a `Lazy` is Sync, so other threads may be here too.
    let lazy = unsafe { &*data.cast::<Lazy<'_>>() };
    let owned = ManuallyDrop::new(Waker::from(Arc::clone(lazy.cell())));
    RawWaker::new(owned.data(), owned.vtable())
}

/// # Safety
/// As [`clone`].
unsafe fn wake_by_ref(data: *const ()) {
    // SAFETY: the caller's contract.
    let lazy = unsafe { &*data.cast::<Lazy<'_>>() };
    lazy.cell().wake_by_ref();
}

/// # Safety
/// Does nothing.
unsafe fn nothing(_: *const ()) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default)]
    struct Count(AtomicU64);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_poll_that_keeps_no_waker_makes_no_cell() {
        let lazy = Lazy::new(Waker::noop());
        lazy.with(|_| ());
        assert!(lazy.into_cell().is_none());
    }

    #[test]
    fn copies_outlive_the_poll_wake_the_task_and_note_the_first_time() {
        let woken = Arc::new(Count::default());
        let real = Waker::from(Arc::clone(&woken));
        let lazy = Lazy::new(&real);
        let copy = lazy.with(Waker::clone);
        let cell = lazy.into_cell().expect("a cell for the copy");
        assert_eq!(cell.take_first_wake(), None);
        std::thread::spawn(move || {
            copy.wake_by_ref();
            copy.wake();
        })
        .join()
        .unwrap();
        assert_eq!(woken.0.load(Ordering::Relaxed), 2);
        assert!(cell.take_first_wake().is_some());
        assert_eq!(cell.take_first_wake(), None);
    }

    #[test]
    fn a_wake_goes_to_the_task_that_polled_last() {
        let (first, second) = (Arc::new(Count::default()), Arc::new(Count::default()));
        let real = Waker::from(Arc::clone(&first));
        let lazy = Lazy::new(&real);
        let copy = lazy.with(Waker::clone);
        let cell = lazy.into_cell().expect("a cell for the copy");
        cell.forward_to(&Waker::from(Arc::clone(&second)));
        copy.wake();
        let counts = [&first, &second].map(|count| count.0.load(Ordering::Relaxed));
        assert_eq!(counts, [0, 1]);
    }

    #[test]
    fn a_wake_inside_the_poll_by_reference_counts_too() {
        let woken = Arc::new(Count::default());
        let real = Waker::from(Arc::clone(&woken));
        let lazy = Lazy::new(&real);
        lazy.with(Waker::wake_by_ref);
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
        assert!(lazy.into_cell().unwrap().take_first_wake().is_some());
    }
}
