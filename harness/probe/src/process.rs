//! Facts of this process as metrics: CPU time, memory, threads, open files, start.
//!
//! CPU time comes from the process clock in nanoseconds; the collector of the `prometheus` crate counts whole seconds, so that
//! a busy core would show as steps.
#![expect(unsafe_code, reason = "reads a clock and two constants of the system")]

use std::time::Duration;

use record::catalog;

use crate::metrics::Registry;

/// User and system time of all threads since the process started.
pub fn cpu_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the call fills the struct it is given.
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    if failed != 0 {
        return Duration::ZERO;
    }
    Duration::new(
        time.tv_sec.unsigned_abs(),
        u32::try_from(time.tv_nsec).unwrap_or(0),
    )
}

/// Adds the `process_…` families, read at each scrape. What `/proc` does not tell stays at its last value.
pub fn register(registry: &Registry) {
    let cpu = registry.counter(&catalog::PROCESS_CPU, &[]);
    let memory = registry.gauge(&catalog::PROCESS_MEMORY, &[]);
    let threads = registry.gauge(&catalog::PROCESS_THREADS, &[]);
    let files = registry.gauge(&catalog::PROCESS_OPEN_FDS, &[]);
    let start = registry.gauge(&catalog::PROCESS_START_TIME, &[]);
    if let Some(seconds) = start_time() {
        start.set(seconds);
    }
    registry.on_scrape(move || {
        cpu.raise_to(cpu_time().as_secs_f64());
        if let Some(bytes) = resident_bytes() {
            memory.set(bytes);
        }
        if let Some(count) = stat_field(17) {
            threads.set(count);
        }
        if let Some(count) = open_files() {
            files.set(count);
        }
    });
}

/// Field `index` of `/proc/self/stat`, counted from the state (0), which is the first one after the name.
fn stat_field(index: usize) -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_ascii_whitespace().nth(index)?.parse().ok()
}

fn resident_bytes() -> Option<f64> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: f64 = statm.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(pages * system_constant(libc::_SC_PAGESIZE)?)
}

fn open_files() -> Option<f64> {
    // The directory itself is open while it is read.
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count() as f64 - 1.0)
}

/// Start of the process as Unix time in seconds: boot time plus the ticks since then.
fn start_time() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/stat").ok()?;
    let boot = stat.lines().find_map(|line| line.strip_prefix("btime "))?;
    let boot: f64 = boot.trim().parse().ok()?;
    Some(boot + stat_field(19)? / system_constant(libc::_SC_CLK_TCK)?)
}

fn system_constant(name: libc::c_int) -> Option<f64> {
    // SAFETY: sysconf takes any number and answers -1 for one it does not know.
    let value = unsafe { libc::sysconf(name) };
    (value > 0).then_some(value as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_clock_runs() {
        let before = cpu_time();
        let mut work = 0_u64;
        while cpu_time() == before {
            work = std::hint::black_box(work + 1);
        }
        assert!(cpu_time() > before);
    }

    #[test]
    fn proc_is_understood() {
        let start = start_time().expect("start time");
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("a clock after 1970")
            .as_secs_f64();
        assert!((now - 3600.0..now + 2.0).contains(&start), "{start} {now}");
        assert!(resident_bytes().expect("memory") > 1e5);
        assert!(stat_field(17).expect("threads") >= 1.0);
        assert!(open_files().expect("files") >= 1.0);
    }
}
