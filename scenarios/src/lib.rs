//! What users do to the target: journeys as ordinary Goose scenarios, seeded data, and the audit after the run.
//!
//! The reference engine is a black box behind HTTP here, like any user's own service.

mod draw;
mod http;
mod id;
mod journey;
mod journeys;
mod ledger;
mod mixed;
pub mod plans;

use driver::Workload;
use goose::goose::Scenario;
pub use journeys::{Feeders, feeders};
use plan::Plan;
use std::path::Path;
use std::sync::Arc;
use thiserror::Error;

/// A scenario that a plan may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The name in a plan.
    pub name: &'static str,
    /// What a user does, in a sentence.
    pub summary: &'static str,
    /// Its steps: the names thresholds and reports use.
    pub steps: &'static [&'static str],
}

/// Scenarios for the reference engine.
pub const KNOWN: &[Known] = journey::ALL;

/// The scenario that is run against any other service when a plan names none: one GET of the target's path.
pub const HTTP: Known = http::KNOWN;

/// Scenarios that cannot be made from a plan.
#[derive(Debug, Error)]
pub enum ScenarioError {
    /// A name nobody knows.
    #[error("scenario \"{0}\" is not known; `loadtest list` shows those that are")]
    Unknown(String),
    /// The generic request mixed with others.
    #[error("scenario \"http\" cannot be mixed with scenarios of the reference engine")]
    Mixed,
    /// A feeder that cannot be read, or not be used as the plan says.
    #[error("feeder \"{name}\": {why}")]
    Feeder {
        /// The feeder.
        name: String,
        /// What is wrong, with file and line where there is one.
        why: String,
    },
    /// A step that cannot be made ready.
    #[error("scenario \"{scenario}\", step \"{step}\": {why}")]
    Step {
        /// The scenario.
        scenario: String,
        /// Its step.
        step: String,
        /// What is wrong.
        why: String,
    },
    /// Goose refuses a weight.
    #[error("scenario \"{name}\": {why}")]
    Weight {
        /// The scenario.
        name: String,
        /// Goose's reason.
        why: String,
    },
}

/// The workload of a plan. `path` is the target's path, for the scenario `http`; `run_id` keeps the runs on one ledger apart; files that
/// the plan names are relative to `base`. They are read here, so this comes before T0.
pub fn workload(
    plan: &Plan,
    path: &str,
    run_id: &str,
    base: &Path,
) -> Result<Arc<dyn Workload>, ScenarioError> {
    let written: Vec<&str> = plan
        .scenarios
        .iter()
        .filter(|choice| choice.journey.is_none())
        .map(|choice| choice.name.as_str())
        .collect();
    if let Some(unknown) = written.iter().find(|name| known(name).is_none()) {
        return Err(ScenarioError::Unknown((*unknown).to_owned()));
    }
    let get = written.contains(&HTTP.name);
    if get && written.iter().any(|name| *name != HTTP.name) {
        return Err(ScenarioError::Mixed);
    }
    if written.len() < plan.scenarios.len() {
        let mixed = mixed::MixedWorkload::new(plan, path, run_id, base)?;
        return Ok(Arc::new(mixed));
    }
    if get {
        return Ok(Arc::new(http::HttpWorkload::new(path)));
    }
    Ok(Arc::new(ledger::LedgerWorkload::new(plan, run_id)?))
}

/// The scenario of that name.
pub fn known(name: &str) -> Option<&'static Known> {
    KNOWN
        .iter()
        .chain(std::iter::once(&http::KNOWN))
        .find(|known| known.name == name)
}

/// The steps of these scenarios: what a threshold may name.
pub fn steps(names: &[&str]) -> Vec<&'static str> {
    names
        .iter()
        .filter_map(|name| known(name))
        .flat_map(|known| known.steps.iter().copied())
        .collect()
}

/// The steps of the plan's scenarios, journeys of the plan itself included, in its order: what its thresholds may name.
pub fn step_names(plan: &Plan) -> Vec<String> {
    let mut names = Vec::new();
    for choice in &plan.scenarios {
        match &choice.journey {
            Some(journey) => names.extend(journey.steps.iter().map(|step| step.name.clone())),
            None => names.extend(steps(&[&choice.name]).into_iter().map(str::to_owned)),
        }
    }
    names
}

fn weighted(name: &str, weight: u32) -> Result<Scenario, ScenarioError> {
    Scenario::new(name)
        .set_weight(weight as usize)
        .map_err(|e| ScenarioError::Weight {
            name: name.to_owned(),
            why: e.to_string(),
        })
}

#[cfg(test)]
mod tests;
