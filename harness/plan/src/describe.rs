//! A plan as TOML again, as a digest, and as the record keeps it.

mod journey;
mod toml;

pub(crate) use journey::pick;
pub(crate) use toml::{HealthUnit, unit};

use crate::{Plan, TargetPlan, seed};
use record::fnv::fnv1a;
use record::run::PlanFacts;

impl Plan {
    /// Equal digests offer equal load. Where the target is does not matter to that, nor what is demanded of it or of the generator.
    pub fn digest(&self) -> String {
        let offered = Self {
            target: TargetPlan {
                client: self.target.client,
                redirects: self.target.redirects,
                ..TargetPlan::default()
            },
            slo: None,
            health: Vec::new(),
            thresholds: Vec::new(),
            ..self.clone()
        };
        let replay = self
            .replay
            .as_ref()
            .and_then(|replay| replay.trace.as_ref());
        let recorded =
            replay.map_or_else(String::new, |trace| format!("{:016x}\n", trace.digest()));
        let text = format!("{}\n{recorded}{}", seed::PRNG, offered.to_toml());
        format!("{:016x}", fnv1a(text.bytes()))
    }
}

/// The plan as the record keeps it.
pub fn facts(plan: &Plan) -> PlanFacts {
    PlanFacts {
        name: plan.name.clone(),
        digest: plan.digest(),
        model: plan.model,
        words: plan.words(),
        seed: plan.seed,
        offered_rate: plan.mean_rate(),
        is_level: plan.shape.is_none() && plan.replay.is_none(),
        users: plan.users,
        warmup: plan.warmup_most(),
        duration: plan.duration,
        timeout: plan.timeout,
        scenarios: plan
            .scenarios
            .iter()
            .map(|choice| (choice.name.clone(), choice.weight))
            .collect(),
        slo: plan.slo,
        health_limits: plan.health.clone(),
        thresholds: plan.thresholds.clone(),
        text: plan.to_toml(),
    }
}

#[cfg(test)]
mod tests;
