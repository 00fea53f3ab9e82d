//! One CPU timer for each thread of the process, while anybody samples.
//!
//! Threads that call `thread::enter` are armed at once; all others are found by a look at `/proc/self/task` at the start and
//! with each drain. Linux lets one thread make a timer on another thread's CPU clock that signals this other thread.
#![expect(unsafe_code, reason = "timer system calls")]

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock;

/// A timer's number in the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Timer(i32);

/// What is armed, and what threads are called.
#[derive(Debug)]
struct Armed {
    /// Nanoseconds of CPU time between two ticks; 0 while nobody samples.
    interval: u64,
    timers: BTreeMap<i32, Timer>,
    names: BTreeMap<i32, Name>,
    /// Threads of the probe that are never sampled.
    spared: BTreeSet<i32>,
    /// Threads that could not be armed.
    refused: u64,
}

static ARMED: Mutex<Armed> = Mutex::new(Armed {
    interval: 0,
    timers: BTreeMap::new(),
    names: BTreeMap::new(),
    spared: BTreeSet::new(),
    refused: 0,
});
/// Spreads the first ticks of threads over the interval.
static SPREAD: AtomicU64 = AtomicU64::new(1);

fn armed() -> MutexGuard<'static, Armed> {
    ARMED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Never samples that thread.
pub(super) fn spare(tid: i32) {
    armed().spared.insert(tid);
}

/// Arms all threads that exist now.
pub(super) fn start(interval: u64) {
    armed().interval = interval;
    rescan();
}

/// Disarms all threads.
pub(super) fn stop() {
    let mut armed = armed();
    armed.interval = 0;
    for timer in std::mem::take(&mut armed.timers).into_values() {
        timer.delete();
    }
    armed.names.clear();
}

/// What a thread is called.
#[derive(Debug)]
struct Name {
    text: Arc<str>,
    /// A thread that has just started is still called as the one that started it; its first sample is read later than that.
    is_settled: bool,
}

/// A thread has started.
pub(crate) fn enter(tid: i32) {
    let mut armed = armed();
    if armed.interval > 0 {
        // The number may have belonged to a thread that ended.
        armed.disarm(tid);
        armed.arm(tid);
    }
}

/// A thread ends: the kernel would keep its timer.
pub(crate) fn exit(tid: i32) {
    armed().disarm(tid);
}

/// Arms threads that are new, disarms those that are gone. Call after the samples of gone threads were drained.
pub(super) fn rescan() {
    let Some(alive) = threads() else {
        return;
    };
    let mut armed = armed();
    if armed.interval == 0 {
        return;
    }
    let known: Vec<_> = armed
        .timers
        .iter()
        .map(|(&tid, &timer)| (tid, timer))
        .collect();
    for (tid, timer) in known {
        if !alive.contains(&tid) || timer.is_dead() {
            armed.disarm(tid);
        }
    }
    armed.names.retain(|tid, _| alive.contains(tid));
    for &tid in &alive {
        if !armed.timers.contains_key(&tid) {
            armed.arm(tid);
        }
    }
}

/// What a thread that was armed lately is called.
pub(super) fn name(tid: i32) -> Option<Arc<str>> {
    let mut armed = armed();
    let name = armed.names.get_mut(&tid)?;
    if !name.is_settled {
        name.is_settled = true;
        // If it has ended, the first reading is all there is.
        if let Some(text) = read_name(tid) {
            name.text = text;
        }
    }
    Some(Arc::clone(&name.text))
}

fn read_name(tid: i32) -> Option<Arc<str>> {
    let text = std::fs::read_to_string(format!("/proc/self/task/{tid}/comm")).ok()?;
    Some(text.trim_end().into())
}

/// How many threads are armed, and how often a thread could not be.
pub(super) fn counts() -> (usize, u64) {
    let armed = armed();
    (armed.timers.len(), armed.refused)
}

fn threads() -> Option<BTreeSet<i32>> {
    let tasks = std::fs::read_dir("/proc/self/task").ok()?;
    let names = tasks.filter_map(|task| task.ok()?.file_name().to_str()?.parse().ok());
    Some(names.collect())
}

impl Armed {
    fn arm(&mut self, tid: i32) {
        if self.spared.contains(&tid) {
            return;
        }
        match Timer::create(tid, self.interval) {
            Ok(timer) => {
                self.timers.insert(tid, timer);
                let text = read_name(tid).unwrap_or_default();
                let is_settled = false;
                self.names.insert(tid, Name { text, is_settled });
            }
            // It may have ended since it was listed.
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {}
            Err(_) => self.refused += 1,
        }
    }

    fn disarm(&mut self, tid: i32) {
        if let Some(timer) = self.timers.remove(&tid) {
            timer.delete();
        }
    }
}

impl Timer {
    /// A running timer on the CPU clock of a thread, which gets the signal.
    fn create(tid: i32, interval: u64) -> io::Result<Self> {
        let mut timer = 0_i32;
        // SAFETY: the kernel reads the event and writes the number; both live through the call.
        let failed = unsafe {
            let mut event: libc::sigevent = std::mem::zeroed();
            event.sigev_notify = libc::SIGEV_THREAD_ID;
            event.sigev_signo = libc::SIGPROF;
            event.sigev_notify_thread_id = tid;
            libc::syscall(
                libc::SYS_timer_create,
                clock::thread_clock(tid),
                &raw mut event,
                &raw mut timer,
            )
        };
        checked(failed)?;
        let timer = Self(timer);
        timer.set(interval).inspect_err(|_| timer.delete())?;
        Ok(timer)
    }

    fn set(self, interval: u64) -> io::Result<()> {
        let times = libc::itimerspec {
            it_interval: timespec(interval),
            it_value: timespec(first_tick(interval)),
        };
        let nowhere = std::ptr::null_mut::<libc::itimerspec>();
        // SAFETY: the kernel reads a struct that lives through the call.
        checked(unsafe {
            libc::syscall(
                libc::SYS_timer_settime,
                self.0,
                0,
                &raw const times,
                nowhere,
            )
        })
    }

    /// Whether the thread of this timer has ended: the kernel then answers all zeros.
    fn is_dead(self) -> bool {
        // SAFETY: an all-zero struct is valid, and the kernel fills it.
        unsafe {
            let mut times: libc::itimerspec = std::mem::zeroed();
            let failed = libc::syscall(libc::SYS_timer_gettime, self.0, &raw mut times);
            let interval = times.it_interval;
            failed != 0 || interval.tv_sec == 0 && interval.tv_nsec == 0
        }
    }

    fn delete(self) {
        // SAFETY: the number came from the kernel and is used no more.
        unsafe { libc::syscall(libc::SYS_timer_delete, self.0) };
    }
}

fn checked(result: libc::c_long) -> io::Result<()> {
    match result {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

fn timespec(nanos: u64) -> libc::timespec {
    libc::timespec {
        tv_sec: (nanos / 1_000_000_000).cast_signed(),
        tv_nsec: (nanos % 1_000_000_000).cast_signed(),
    }
}

/// Somewhere in (0, interval], so that threads do not tick together.
fn first_tick(interval: u64) -> u64 {
    let step = SPREAD.fetch_add(1, Ordering::Relaxed);
    let random = step.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ clock::monotonic_nanos();
    1 + record::splitmix::mixed(random) % interval.max(1)
}
