//! How the generator itself fared: where its send delay came from, and what the machine did to it meanwhile. `stats` judges with it.
//!
//! What could not be read is `None`, and nothing is claimed from it.

use crate::histogram::Histogram;
use std::time::Duration;

/// Send delay taken apart, of the first request of every steady arrival; the sum of its parts is the send delay. Without that, a stalled
/// target with few connections would look like a late generator, and a late generator like a slow target.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Delays {
    /// Released − the later of intended and free: the generator's own lateness.
    pub pacing: Histogram,
    /// From the intended start until a user was free: the target is slow, or the plan has too few users.
    pub slot_wait: Histogram,
    /// From the moment the user took the arrival until it had a connection: name lookup, connecting, TLS.
    pub connect_wait: Histogram,
}

impl Delays {
    /// Adds all values of `other`.
    pub fn add(&mut self, other: &Self) {
        self.pacing.add(&other.pacing);
        self.slot_wait.add(&other.slot_wait);
        self.connect_wait.add(&other.connect_wait);
    }

    /// Forgets all values and keeps the memory.
    pub fn clear(&mut self) {
        self.pacing.clear();
        self.slot_wait.clear();
        self.connect_wait.clear();
    }
}

/// The pacing delay that is never held against a generator on a machine with so many processors online, in nanoseconds.
///
/// With a processor to spare a pacer wakes within tens of microseconds, and 200 µs are wide (measurement.md, section 9). On one or two
/// processors the pacer shares one with the runtime's worker or with the target, and waits for its turn: a scheduler slice is up to a
/// few milliseconds long there, and section 5 asks for 1 ms at the P99.
pub fn pacing_floor_ns(processors: u32) -> u64 {
    if processors > 2 { 200_000 } else { 1_000_000 }
}

/// The pacing delay P99 beyond which the generator was late: the floor, or a tenth of the response time P99 where that is more, because
/// then the delay is lost in what was measured. For the whole steady phase, and for each of its windows ([`Health::windows_late`]).
pub fn pacing_limit_ns(floor_ns: u64, response_p99_ns: u64) -> u64 {
    floor_ns.max(response_p99_ns / 10)
}

/// Arrivals of a window that were late before it is: fewer are the chance of a shared machine.
const FEWEST_LATE: f64 = 5.0;

/// The quantile of a window's pacing delays that is held against its limit: P99, or that which five arrivals are beyond. In a second of a
/// hundred arrivals P99 is the worst of them, and a single late one in every hundredth second would spoil a run.
pub fn pacing_quantile(arrivals: u64) -> f64 {
    (1.0 - FEWEST_LATE / arrivals.max(1) as f64).clamp(0.0, 0.99)
}

/// What happened to the generator in the steady phase.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Health {
    /// The worker, pacer or collector thread that waited longest for a processor.
    pub run_queue: Option<RunQueue>,
    /// Share of the time in which some runnable thread waited for a processor (pressure stall information, `some`), 0..=1.
    pub cpu_pressure: Option<f64>,
    /// Share of the machine's processor time that the hypervisor gave to others, 0..=1.
    pub steal: Option<f64>,
    /// Periods in which the generator's control group was held back by its CPU quota.
    pub throttled_periods: Option<u64>,
    /// Share of the machine's processor time that was used, by whomever, 0..=1.
    pub machine_cpu: Option<f64>,
    /// Transactions under way, averaged over the time of the steady phase. Samples must not keep step with the arrivals, or a constant
    /// schedule shows always the same moment of its period.
    pub in_flight_mean: Option<f64>,
    /// Samples that stands on; 0 if it was integrated exactly.
    pub in_flight_samples: u64,
    /// Users and think time, in the closed model.
    pub closed: Option<ClosedFacts>,
    /// Pauses of users inside steady transactions, put together: under way, and in no response time.
    pub paused: Duration,
    /// Requests by the target's own counter.
    pub server_requests: Option<u64>,
    /// Requests by the client's count over the same span.
    pub client_requests: Option<u64>,
    /// Limits of this machine that were met, such as `EMFILE`.
    pub local_limits: Vec<String>,
    /// Arrivals that found no idle user when they were due.
    pub waited_for_user: u64,
    /// Steady windows whose pacing delay, at [`pacing_quantile`], was beyond [`pacing_limit_ns`].
    pub windows_late: u64,
    /// Steady windows in which anything was sent.
    pub windows_steady: u64,
}

/// Waiting for a processor while being able to run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunQueue {
    /// The thread's name.
    pub thread: String,
    /// Share of wall time, 0..=1.
    pub share: f64,
}

/// What Little's law needs of a closed run besides its times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClosedFacts {
    /// Active users, averaged over the time of the steady phase.
    pub users_mean: f64,
    /// Think time per transaction, steps inside it included, averaged.
    pub think_mean: Duration,
}

/// How long the warm-up was to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WarmupAsked {
    /// As long as the plan says.
    #[default]
    Fixed,
    /// Until the target is steady.
    Auto,
}

impl WarmupAsked {
    /// The name used in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::Auto => "auto",
        }
    }
}

/// The warm-up as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WarmupFacts {
    /// What the plan asked for.
    pub asked: WarmupAsked,
    /// How long it was.
    pub length: Duration,
    /// Whether the target was found steady at its end; `None` if nobody looked.
    pub steady_found: Option<bool>,
    /// How much of it the target took to settle, by what was seen until its end: steadiness takes seconds to be told, and settling may take none.
    /// `None` if it was not found steady.
    pub settled: Option<Duration>,
    /// What was seen, in words; empty if nobody looked.
    pub text: String,
}

/// What came of a run that goes on until a quantile of response time is known well enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PrecisionFacts {
    /// The quantile's share, 0..=1.
    pub quantile: f64,
    /// Half the width that its interval may have ÷ the quantile.
    pub relative_asked: f64,
    /// Lower end of its interval, nanoseconds.
    pub low_ns: u64,
    /// The quantile, nanoseconds.
    pub point_ns: u64,
    /// Upper end of its interval, nanoseconds.
    pub high_ns: u64,
    /// Whether the interval is narrow enough.
    pub reached: bool,
    /// How much longer than planned the steady phase was.
    pub extended_by: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_late_by_p99_or_by_five_arrivals() {
        let of = |arrivals| (pacing_quantile(arrivals) * 1000.0).round() as u64;
        assert_eq!(of(5_000), 990);
        assert_eq!(of(500), 990);
        assert_eq!(of(100), 950);
        assert_eq!(of(5), 0);
        assert_eq!(of(0), 0);
    }
}
