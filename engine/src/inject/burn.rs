//! How much to burn for a share of what a request costs: the process's own processor time over its own requests.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Requests between two looks at the clock of the process.
const PERIOD: u64 = 256;

/// What requests cost lately, without what was burned.
#[derive(Debug, Default)]
pub(super) struct Share {
    requests: AtomicU64,
    /// Nanoseconds of processor time at the last look.
    used: AtomicU64,
    /// Nanoseconds burned since the last look.
    burned: AtomicU64,
    /// Nanoseconds that a request cost between the last two looks.
    cost: AtomicU64,
}

impl Share {
    /// What to burn now for `share` of a request's cost; nothing before the first period is over.
    pub(super) fn due(&self, share: f64) -> Duration {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        if number.is_multiple_of(PERIOD) {
            self.look(number, probe::process::cpu_time());
        }
        let due = (self.cost.load(Ordering::Relaxed) as f64 * share) as u64;
        self.burned.fetch_add(due, Ordering::Relaxed);
        Duration::from_nanos(due)
    }

    /// Learns the cost of the last period.
    fn look(&self, number: u64, used: Duration) {
        let used = used.as_nanos() as u64;
        let before = self.used.swap(used, Ordering::Relaxed);
        let burned = self.burned.swap(0, Ordering::Relaxed);
        if number > 0 {
            let own = used.saturating_sub(before).saturating_sub(burned);
            self.cost.store(own / PERIOD, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_of_a_request_is_what_the_process_used_less_what_was_burned() {
        let share = Share::default();
        share.look(0, Duration::from_millis(1));
        assert_eq!(share.cost.load(Ordering::Relaxed), 0);
        share.burned.store(24_400, Ordering::Relaxed);
        share.look(PERIOD, Duration::from_micros(1000 + 280));
        let expected = (280_000 - 24_400) / PERIOD;
        assert_eq!(share.cost.load(Ordering::Relaxed), expected);
    }
}
