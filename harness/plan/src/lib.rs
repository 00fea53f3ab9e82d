//! Intent: TOML or flags become a plan; a plan becomes a schedule. Pure.

mod describe;
mod error;
pub mod limits;
mod nearest;
mod overrides;
pub mod parse;
pub mod schedule;
pub mod seed;
pub mod threshold;
mod words;

pub use describe::facts;
pub use error::PlanError;
pub use overrides::Overrides;

use record::quantity::Rate;
use record::rule::Rule;
use record::run::Model;
use schedule::Schedule;
use std::time::Duration;

/// How arrivals of the open model are spaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrivals {
    /// Independent callers: exponential gaps. The default, because constant spacing hides queueing.
    Poisson,
    /// Equal gaps.
    Constant,
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
}

/// A scenario of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioChoice {
    /// Its name.
    pub name: String,
    /// Its share of arrivals (open) or users (closed), relative to the others.
    pub weight: u32,
}

/// Where the load goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TargetPlan {
    /// Base URL; absent for the reference engine.
    pub url: Option<String>,
    /// Base URL of `/metrics` and `/debug/pprof`.
    pub admin: Option<String>,
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
    /// Length of the warm-up; its arrivals are in no number.
    pub warmup: Duration,
    /// Length of the steady phase.
    pub duration: Duration,
    /// How long what is under way may take to finish afterwards.
    pub drain: Duration,
    /// Spacing of arrivals (open model).
    pub arrivals: Arrivals,
    /// Arrivals per second; there in the open model only.
    pub rate: Option<Rate>,
    /// Callers (closed), or slots: the most in flight (open).
    pub users: u32,
    /// Pause of a user between answer and next request (closed model).
    pub think: Duration,
    /// Prepared data.
    pub data: Data,
    /// What users do.
    pub scenarios: Vec<ScenarioChoice>,
    /// What the run must satisfy.
    pub thresholds: Vec<Rule>,
}

impl Plan {
    /// The arrivals of an open plan, the same for the same plan; a closed plan has none.
    pub fn schedule(&self) -> Schedule {
        Schedule::of(self)
    }

    /// Refuses scenarios that are not among `known`, naming the nearest.
    pub fn check_scenarios(&self, known: &[&str]) -> Result<(), PlanError> {
        let unknown = self
            .scenarios
            .iter()
            .find(|choice| !known.contains(&choice.name.as_str()));
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

/// Slots for a rate if nobody says otherwise: enough for answers of 200 ms, within 64..=2,000.
pub fn usual_slots(rate: Rate) -> u32 {
    ((rate.get() * 0.2).ceil() as u32).clamp(64, 2000)
}
