//! The clocks of this process: the monotonic one that all events carry, and the CPU clock of a thread.
#![expect(unsafe_code, reason = "reads clocks of the system")]

use std::time::Duration;

/// Nanoseconds of the monotonic clock (`CLOCK_MONOTONIC`). Fit for a signal handler.
#[inline]
pub(crate) fn monotonic_nanos() -> u64 {
    read(libc::CLOCK_MONOTONIC).map_or(0, nanos)
}

/// Nanoseconds since the Unix epoch (`CLOCK_REALTIME`).
pub(crate) fn wall_nanos() -> u64 {
    read(libc::CLOCK_REALTIME).map_or(0, nanos)
}

/// CPU time of the calling thread in nanoseconds; a real system call, about 0.6 µs.
pub(crate) fn own_cpu_nanos() -> u64 {
    read(libc::CLOCK_THREAD_CPUTIME_ID).map_or(0, nanos)
}

/// CPU time of another thread of this process; `None` once it has ended, and where the kernel has no such clock.
#[cfg(target_os = "linux")]
pub(crate) fn thread_cpu(tid: i32) -> Option<Duration> {
    read(thread_clock(tid)).map(|time| Duration::from_nanos(nanos(time)))
}

/// The CPU clock of a thread: Linux encodes the thread in the clock's number (CPUCLOCK_PERTHREAD | CPUCLOCK_SCHED).
#[cfg(target_os = "linux")]
pub(crate) fn thread_clock(tid: i32) -> libc::clockid_t {
    (!tid << 3) | 6
}

fn read(clock: libc::clockid_t) -> Option<libc::timespec> {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the call fills the struct it is given.
    let failed = unsafe { libc::clock_gettime(clock, &raw mut time) };
    (failed == 0).then_some(time)
}

fn nanos(time: libc::timespec) -> u64 {
    let seconds = time.tv_sec.unsigned_abs();
    seconds
        .wrapping_mul(1_000_000_000)
        .wrapping_add(time.tv_nsec.unsigned_abs())
}
