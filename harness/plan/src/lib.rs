//! Intent: TOML or flags become a plan; a plan becomes a schedule. Pure.

mod describe;
mod engine;
mod error;
mod explain;
mod iterations;
pub mod journey;
pub mod limits;
mod nearest;
mod overrides;
pub mod parse;
pub mod phases;
pub mod replay;
pub mod schedule;
pub mod seed;
pub mod shape;
mod target;
pub mod threshold;
mod words;

pub use describe::facts;
pub use engine::{EngineOption, without_secrets};
pub use error::PlanError;
pub use iterations::Iterations;
pub use overrides::Overrides;
pub use phases::{Until, Warmup};
pub use replay::Replay;
pub use shape::Shape;
pub use target::{ClientChoice, TargetPlan, TargetProcessors};

use journey::{Feeder, Journey};
use record::quantity::Rate;
use record::rule::Rule;
use record::run::Model;
use std::collections::BTreeMap;
use std::time::Duration;

/// How arrivals are spaced, where they come on a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spacing {
    /// Independent callers: exponential gaps. The default, because constant spacing hides queueing.
    Poisson,
    /// As regular as the rate: equal gaps while it stays the same.
    Constant,
    /// At instants that a file holds.
    Replay,
}

impl Spacing {
    /// The spacing of this name.
    pub fn parse(name: &str) -> Option<Self> {
        let all = [Self::Poisson, Self::Constant, Self::Replay];
        all.into_iter().find(|spacing| spacing.name() == name)
    }

    /// The name in a plan.
    pub fn name(self) -> &'static str {
        match self {
            Self::Poisson => "poisson",
            Self::Constant => "constant",
            Self::Replay => "replay",
        }
    }
}

/// What becomes of an arrival that finds no idle slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFull {
    /// It waits for one; its wait is response time.
    Wait,
    /// It is dropped, and counted.
    Drop,
}

impl OnFull {
    /// The name in a plan.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wait => "wait",
            Self::Drop => "drop",
        }
    }
}

/// How a user picks an account.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pick {
    /// All alike.
    Uniform,
    /// Zipf's law with this exponent.
    Zipf(f64),
}

/// What the scenarios of the reference engine prepare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Data {
    /// Accounts opened before T0; at least 2.
    pub accounts: u32,
    /// How users pick among them.
    pub pick: Pick,
    /// Transfers of one batch, for scenarios that send batches.
    pub batch: u32,
}

/// A scenario of the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct ScenarioChoice {
    /// Its name.
    pub name: String,
    /// Its share of arrivals (open) or users (closed), relative to the others.
    pub weight: u32,
    /// Its steps where the plan has them; without, it is a scenario written in Rust.
    pub journey: Option<Journey>,
}

/// A resolved plan: everything that decides what load is offered.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// Seed of every random choice.
    pub seed: u64,
    /// Workload model.
    pub model: Model,
    /// Where to.
    pub target: TargetPlan,
    /// Request timeout.
    pub timeout: Duration,
    /// The warm-up; its arrivals are in no number.
    pub warmup: Warmup,
    /// Length of the steady phase: what the plan says, or what its number of transactions takes, or the sum of the shape's parts, or the
    /// length of the replayed file.
    pub duration: Duration,
    /// Where the steady phase ends by count: after how many transactions. On a schedule `duration` follows from it; in a closed plan
    /// `duration` is the most it takes.
    pub iterations: Option<Iterations>,
    /// How long what is under way may take to finish afterwards.
    pub drain: Duration,
    /// Whether and how far the steady phase is extended.
    pub until: Option<Until>,
    /// Spacing of arrivals (open and partly open model).
    pub spacing: Spacing,
    /// What becomes of arrivals that find every slot busy (open and partly open model).
    pub on_full: OnFull,
    /// Arrivals per second where that is the same all the time (open and partly open model).
    pub rate: Option<Rate>,
    /// Arrivals per second (open, partly open), or users (closed), over time; instead of the same `rate` or `users` all the time.
    pub shape: Option<Shape>,
    /// The recorded arrivals, where they are replayed.
    pub replay: Option<Replay>,
    /// Callers (closed; the most there are at a time), or slots: the most in flight (open and partly open).
    pub users: u32,
    /// Pause of a user between answer and next request (closed and partly open model).
    pub think: Duration,
    /// Response time within which a committed transaction is goodput.
    pub slo: Option<Duration>,
    /// Limits of the generator's own health that the plan moves: key of `[health]`, and share (0..=1) or nanoseconds.
    pub health: Vec<(String, f64)>,
    /// Values of variables in journeys, the same for the whole run.
    pub vars: BTreeMap<String, String>,
    /// Where journeys take rows from.
    pub feeders: Vec<Feeder>,
    /// Prepared data.
    pub data: Data,
    /// What users do.
    pub scenarios: Vec<ScenarioChoice>,
    /// What the run must satisfy.
    pub thresholds: Vec<Rule>,
}

impl Plan {
    /// The most that warm-up takes.
    pub fn warmup_most(&self) -> Duration {
        self.warmup.most()
    }

    /// The most that the steady phase takes, extensions included.
    pub fn steady_most(&self) -> Duration {
        let budget = self.until.map_or(self.duration, |until| until.budget);
        budget.max(self.duration)
    }

    /// Users at a time of the steady phase (closed model): what the shape says, rounded; the last number goes on after its end.
    pub fn users_at(&self, since_steady_start: Duration) -> u32 {
        match (&self.shape, self.model) {
            (Some(shape), Model::Closed) => {
                let level = shape.level_at(since_steady_start).round() as u32;
                level.min(self.users)
            }
            _ => self.users,
        }
    }

    /// The most users there are at a time (closed model), or slots (open and partly open).
    pub fn most_users(&self) -> u32 {
        self.users
    }

    /// Refuses scenarios without steps that are not among `known`, naming the nearest.
    pub fn check_scenarios(&self, known: &[&str]) -> Result<(), PlanError> {
        let unknown = self
            .scenarios
            .iter()
            .find(|choice| choice.journey.is_none() && !known.contains(&choice.name.as_str()));
        unknown.map_or(Ok(()), |choice| {
            Err(PlanError::scenario(&choice.name, known))
        })
    }

    /// Refuses thresholds whose step is not among `known`: such a rule would never see a request.
    pub fn check_steps(&self, known: &[&str]) -> Result<(), PlanError> {
        let steps = self
            .thresholds
            .iter()
            .filter_map(|rule| Some((rule, rule.step.as_deref()?)));
        for (rule, step) in steps {
            if !known.contains(&step) {
                return Err(PlanError::step(&rule.text, step, known));
            }
        }
        Ok(())
    }
}

/// A plan to start from, with comments: what `loadtest init` writes.
pub fn template() -> &'static str {
    include_str!("template.toml")
}

/// Slots for a rate if nobody says otherwise: enough for answers of 200 ms, within 64..=2,000.
pub fn usual_slots(rate: Rate) -> u32 {
    slots_for(rate.get())
}

// The same for a level of a shape, which may be 0.
pub(crate) fn slots_for(per_second: f64) -> u32 {
    ((per_second * 0.2).ceil() as u32).clamp(64, 2000)
}
