//! Decides which allocations are sampled.
//!
//! Samples fall on the stream of allocated bytes like a Poisson process with one sample in `R` bytes on average, so an
//! allocation of `s` bytes is sampled with probability p = 1 − e^(−(s + h)/R), where h is [`EACH`]: bytes alone would never
//! show an allocation of one byte, which costs as much as one of a hundred. Each sample stands for 1/p allocations and s/p bytes.
//! The scaling is done sample by sample, that is before sizes are merged; dividing an average size per stack is biased.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use record::splitmix::mixed;

use super::{events, live, stacks};
use crate::stack;

/// This file, as debug information names it.
pub(super) const FILE: &str = file!();

/// Bytes that each allocation counts beyond those asked for, about what malloc's header and rounding add.
const EACH: u64 = 16;

/// Bytes that a thread lets pass between two looks at whether sampling was enabled.
const IDLE_BYTES: i64 = 64 * 1024;

/// Average distance of two samples in bytes; 0 while sampling is off.
static PERIOD: AtomicU64 = AtomicU64::new(0);
/// Numbers the threads, so that each draws its own gaps.
static SEEDS: AtomicU64 = AtomicU64::new(1);

/// Where a thread is between two samples.
struct Local {
    countdown: Cell<i64>,
    armed: Cell<bool>,
    busy: Cell<bool>,
    random: Cell<u64>,
}

thread_local! {
    static LOCAL: Local = const {
        Local {
            countdown: Cell::new(0),
            armed: Cell::new(false),
            busy: Cell::new(false),
            random: Cell::new(0),
        }
    };
}

/// Why sampling cannot be enabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnableError {
    /// A period of 0 bytes.
    #[error("allocation sampling period must be at least 1 byte")]
    Zero,
    /// Another period is in use; it is fixed for the life of the process, or sums could not be compared.
    #[error("allocation sampling is already on with a period of {0} bytes")]
    AlreadyOn(u64),
}

/// Turns sampling on for the rest of the process, on average one sample in `period_bytes` allocated bytes.
///
/// A thread that allocated before notices within its next 64 KiB.
///
/// # Errors
/// [`EnableError`] for a period of 0, or if another period is in use. The same period again is no error.
pub fn enable(period_bytes: u64) -> Result<(), EnableError> {
    if period_bytes == 0 {
        return Err(EnableError::Zero);
    }
    match PERIOD.compare_exchange(0, period_bytes, Ordering::Relaxed, Ordering::Relaxed) {
        Err(other) if other != period_bytes => Err(EnableError::AlreadyOn(other)),
        _ => Ok(()),
    }
}

/// The average distance between samples in bytes; 0 while sampling is off.
#[inline]
pub fn period_bytes() -> u64 {
    PERIOD.load(Ordering::Relaxed)
}

/// Whether [`pass`] would look closer at an allocation of that size: it is sampled, or the first of its thread.
#[inline]
pub(super) fn is_due(size: u64) -> bool {
    let left = LOCAL.try_with(|local| local.countdown.get());
    left.is_ok_and(|left| left <= (size + EACH).cast_signed())
}

/// Lets one allocation pass and samples it if a sample falls into it.
#[inline]
pub(super) fn pass(size: u64, pointer: usize) {
    let _ = LOCAL.try_with(|local| {
        // Nothing that an allocator gave is near the ends of these numbers.
        let left = local.countdown.get().wrapping_sub_unsigned(size + EACH);
        local.countdown.set(left);
        if left <= 0 {
            due(local, size, pointer);
        }
    });
}

#[cold]
#[inline(never)]
fn due(local: &Local, size: u64, pointer: usize) {
    let period = period_bytes();
    if period == 0 {
        local.countdown.set(IDLE_BYTES);
        return;
    }
    if !local.armed.replace(true) && outlasts_first_gap(local, size, period) {
        return;
    }
    local.countdown.set(gap(local, period));
    // What the probe itself allocates is not sampled.
    if !local.busy.replace(true) {
        record(size, period, pointer);
        local.busy.set(false);
    }
}

/// Draws the first gap of a thread and answers whether it outlasts this allocation, which starts the thread's stream of bytes.
fn outlasts_first_gap(local: &Local, size: u64, period: u64) -> bool {
    let left = gap(local, period).saturating_sub_unsigned(size.saturating_add(EACH));
    local.countdown.set(left);
    left > 0
}

fn record(size: u64, period: u64, pointer: usize) {
    let mut frames = [0; stack::DEPTH];
    let depth = stack::walk(&mut frames);
    let size = size as f64;
    let probability = -(-(size + EACH as f64) / period as f64).exp_m1();
    let (objects, bytes) = (1.0 / probability, size / probability);
    let sampled = stacks::add(&frames[..depth], objects, bytes);
    events::sampled(sampled.entry as usize, objects, bytes);
    if !live::insert(pointer, sampled) {
        // Nobody will see it go, so it must not count as living for ever.
        stacks::freed(sampled.entry as usize, sampled.objects, sampled.bytes);
    }
}

/// Bytes until the next sample: exponential with mean `period`, drawn afresh after each sample.
fn gap(local: &Local, period: u64) -> i64 {
    let uniform = ((random(local) >> 11) as f64 + 1.0) / (1_u64 << 53) as f64;
    (-(period as f64) * uniform.ln()).ceil() as i64
}

/// SplitMix64, Steele, Lea and Flood 2014.
fn random(local: &Local) -> u64 {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    if local.random.get() == 0 {
        let ordinal = SEEDS.fetch_add(1, Ordering::Relaxed);
        local.random.set(mixed(ordinal.wrapping_mul(GOLDEN)) | 1);
    }
    local.random.set(local.random.get().wrapping_add(GOLDEN));
    mixed(local.random.get())
}

/// Runs `work` without sampling what it allocates on this thread; the exact counters still count it.
pub(crate) fn unsampled<T>(work: impl FnOnce() -> T) -> T {
    let before = LOCAL.try_with(|local| local.busy.replace(true));
    let result = work();
    if let Ok(before) = before {
        let _ = LOCAL.try_with(|local| local.busy.set(before));
    }
    result
}

/// Samples nothing that this thread allocates from now on.
pub(super) fn leave_out() {
    let _ = LOCAL.try_with(|local| local.busy.set(true));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_have_the_mean_and_spread_of_an_exponential() {
        let local = Local {
            countdown: Cell::new(0),
            armed: Cell::new(false),
            busy: Cell::new(false),
            random: Cell::new(7),
        };
        let gaps: Vec<f64> = (0..100_000).map(|_| gap(&local, 4096) as f64).collect();
        let mean = gaps.iter().sum::<f64>() / 1e5;
        let longer = gaps.iter().filter(|&&gap| gap > 2.0 * 4096.0).count() as f64 / 1e5;
        // Standard errors: 4096 / √100000 = 13 bytes, and √(0.135 · 0.865 / 100000) = 0.0011.
        assert!((mean - 4096.0).abs() < 5.0 * 13.0, "{mean}");
        assert!((longer - (-2.0_f64).exp()).abs() < 5.0 * 0.0011, "{longer}");
    }
}
