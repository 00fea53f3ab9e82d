//! Faults on demand: each in a function of its own that is never inlined, so that a profile's true answer has a name.
//!
//! Off unless asked for at the start, never reachable over HTTP, and counted: how often a fault fired can be compared with what a
//! diagnosis says. Draws are seeded.

pub use spec::{Fault, SpecError};

mod burn;
mod leak;
mod spec;

use burn::Share;
use probe::lock::Mutex;
use record::splitmix;
use std::io;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A fault and how often it fired.
#[derive(Debug)]
struct Armed {
    fault: Fault,
    fired: AtomicU64,
}

impl Armed {
    fn fire(&self) {
        self.fired.fetch_add(1, Ordering::Relaxed);
    }
}

/// All faults of an engine.
#[derive(Debug, Default)]
pub struct Injector {
    faults: Vec<Armed>,
    seed: u64,
    requests: AtomicU64,
    syncs: AtomicU64,
    share: Share,
    /// What `lock` holds and every request takes.
    lock: Mutex<()>,
    stalled: std::sync::Mutex<Option<Instant>>,
}

impl Injector {
    /// Arms faults.
    pub fn new(faults: Vec<Fault>, seed: u64) -> Self {
        Self {
            faults: faults
                .into_iter()
                .map(|fault| Armed {
                    fault,
                    fired: AtomicU64::new(0),
                })
                .collect(),
            seed,
            ..Self::default()
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty()
    }

    /// Every fault as it was asked for, and how often it fired.
    pub fn fired(&self) -> impl Iterator<Item = (String, u64)> {
        self.faults
            .iter()
            .map(|armed| (armed.fault.to_string(), armed.fired.load(Ordering::Relaxed)))
    }

    /// Once a request, on the worker that serves it.
    pub fn on_request(&self) {
        if self.faults.is_empty() {
            return;
        }
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        for armed in &self.faults {
            match armed.fault {
                Fault::Cpu { share } => {
                    burn_cpu(self.share.due(share));
                    armed.fire();
                }
                Fault::Lock { .. } => take_lock(&self.lock),
                Fault::Alloc { count, bytes } => {
                    allocate(count, bytes);
                    armed.fire();
                }
                Fault::Tail { share, extra } if draw(self.seed, number) < share => {
                    delay_tail(extra);
                    armed.fire();
                }
                Fault::Tail { .. }
                | Fault::TimerLeak { .. }
                | Fault::TaskLeak { .. }
                | Fault::Fsync { .. }
                | Fault::FsyncFail { .. }
                | Fault::Stall { .. } => {}
            }
        }
    }

    /// Before each sync, on the journal's thread, which does not sync after an error.
    ///
    /// # Errors
    /// When this sync is to fail.
    pub fn before_sync(&self) -> io::Result<()> {
        if self.faults.is_empty() {
            return Ok(());
        }
        let number = self.syncs.fetch_add(1, Ordering::Relaxed) + 1;
        for armed in &self.faults {
            match armed.fault {
                Fault::Fsync { extra } => sync(extra),
                Fault::FsyncFail { at } if number == at => {
                    armed.fire();
                    return fail_sync();
                }
                _ => continue,
            }
            armed.fire();
        }
        Ok(())
    }

    /// Before each round, on the executor's thread.
    pub fn before_round(&self) {
        for armed in &self.faults {
            if let Fault::Stall { length, every } = armed.fault
                && self.stall_is_due(every)
            {
                stall(length);
                armed.fire();
            }
        }
    }

    /// Counted from the first round on.
    fn stall_is_due(&self, every: Duration) -> bool {
        let mut last = self.stalled.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let since = *last.get_or_insert(now);
        let due = now.duration_since(since) >= every;
        if due {
            *last = Some(now);
        }
        due
    }
}

/// A number in 0 .. 1 for a place in a sequence: its upper 53 bits.
fn draw(seed: u64, number: u64) -> f64 {
    (splitmix::at(seed, number) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Keeps a processor busy.
#[inline(never)]
fn burn_cpu(time: Duration) {
    spin(time);
    // Functions with equal bodies are folded into one, which a profile then names after either.
    std::hint::black_box("burn_cpu");
}

/// Lets a request take longer, busily: the delay of a timer would be rounded to its slots.
#[inline(never)]
fn delay_tail(extra: Duration) {
    spin(extra);
    std::hint::black_box("delay_tail");
}

/// Where the processor time of both faults goes, below the name of the fault.
fn spin(time: Duration) {
    let began = Instant::now();
    while began.elapsed() < time {
        std::hint::spin_loop();
    }
}

/// Allocates and frees.
#[inline(never)]
fn allocate(count: u32, bytes: usize) {
    for _ in 0..count {
        std::hint::black_box(Vec::<u8>::with_capacity(std::hint::black_box(bytes)));
    }
}

/// Waits for a lock that somebody may hold.
#[inline(never)]
fn take_lock(lock: &Mutex<()>) {
    drop(lock.lock());
}

/// Holds a lock that every request takes.
#[inline(never)]
fn hold_lock(lock: &Mutex<()>, time: Duration) {
    let _held = lock.lock();
    std::thread::sleep(time);
}

/// Makes a sync take longer.
#[inline(never)]
fn sync(extra: Duration) {
    std::thread::sleep(extra);
}

/// Says that the disk is gone.
#[inline(never)]
fn fail_sync() -> io::Result<()> {
    Err(io::Error::other("a fault on demand"))
}

/// Lets nothing be applied.
#[inline(never)]
fn stall(length: Duration) {
    std::thread::sleep(length);
}

#[cfg(test)]
mod tests;
