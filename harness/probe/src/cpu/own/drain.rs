//! Moves samples from the ring to the store, ten times a second, on a thread of its own that is never sampled.

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{io, thread};

use super::handler::{self, RawSample, own_tid};
use super::store::{FOREIGN, Record, Store, TRUNCATED};
use super::timers;
use super::walk::End;
use crate::clock;

/// Time between two drains.
const INTERVAL: Duration = Duration::from_millis(100);

static STORE: Mutex<Option<Store>> = Mutex::new(None);
/// Whether anybody samples; the thread waits for it.
static WANTED: Mutex<bool> = Mutex::new(false);
static CHANGED: Condvar = Condvar::new();
static STARTED: AtomicBool = AtomicBool::new(false);
static TID: AtomicI32 = AtomicI32::new(0);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts the thread if need be, with an empty store.
pub(super) fn start() -> io::Result<()> {
    // What an earlier profile left in the ring is old.
    while handler::ring().take(|_| ()).is_some() {}
    *locked(&STORE) = Some(Store::new());
    *locked(&WANTED) = true;
    CHANGED.notify_all();
    if !STARTED.swap(true, Ordering::AcqRel) {
        let made = thread::Builder::new().name("probe-drain".to_owned());
        let made = made
            .spawn(run)
            .inspect_err(|_| STARTED.store(false, Ordering::Release))?;
        drop(made);
    }
    Ok(())
}

/// Lets the thread wait for the next profile.
pub(super) fn rest() {
    *locked(&WANTED) = false;
}

/// CPU time of the thread so far.
pub(super) fn cpu_time() -> Duration {
    match TID.load(Ordering::Relaxed) {
        0 => Duration::ZERO,
        tid => clock::thread_cpu(tid).unwrap_or_default(),
    }
}

fn run() {
    let tid = own_tid();
    TID.store(tid, Ordering::Relaxed);
    timers::spare(tid);
    timers::exit(tid);
    loop {
        let mut wanted = locked(&WANTED);
        while !*wanted {
            wanted = CHANGED.wait(wanted).unwrap_or_else(PoisonError::into_inner);
        }
        drop(wanted);
        with_store(|_| ());
        timers::rescan();
        thread::sleep(INTERVAL);
    }
}

/// Moves what is in the ring into the store, then shows the store.
pub(super) fn with_store<R>(read: impl FnOnce(&mut Store) -> R) -> R {
    let mut guard = locked(&STORE);
    let store = guard.get_or_insert_with(Store::new);
    while handler::ring().take(|sample| keep(store, sample)).is_some() {}
    read(store)
}

fn keep(store: &mut Store, sample: &RawSample) {
    let name = timers::name(sample.tid);
    let flags = match sample.end {
        End::Truncated => TRUNCATED,
        End::Foreign => FOREIGN,
        End::Complete | End::Unknown => 0,
    };
    let record = Record {
        time: sample.time,
        request: sample.request,
        weight: sample.weight,
        stack: store.stack_id(sample.frames.get(..sample.depth).unwrap_or_default()),
        thread: name.map_or(0, |name| store.thread_id(&name)),
        flags,
        tid: sample.tid,
    };
    store.add(record);
}
