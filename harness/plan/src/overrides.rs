//! What flags change in a plan.

use crate::error::{Fault, PlanError};
use crate::{Arrivals, Plan, limits, threshold, usual_slots};
use record::quantity::Rate;
use record::run::Model;
use std::time::Duration;

/// Values given by flags; what is absent stays as the plan has it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overrides {
    /// Target URL.
    pub target: Option<String>,
    /// Admin URL.
    pub admin: Option<String>,
    /// Arrivals per second: makes the plan open, with as many slots as are usual for that rate.
    pub rate: Option<Rate>,
    /// Users: makes the plan closed. Not together with `rate` or `connections`.
    pub users: Option<u32>,
    /// With `rate` the most in flight; without it the same as `users`.
    pub connections: Option<u32>,
    /// Length of the steady phase.
    pub duration: Option<Duration>,
    /// Length of the warm-up.
    pub warmup: Option<Duration>,
    /// Request timeout.
    pub timeout: Option<Duration>,
    /// Seed.
    pub seed: Option<u64>,
    /// Rules added to the plan's.
    pub thresholds: Vec<String>,
}

impl Plan {
    /// The plan with `overrides`.
    ///
    /// A change of model drops what only the other model has, and reads the thresholds again: `p99 < 20ms` is about response time in an
    /// open plan and about service time in a closed one. A threshold that says response time refuses to become closed.
    pub fn with(self, overrides: Overrides) -> Result<Self, PlanError> {
        let mut plan = self;
        plan.offer(&overrides)?;
        plan.target.url = overrides.target.or(plan.target.url);
        plan.target.admin = overrides.admin.or(plan.target.admin);
        plan.duration = overrides.duration.unwrap_or(plan.duration);
        plan.warmup = overrides.warmup.unwrap_or(plan.warmup);
        plan.timeout = overrides.timeout.unwrap_or(plan.timeout);
        plan.seed = overrides.seed.unwrap_or(plan.seed);
        for text in &overrides.thresholds {
            plan.thresholds.push(threshold::parse(text, plan.model)?);
        }
        limits::check(&plan).map_err(by_flag)?;
        Ok(plan)
    }

    fn offer(&mut self, overrides: &Overrides) -> Result<(), PlanError> {
        match (overrides.rate, overrides.users, overrides.connections) {
            (Some(_), Some(_), _) => Err(PlanError::new(
                "--users",
                "does not go with --rate: arrivals on a schedule wait for no user; use --connections to bound what is in flight",
            )),
            (None, Some(_), Some(_)) => Err(PlanError::new(
                "--connections",
                "does not go with --users: each user has one connection",
            )),
            (Some(rate), None, slots) => self.open(rate, slots),
            (None, Some(users), None) | (None, None, Some(users)) => self.close(users),
            (None, None, None) => Ok(()),
        }
    }

    fn open(&mut self, rate: Rate, slots: Option<u32>) -> Result<(), PlanError> {
        self.think = Duration::ZERO;
        self.rate = Some(rate);
        self.users = slots.unwrap_or_else(|| usual_slots(rate));
        self.become_model(Model::Open)
    }

    fn close(&mut self, users: u32) -> Result<(), PlanError> {
        self.rate = None;
        self.arrivals = Arrivals::Poisson;
        self.users = users;
        self.become_model(Model::Closed)
    }

    fn become_model(&mut self, model: Model) -> Result<(), PlanError> {
        self.model = model;
        for rule in &mut self.thresholds {
            *rule = threshold::parse(&rule.text, model)?;
        }
        Ok(())
    }
}

// The plan was within its bounds before, so what is not comes from a flag.
fn by_flag(fault: Fault) -> PlanError {
    let flag = match fault.key.as_str() {
        "phases.warmup" => "--warmup",
        "phases.duration" => "--duration",
        "target.timeout" => "--timeout",
        "schedule.rate" => "--rate",
        "schedule.users" => "--users",
        "schedule.max_in_flight" => "--connections",
        _ => return fault.error,
    };
    PlanError::new(flag, fault.error.what)
}

#[cfg(test)]
mod tests;
