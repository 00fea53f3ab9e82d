//! `--model` and `--arrivals`: what they go with, and what they change once the load is known.

use super::Overrides;
use crate::{Plan, PlanError, Spacing};
use record::run::Model;
use std::time::Duration;

/// Refuses a model that the other flags contradict, or that lacks what only they could say.
pub(super) fn agrees(plan: &Plan, overrides: &Overrides) -> Result<(), PlanError> {
    let Some(model) = overrides.model else {
        return Ok(());
    };
    let staged = overrides.stages.is_some() || overrides.test_plan.is_some();
    let (rate, users) = (overrides.rate.is_some(), overrides.users.is_some());
    let counted = users || overrides.connections.is_some();
    let why = match model {
        Model::Closed if rate => {
            "does not go with --rate: users start when they are answered; give --users N"
        }
        Model::Closed if plan.model != Model::Closed && !counted && !staged => {
            "needs users, and this plan has arrivals; give --users N too"
        }
        Model::Open | Model::PartlyOpen if users => {
            "does not go with --users: arrivals wait for nobody; give --rate, and --connections N to bound what is in flight"
        }
        Model::Open | Model::PartlyOpen if plan.model == Model::Closed && !rate && !staged => {
            "needs arrivals, and this plan has users; give --rate N too"
        }
        _ => return Ok(()),
    };
    let what = format!("{} {why}", model.name());
    Err(PlanError::new("--model", what))
}

/// True if `--connections` alone says how many may be in flight, and not how many users there are.
pub(super) fn stays_scheduled(plan: &Plan, overrides: &Overrides) -> bool {
    plan.model.is_scheduled() && overrides.model.is_some_and(Model::is_scheduled)
}

impl Plan {
    /// Takes on the model and the spacing that were asked for, now that the load is known.
    pub(super) fn become_asked(&mut self, overrides: &Overrides) -> Result<(), PlanError> {
        if let Some(model) = overrides.model.filter(|model| *model != self.model) {
            if model == Model::Open {
                self.think = Duration::ZERO;
            }
            self.become_model(model)?;
        }
        match overrides.arrivals {
            Some(spacing) => self.space(spacing),
            None => Ok(()),
        }
    }

    fn space(&mut self, spacing: Spacing) -> Result<(), PlanError> {
        let why = if !self.model.is_scheduled() {
            "is about arrivals, and users of a closed plan start when they are answered; give --rate N instead"
        } else if self.replay.is_some() {
            "does not go with a file of arrivals, which says when each is due; give --rate N too"
        } else if spacing == Spacing::Replay {
            "needs a file; write [schedule] arrivals = \"replay\", file = \"arrivals.txt\" into a plan"
        } else {
            self.spacing = spacing;
            return Ok(());
        };
        let what = format!("{} {why}", spacing.name());
        Err(PlanError::new("--arrivals", what))
    }
}

#[cfg(test)]
mod tests;
