//! What the steady phase cost the machine, and the profiles that say where.

use super::Span;
use std::time::Duration;

/// What the steady phase cost.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Costs {
    /// CPU time of the generator.
    pub generator_cpu: Option<Duration>,
    /// CPU time of the target, where it runs on this machine.
    pub target_cpu: Option<Duration>,
    /// Resident memory of the generator at the end, in bytes.
    pub generator_memory_bytes: Option<u64>,
    /// Resident memory of the target at the end, in bytes.
    pub target_memory_bytes: Option<u64>,
    /// Exact allocations of the target, where it counts them.
    pub allocations: Option<Allocations>,
}

/// Exact allocations of the target between two readings of its counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allocations {
    /// Allocations made.
    pub count: u64,
    /// Bytes asked for.
    pub bytes: u64,
    /// Requests the target answered meanwhile, by its own count.
    pub requests: u64,
}

impl Allocations {
    /// Allocations per request; `None` without requests.
    pub fn per_request(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.count as f64 / self.requests as f64)
    }

    /// Bytes per request; `None` without requests.
    pub fn bytes_per_request(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.bytes as f64 / self.requests as f64)
    }
}

/// One profile of the steady phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileFacts {
    /// `cpu` or `alloc`.
    pub kind: ProfileKind,
    /// What came of it.
    pub outcome: ProfileOutcome,
}

/// Which profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileKind {
    /// Sampled stacks by CPU time.
    Cpu,
    /// Sampled stacks by bytes allocated.
    Alloc,
}

impl ProfileKind {
    /// The name used in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Alloc => "alloc",
        }
    }
}

/// What came of asking for a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProfileOutcome {
    /// Written to the run folder.
    Taken {
        /// The part of the steady phase it covers.
        span: Span,
        /// Number of samples (stacks with a value), not their weight.
        samples: u64,
        /// Sum of its main value: CPU nanoseconds or bytes.
        total: i64,
        /// Good requests that finished inside `span`.
        requests: u64,
    },
    /// The target serves none, or it could not be read; the reason.
    Absent(String),
}
