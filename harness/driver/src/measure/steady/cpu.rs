//! CPU time of a process, and when it was read.
//!
//! The edges of the steady phase are not met exactly: a timer has slots of a millisecond, and a target at its limit may take a tenth of
//! a second to tell its metrics. So what grew between two readings is divided by the time between the same two readings.

use std::time::Duration;

/// What a reading of the same process, a scrape later, may have more: a tenth of it all, and this.
const SLACK: Duration = Duration::from_millis(200);

/// One reading.
#[derive(Debug, Clone, Copy)]
pub(super) struct CpuRead {
    /// When, in nanoseconds since T0.
    pub(super) at: u64,
    /// User and system time since the process began.
    pub(super) cpu: Duration,
}

impl CpuRead {
    /// Processors in use since `earlier`, 1.0 for one; `None` if no time went by, and for a process that began anew.
    pub(super) fn share_since(self, earlier: Self) -> Option<f64> {
        let time = Duration::from_nanos(self.at.checked_sub(earlier.at)?);
        let cpu = self.cpu.checked_sub(earlier.cpu)?;
        (!time.is_zero()).then(|| cpu.as_secs_f64() / time.as_secs_f64())
    }

    /// Whether both are readings of one process: what listens on a port may be a proxy before the process that tells.
    pub(super) fn is_of_the_same(self, told: Self) -> bool {
        self.cpu.abs_diff(told.cpu) <= self.cpu.max(told.cpu) / 10 + SLACK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn read(at_ms: u64, cpu_ms: u64) -> CpuRead {
        CpuRead {
            at: at_ms * 1_000_000,
            cpu: Duration::from_millis(cpu_ms),
        }
    }

    #[test]
    fn a_late_reading_has_more_cpu_time_and_more_time() {
        let first = read(1_000, 300);
        assert_eq!(read(1_400, 500).share_since(first), Some(0.5));
        assert_eq!(read(1_500, 550).share_since(first), Some(0.5));
        assert_eq!(read(1_000, 300).share_since(first), None);
        assert_eq!(read(900, 300).share_since(first), None);
        assert_eq!(read(1_400, 10).share_since(first), None);
    }

    #[test]
    fn a_proxy_is_not_the_process_behind_it() {
        assert!(read(0, 5_000).is_of_the_same(read(90, 5_080)));
        assert!(read(0, 0).is_of_the_same(read(90, 150)));
        assert!(!read(0, 400).is_of_the_same(read(0, 5_000)));
    }
}
