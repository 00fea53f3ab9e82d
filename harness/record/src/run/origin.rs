//! Where a record comes from: who measured, what was to be done, what was measured.

use super::{EngineFacts, Model};
use crate::rule::{Metric, Operator, Rule};
use std::time::Duration;

/// What made the measurement: two runs are comparable only where this agrees.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provenance {
    /// Version of loadtest.
    pub version: String,
    /// Source revision it was built from, or `unknown`.
    pub revision: String,
    /// `debug` or `release`.
    pub build: String,
    /// Compiler.
    pub rustc: String,
    /// Operating system and kernel release.
    pub kernel: String,
    /// Processor model.
    pub cpu: String,
    /// Processors online.
    pub cores: u32,
    /// Main memory in bytes.
    pub memory_bytes: u64,
    /// Processors the generator has to itself or shares; its runtime has a worker on each.
    pub generator_processors: u32,
    /// Processor the generator was pinned to.
    pub generator_core: Option<u32>,
    /// Processor the target was pinned to.
    pub target_core: Option<u32>,
    /// Whether the processors were kept out of idle states that take time to leave; `None` in records of versions that did not say so.
    pub kept_awake: Option<bool>,
    /// The command line.
    pub command: Vec<String>,
}

impl Provenance {
    /// What the processors did when there was nothing to do.
    pub const fn idle_states(&self) -> &'static str {
        match self.kept_awake {
            Some(true) => "processors kept awake",
            Some(false) => "processors may sleep",
            None => "unknown",
        }
    }
}

/// What was to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanFacts {
    /// The plan's name.
    pub name: String,
    /// Digest of the resolved plan: equal digests offer equal load.
    pub digest: String,
    /// Workload model.
    pub model: Model,
    /// One sentence for people.
    pub words: String,
    /// The seed of every random choice.
    pub seed: u64,
    /// Offered rate in arrivals per second (open model).
    pub offered_rate: Option<f64>,
    /// Whether the offered load is the same all the time; false in records of versions that did not say so.
    pub is_level: bool,
    /// Users: callers in the closed model, slots (the most in flight) in the open one.
    pub users: u32,
    /// Planned length of the warm-up.
    pub warmup: Duration,
    /// Planned length of the steady phase.
    pub duration: Duration,
    /// Request timeout.
    pub timeout: Duration,
    /// Scenario names and weights.
    pub scenarios: Vec<(String, u32)>,
    /// Response time within which a committed transaction is goodput.
    pub slo: Option<Duration>,
    /// Limits of the generator's health that the plan moves: key of `[health]`, and share (0..=1) or nanoseconds.
    pub health_limits: Vec<(String, f64)>,
    /// What the run must satisfy.
    pub thresholds: Vec<Rule>,
    /// The resolved plan as TOML.
    pub text: String,
}

impl PlanFacts {
    /// The response time within which a committed transaction is goodput: the plan's `slo`, or else its tightest upper limit on response
    /// time that is not about one step only. `None` if the plan has neither.
    pub fn good_within(&self) -> Option<Duration> {
        let upper = self.thresholds.iter().filter(|rule| {
            rule.metric == Metric::ResponseTime
                && rule.step.is_none()
                && matches!(rule.operator, Operator::Less | Operator::LessOrEqual)
        });
        let tightest = upper.map(|rule| rule.limit).min_by(f64::total_cmp);
        self.slo
            .or_else(|| tightest.map(|ns| Duration::from_nanos(ns.max(0.0) as u64)))
    }
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetFacts {
    /// Base URL.
    pub url: String,
    /// True for the reference engine that loadtest started itself.
    pub reference: bool,
    /// Base of its profile and metric endpoints, where known.
    pub admin: Option<String>,
    /// Build information it tells of itself, where it does.
    pub build: Option<String>,
    /// What it says of itself, where it is the reference engine.
    pub engine: Option<EngineFacts>,
}
