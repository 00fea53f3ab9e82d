//! The seconds of a gate.

use record::comparison::Arm;

/// What a window offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// Users who wait.
    Closed,
    /// Arrivals at a fixed rate.
    Open,
}

impl Load {
    /// The name in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
        }
    }
}

/// A second of a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Its middle, seconds since the first of all.
    pub at: f64,
    /// Number of its round.
    pub round: u32,
    /// Whose it is: both builds share each window in turns.
    pub arm: Arm,
    /// What its window offers.
    pub load: Load,
    /// Good requests per second of the time in which load was offered.
    pub throughput: f64,
    /// Median response time, nanoseconds.
    pub p50_ns: Option<u64>,
    /// 99th percentile of it, nanoseconds.
    pub p99_ns: Option<u64>,
    /// Share of processor time given to others by the hypervisor while its window was on, 0..=1.
    pub steal: Option<f64>,
    /// Share of that time in which some runnable thread waited for a processor, 0..=1.
    pub pressure: Option<f64>,
}
