//! What a run may show before its numbers are doubted: all limits of this version in one table (measurement.md, section 9), with the key
//! under `[health]` by which a plan moves them.

use record::run::RunRecord;
use std::time::Duration;

/// What a limit is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share, 0..=1.
    Share,
    /// Nanoseconds.
    Nanoseconds,
    /// A number of things.
    Count,
}

/// One limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// The reason or remark that it leads to.
    pub code: &'static str,
    /// The key in a plan's `[health]`; empty if the limit is fixed.
    pub key: &'static str,
    /// Beyond this (below it, for what was delivered) the reason is given.
    pub value: f64,
    /// The unit of `value`.
    pub unit: Unit,
    /// What to do about it.
    pub hint: &'static str,
}

impl Limit {
    /// The limit as the plan of this run has it.
    pub fn of(&self, record: &RunRecord) -> f64 {
        let moved = record.plan.health_limits.iter();
        let mut moved = moved.filter(|(key, _)| !self.key.is_empty() && key == self.key);
        moved.next().map_or(self.value, |(_, value)| *value)
    }

    /// A value of this limit with its unit.
    pub fn show(&self, value: f64) -> String {
        match self.unit {
            Unit::Share => crate::words::share(value),
            Unit::Nanoseconds => crate::words::nanoseconds(value),
            Unit::Count => crate::words::number(value),
        }
    }
}

const fn limit(
    code: &'static str,
    key: &'static str,
    value: f64,
    unit: Unit,
    hint: &'static str,
) -> Limit {
    Limit {
        code,
        key,
        value,
        unit,
        hint,
    }
}

const OFFER_LESS: &str = "give the generator a processor of its own, or offer less";
const ITS_LIMIT: &str = "the generator is the limit: give it a processor of its own, or offer less";
const REPORT: &str = "please report this";

