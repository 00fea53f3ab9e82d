//! What a target with the probe says of each request it served, joined by the number that the generator gave the request.

mod parse;

pub use parse::page;

/// Waits that a target names, in the order of [`Served::inside`] and [`Served::between`]: the last values of
/// [`crate::catalog::CAUSES`].
pub const WAITS: [&str; 7] = [
    "lock",
    "allocator",
    "fsync",
    "io",
    "timer",
    "channel",
    "blocking_queue",
];

/// A request of one run: its arrival, and its place among the requests of that arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestKey {
    /// The arrival's number.
    pub arrival: u64,
    /// 0 for the arrival's first request.
    pub number: u32,
}

impl RequestKey {
    /// The request that `name`, the value of `x-request-id`, stands for; `None` if it is not one of run `run_id`.
    pub fn of(name: &str, run_id: &str) -> Option<Self> {
        let (arrival, number) = name
            .strip_prefix(run_id)?
            .strip_prefix('-')?
            .split_once('-')?;
        Some(Self {
            arrival: arrival.parse().ok()?,
            number: number.parse().ok()?,
        })
    }
}

/// The account of one request inside the target. Times in nanoseconds of the target's monotonic clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Served {
    /// Which request.
    pub key: RequestKey,
    /// When it came.
    pub started: u64,
    /// When it was answered; `ended − started = poll + ready + pending`.
    pub ended: u64,
    /// Inside polls.
    pub poll: u64,
    /// Woken and waiting for a worker.
    pub ready: u64,
    /// Not woken.
    pub pending: u64,
    /// Waits inside polls, parts of `poll`.
    pub inside: [u64; WAITS.len()],
    /// Waits between polls, parts of `pending`.
    pub between: [u64; WAITS.len()],
    /// What only detailed requests know.
    pub detail: Option<Detail>,
}

/// What the polls of a detailed request were, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Detail {
    /// On a processor.
    pub cpu: u64,
    /// Ready to run and not running; an estimate.
    pub run_queue: u64,
    /// Waiting for pages from disk; an estimate.
    pub page_faults: u64,
}

/// A page of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The records of the run that was asked for; those of others are left out.
    pub served: Vec<Served>,
    /// Where the next page begins, if there is one.
    pub next: Option<u64>,
    /// Records of the target's whole life that were lost to newer ones.
    pub overwritten: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_taken_apart_only_if_it_is_of_the_run() {
        let key = |arrival, number| Some(RequestKey { arrival, number });
        assert_eq!(RequestKey::of("r-1-17-2", "r-1"), key(17, 2));
        for other in [
            "r-1-17",
            "r-17-2",
            "r-1-x-2",
            "r-1-1-2-3",
            "",
            "(overwritten)",
        ] {
            assert_eq!(RequestKey::of(other, "r-1"), None, "{other}");
        }
    }

    #[test]
    fn waits_are_the_last_causes_of_the_catalog() {
        assert!(crate::catalog::CAUSES.ends_with(&WAITS));
    }
}
