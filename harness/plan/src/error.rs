//! What can be wrong with a plan: one line with the place, the value and a hint.

use crate::nearest::nearest;
use thiserror::Error;

/// A plan that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {what}")]
pub struct PlanError {
    /// File and line, or the flag.
    pub place: String,
    /// The value and what is wrong with it.
    pub what: String,
}

impl PlanError {
    pub(crate) fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
        }
    }

    pub(crate) fn scenario(name: &str, known: &[&str]) -> Self {
        Self::new(
            "scenario",
            format!("\"{name}\" is not known; {}", suggest(name, known)),
        )
    }

    pub(crate) fn step(rule: &str, step: &str, known: &[&str]) -> Self {
        Self::new(
            format!("threshold \"{rule}\""),
            format!(
                "no scenario of the plan has a step \"{step}\"; {}",
                suggest(step, known)
            ),
        )
    }
}

/// `did you mean x`, or the list of what there is.
pub(crate) fn suggest(given: &str, known: &[&str]) -> String {
    match nearest(given, known) {
        Some(name) => format!("did you mean \"{name}\"?"),
        None => format!("known: {}", known.join(", ")),
    }
}
