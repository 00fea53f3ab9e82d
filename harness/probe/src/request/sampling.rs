//! Which requests are looked at closely at [`super::Level::Usual`]. Reading the clock and the counters of a thread is a system call each,
//! some 7 µs a request; so it is all requests of a quiet service and, of a busy one, so many that they cost a third of a percent of a
//! processor. Chosen by their number, whatever they wait for: a choice by time would take the first of a burst and leave out the late ones.

use std::sync::atomic::{AtomicU64, Ordering};

/// About so many a second are looked at, at least one in [`AT_LEAST`].
const PER_SECOND: u64 = 200;
const AT_LEAST: u64 = 64;
/// How often that is thought over, in requests; a multiple of [`AT_LEAST`].
const STRIDE: u64 = 256;

/// One of so many; a power of two.
static EACH: AtomicU64 = AtomicU64::new(1);
/// When the last stride began, in monotonic nanoseconds; 0 before the first.
static SINCE: AtomicU64 = AtomicU64::new(0);

/// Whether the request of that number is looked at, which came at that monotonic time.
pub(super) fn is_chosen(id: u64, now: u64) -> bool {
    if id.is_multiple_of(STRIDE) {
        let since = SINCE.swap(now, Ordering::Relaxed);
        if since > 0 {
            EACH.store(one_of(now.saturating_sub(since)), Ordering::Relaxed);
        }
    }
    id & (EACH.load(Ordering::Relaxed) - 1) == 0
}

/// One of how many, after a stride of so many nanoseconds.
fn one_of(nanos: u64) -> u64 {
    let per_second = STRIDE * 1_000_000_000 / nanos.max(1);
    (per_second / PER_SECOND).next_power_of_two().min(AT_LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiet_service_is_looked_at_whole_and_a_busy_one_in_parts() {
        for (per_second, expected) in [
            (1, 1),
            (200, 1),
            (500, 2),
            (5_000, 32),
            (50_000, 64),
            (u64::MAX, 64),
        ] {
            assert_eq!(one_of(STRIDE * 1_000_000_000 / per_second), expected);
        }
        assert_eq!(STRIDE % AT_LEAST, 0);
    }
}
