//! What a piece of work costs: time, allocations, memory.

use std::fs;
use std::time::{Duration, Instant};

/// What a piece of work cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) time: Duration,
    pub(super) cpu: Duration,
    pub(super) allocations: u64,
    pub(super) allocated_bytes: u64,
    /// The most memory that was resident meanwhile; 0 where the system does not say.
    pub(super) peak_resident_bytes: u64,
}

/// Does it. Allocations are those of the whole process, so nothing else should be going on; they are 0 in a program that does not
/// embed the probe's allocator.
pub(super) fn cost(work: impl FnOnce()) -> Cost {
    forget_peak();
    let cpu = probe::process::cpu_time();
    let before = probe::alloc::counters();
    let begun = Instant::now();
    work();
    let time = begun.elapsed();
    let made = probe::alloc::counters().since(&before);
    Cost {
        time,
        cpu: probe::process::cpu_time().saturating_sub(cpu),
        allocations: made.allocations,
        allocated_bytes: made.allocated_bytes,
        peak_resident_bytes: peak_resident_bytes(),
    }
}

/// Starts the system's high-water mark again. Where that is not allowed the peak is that of the process so far.
fn forget_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

fn peak_resident_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// Milliseconds as a float.
pub(super) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
