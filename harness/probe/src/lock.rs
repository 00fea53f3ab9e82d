//! Locks that know who waited for them and who made others wait.
//!
//! [`Mutex`] and [`RwLock`] are `lock_api` locks over parking_lot's, with the same guards and methods. Taking a free lock costs one
//! load more than there; only a lock that is held is timed. From it come Go's two profiles, `block` with the stack of the
//! waiter and `mutex` with the stack of the holder, and the cause `lock` in the ledger of the request that waited.
//!
//! ```
//! let accounts = probe::lock::Mutex::new(vec![1, 2]);
//! accounts.lock().push(3);
//! # assert_eq!(accounts.lock().len(), 3);
//! ```
//!
//! With threads that overtake each other the holder is an approximation: a waiter charges its whole delay to the one who
//! unlocked last.
#![expect(unsafe_code, reason = "implements raw locks")]

mod contention;
mod sites;
mod snapshot;

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::clock;
use crate::stall::{Cause, Part, note};
pub use contention::{DEFAULT_RATE, rate, set_rate};
pub(crate) use sites::register;
pub use snapshot::{Snapshot, Whose};

/// This file, as debug information names it.
const FILE: &str = file!();

/// A mutex whose waits are profiled.
pub type Mutex<T> = lock_api::Mutex<RawMutex, T>;
/// The guard of a [`Mutex`].
pub type MutexGuard<'a, T> = lock_api::MutexGuard<'a, RawMutex, T>;
/// A readers-writer lock whose waits are profiled.
pub type RwLock<T> = lock_api::RwLock<RawRwLock, T>;
/// The guard of a reader.
pub type RwLockReadGuard<'a, T> = lock_api::RwLockReadGuard<'a, RawRwLock, T>;
/// The guard of a writer.
pub type RwLockWriteGuard<'a, T> = lock_api::RwLockWriteGuard<'a, RawRwLock, T>;

/// What is noted beside a raw lock.
#[derive(Debug)]
struct Watch {
    /// Threads that wait.
    waiters: AtomicU32,
    /// Number of the stack that unlocked last while others waited; 0 for none.
    holder: AtomicU32,
    /// When the first of the waiters began; 0 for none.
    since: AtomicU64,
}

impl Watch {
    const fn new() -> Self {
        Self {
            waiters: AtomicU32::new(0),
            holder: AtomicU32::new(0),
            since: AtomicU64::new(0),
        }
    }

    /// Takes a lock that was not free, and records the wait.
    #[cold]
    #[inline(never)]
    fn wait(&self, lock: impl FnOnce()) {
        let begun = clock::monotonic_nanos();
        self.waiters.fetch_add(1, Ordering::Relaxed);
        let _ = self
            .since
            .compare_exchange(0, begun, Ordering::Relaxed, Ordering::Relaxed);
        lock();
        let left = self.waiters.fetch_sub(1, Ordering::Relaxed);
        let ended = clock::monotonic_nanos();
        self.since
            .store(if left > 1 { ended } else { 0 }, Ordering::Relaxed);
        let delay = ended.saturating_sub(begun);
        note(Cause::Lock, Part::Inside, delay);
        contention::record(ended, delay, self.holder.swap(0, Ordering::Relaxed));
    }

    /// The holder is about to unlock; if others have waited long, its stack is what they waited for.
    #[inline]
    fn unlocking(&self) {
        if self.waiters.load(Ordering::Relaxed) > 0 {
            self.blame_holder();
        }
    }

    #[cold]
    #[inline(never)]
    fn blame_holder(&self) {
        let since = self.since.load(Ordering::Relaxed);
        let waited = clock::monotonic_nanos().saturating_sub(since);
        if since != 0 && waited >= rate() {
            self.holder
                .store(contention::own_stack(), Ordering::Relaxed);
        }
    }
}

/// The raw lock behind [`Mutex`].
pub struct RawMutex {
    inner: parking_lot::RawMutex,
    watch: Watch,
}

impl std::fmt::Debug for RawMutex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RawMutex").field(&self.watch).finish()
    }
}

// SAFETY: every method is that of parking_lot's raw lock; what is added only counts.
unsafe impl lock_api::RawMutex for RawMutex {
    const INIT: Self = Self {
        inner: parking_lot::RawMutex::INIT,
        watch: Watch::new(),
    };

    type GuardMarker = <parking_lot::RawMutex as lock_api::RawMutex>::GuardMarker;

    #[inline]
    fn lock(&self) {
        if !self.inner.try_lock() {
            self.watch.wait(|| self.inner.lock());
        }
    }

    #[inline]
    fn try_lock(&self) -> bool {
        self.inner.try_lock()
    }

    #[inline]
    unsafe fn unlock(&self) {
        self.watch.unlocking();
        // SAFETY: the caller holds the lock.
        unsafe { self.inner.unlock() };
    }

    #[inline]
    fn is_locked(&self) -> bool {
        self.inner.is_locked()
    }
}

/// The raw lock behind [`RwLock`].
pub struct RawRwLock {
    inner: parking_lot::RawRwLock,
    watch: Watch,
}

impl std::fmt::Debug for RawRwLock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RawRwLock").field(&self.watch).finish()
    }
}

// SAFETY: as for [`RawMutex`].
unsafe impl lock_api::RawRwLock for RawRwLock {
    const INIT: Self = Self {
        inner: parking_lot::RawRwLock::INIT,
        watch: Watch::new(),
    };

    type GuardMarker = <parking_lot::RawRwLock as lock_api::RawRwLock>::GuardMarker;

    #[inline]
    fn lock_shared(&self) {
        if !self.inner.try_lock_shared() {
            self.watch.wait(|| self.inner.lock_shared());
        }
    }

    #[inline]
    fn try_lock_shared(&self) -> bool {
        self.inner.try_lock_shared()
    }

    #[inline]
    unsafe fn unlock_shared(&self) {
        self.watch.unlocking();
        // SAFETY: the caller holds a shared lock.
        unsafe { self.inner.unlock_shared() };
    }

    #[inline]
    fn lock_exclusive(&self) {
        if !self.inner.try_lock_exclusive() {
            self.watch.wait(|| self.inner.lock_exclusive());
        }
    }

    #[inline]
    fn try_lock_exclusive(&self) -> bool {
        self.inner.try_lock_exclusive()
    }

    #[inline]
    unsafe fn unlock_exclusive(&self) {
        self.watch.unlocking();
        // SAFETY: the caller holds the exclusive lock.
        unsafe { self.inner.unlock_exclusive() };
    }

    #[inline]
    fn is_locked(&self) -> bool {
        self.inner.is_locked()
    }

    #[inline]
    fn is_locked_exclusive(&self) -> bool {
        self.inner.is_locked_exclusive()
    }
}
