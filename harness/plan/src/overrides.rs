//! What flags change in a plan.

use crate::error::PlanError;
use crate::{Arrivals, Plan, parse, threshold, usual_slots};
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
    /// Arrivals per second: makes the plan open.
    pub rate: Option<Rate>,
    /// Users: makes the plan closed.
    pub users: Option<u32>,
    /// With a rate the most in flight, in an open plan too; otherwise the same as `users`.
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
    /// The plan with `overrides`. A change of model drops what only the other model has, thresholds on response time included when it
    /// becomes closed: they cannot be judged there.
    pub fn with(self, overrides: Overrides) -> Result<Self, PlanError> {
        let mut plan = self;
        if let Some(rate) = overrides.rate {
            plan.open(rate);
        }
        if let Some(users) = overrides.users {
            plan.close(users);
        }
        match overrides.connections {
            Some(connections) if overrides.rate.is_none() && overrides.users.is_none() => {
                plan.close(connections);
            }
            Some(connections) => plan.users = connections,
            None => {}
        }
        plan.target.url = overrides.target.or(plan.target.url);
        plan.target.admin = overrides.admin.or(plan.target.admin);
        plan.duration = overrides.duration.unwrap_or(plan.duration);
        plan.warmup = overrides.warmup.unwrap_or(plan.warmup);
        plan.timeout = overrides.timeout.unwrap_or(plan.timeout);
        plan.seed = overrides.seed.unwrap_or(plan.seed);
        for text in &overrides.thresholds {
            plan.thresholds.push(threshold::parse(text, plan.model)?);
        }
        parse::check(&plan)?;
        Ok(plan)
    }

    fn open(&mut self, rate: Rate) {
        if self.model == Model::Closed {
            self.model = Model::Open;
            self.arrivals = Arrivals::Poisson;
            self.think = Duration::ZERO;
        }
        self.rate = Some(rate);
        self.users = usual_slots(rate);
    }

    fn close(&mut self, users: u32) {
        if self.model == Model::Open {
            self.model = Model::Closed;
            self.rate = None;
            self.arrivals = Arrivals::Poisson;
            self.thresholds
                .retain(|rule| rule.metric != record::rule::Metric::ResponseTime);
        }
        self.users = users;
    }
}
