//! The phases of a run.

use std::fmt;

/// A phase is a property of the arrival, given when it is released: a slow request of the steady phase stays in the
/// steady phase's numbers, however late it finishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Before the first arrival: accounts are opened, connections are made.
    Setup,
    /// Load is offered, nothing is counted.
    Warmup,
    /// What the numbers are about.
    Steady,
    /// No new arrivals; what is under way may finish.
    Drain,
}

impl Phase {
    /// The name used in records, metrics and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Warmup => "warmup",
            Self::Steady => "steady",
            Self::Drain => "drain",
        }
    }

    /// The phase of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Setup, Self::Warmup, Self::Steady, Self::Drain]
            .into_iter()
            .find(|phase| phase.name() == name)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