/// Pacing delay P99. This is the value for a machine with a processor to spare; with one or two it is 1 ms, because generator and target
/// share them and each waits for its turn ([`record::run::pacing_floor_ns`], measurement.md section 5); and a tenth of response time P99
/// is allowed everywhere, since so much is lost in what was measured.
pub const LATE: Limit = limit(
    "generator_late",
    "send_delay",
    200e3,
    Unit::Nanoseconds,
    OFFER_LESS,
);
/// Share of steady windows that break the limit of [`LATE`] by themselves. One window never counts: in a run of less than a hundred
/// windows it would be beyond any limit, and its delays are in the quantiles already.
pub const STALLED: Limit = limit(
    "generator_stalled",
    "late_windows",
    0.01,
    Unit::Share,
    "something stops the generator now and then: look at steal, pressure and what else runs there",
);
/// Share of its processors that the generator used. Without under-delivery it is only remarked, as `generator_busy`: what was sent in
/// time was sent in time.
pub const CPU: Limit = limit(
    "generator_cpu",
    "generator_cpu",
    0.80,
    Unit::Share,
    "the generator is the limit: give it more processors, or offer less",
);
/// Share of wall time that the worst thread waited for a processor.
pub const STARVED: Limit = limit(
    "generator_starved",
    "run_queue",
    0.10,
    Unit::Share,
    "its time stamps wait with it: stop what else runs on its processors, or give it more",
);
/// The same, to be remarked.
pub const WAITED: Limit = limit(
    "generator_waited",
    "",
    0.05,
    Unit::Share,
    "part of every time is the generator's own wait",
);
/// Share of time in which some thread waited for a processor, while strangers used at least [`OUTSIDE`] of the machine.
pub const PRESSURE: Limit = limit(
    "host_busy",
    "cpu_pressure",
    0.20,
    Unit::Share,
    "stop what else runs on this machine, or measure on a quiet one",
);
/// Share of the machine's processor time that neither generator nor target used, before pressure is blamed on strangers. Their own
/// threads press each other too, and interrupt handling belongs to nobody.
pub const OUTSIDE: f64 = 0.15;
/// Periods in which a CPU quota held the generator back.
pub const THROTTLED: Limit = limit(
    "generator_throttled",
    "throttled_periods",
    0.0,
    Unit::Count,
    "raise the CPU quota of its container or control group",
);
/// Share of processor time that the hypervisor gave to others.
pub const STEAL: Limit = limit(
    "steal",
    "steal",
    0.05,
    Unit::Share,
    "other machines on this host took the time: use a dedicated one, or repeat the run",
);
/// Share of what was due that was sent by the generator.
pub const DELIVERED: Limit = limit("under_delivered", "delivered", 0.98, Unit::Share, ITS_LIMIT);
/// Share of what was due that was finished by the target.
pub const ACHIEVED: Limit = limit(
    "overloaded",
    "",
    0.98,
    Unit::Share,
    "its limit at this plan is the achieved rate; more connections help only if it has idle capacity",
);
/// Share of arrivals that found no idle user.
pub const CAP: Limit = limit(
    "cap_bound",
    "",
    0.001,
    Unit::Share,
    "the wait for a user is in the response times; more users show whether the target or the cap is to blame",
);
/// Residual of Little's law in the closed model: the share of their time that users spent neither waiting for an answer nor thinking.
pub const STALL: Limit = limit(
    "generator_stall",
    "little",
    0.10,
    Unit::Share,
    "the generator holds its users up: give it more processors, or fewer users",
);
/// Residual of Little's law in the open model, and of more users at work than there are in the closed one.
pub const LITTLE: Limit = limit("recording_inconsistent", "", 0.10, Unit::Share, REPORT);
/// Fewer samples than this beyond a judged quantile, and the quantile is an accident of the run. The design asks for 100 where a gate
/// decides about a small change; an absolute threshold usually has a wide margin, and 100 would refuse every P99.9 of a short run, so 10
/// are enough to say whether it holds.
pub const SAMPLES: Limit = limit(
    "too_few_samples",
    "",
    10.0,
    Unit::Count,
    "run longer, or judge a lower quantile",
);
/// Share of the client's requests by which the target's own count may differ, of a target that is not the reference engine. There, any
/// difference counts that failed requests do not explain.
pub const COUNTS: Limit = limit(
    "counts_differ",
    "counts",
    0.001,
    Unit::Share,
    "does something else call the target, or answer in its place?",
);
/// Limits of the generator's own machine that were met.
pub const LOCAL: Limit = limit(
    "generator_limit",
    "",
    0.0,
    Unit::Count,
    "raise that limit of the generator's machine (ulimit -n, net.ipv4.ip_local_port_range, memory), or use fewer users",
);
/// Whether the target was found steady: not a figure, so the limit is none.
pub const STEADY: Limit = limit(
    "not_steady",
    "",
    0.0,
    Unit::Count,
    "look for what drifts in the charts; a longer warm-up helps only if it settles",
);

/// All of them, in the order of the design.
pub const TABLE: [Limit; 18] = [
    LATE, STALLED, CPU, STARVED, WAITED, PRESSURE, THROTTLED, STEAL, DELIVERED, ACHIEVED, CAP,
    STALL, LITTLE, SAMPLES, COUNTS, LOCAL, STEADY, OLD_LATE,
];

/// Records that do not keep pacing delay apart: send delay includes the wait for an idle user there, so lateness is only held against the
/// generator if no window ended with a backlog or with every user busy, and the limit is wider. A target that stalls and recovers between
/// the ends of two windows can still look like a late generator.
pub const OLD_LATE: Limit = limit(
    "generator_late",
    "",
    Duration::from_millis(5).as_nanos() as f64,
    Unit::Nanoseconds,
    OFFER_LESS,
);
/// The share of response time P99 that the P99 of [`OLD_LATE`] may have.
pub const OLD_LATE_SHARE: f64 = 0.1;
