//! What can be wrong with a plan: one line with the place, the value and a hint.

use crate::nearest::nearest;
use thiserror::Error;

/// A plan that cannot be used. Its text is one line without control characters, whatever the plan holds.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {what}")]
pub struct PlanError {
    /// File, line, column and key; or the flag.
    pub place: String,
    /// The value and what is wrong with it.
    pub what: String,
}

impl PlanError {
    pub(crate) fn new(place: impl AsRef<str>, what: impl AsRef<str>) -> Self {
        Self {
            place: one_line(place.as_ref()),
            what: one_line(what.as_ref()),
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

/// A mistake whose place in the file is not looked up yet.
#[derive(Debug)]
pub(crate) struct Fault {
    /// The path of the key, as in `scenario[0].weight`.
    pub(crate) key: String,
    /// The mistake; its place is what a reader calls that key.
    pub(crate) error: PlanError,
}

impl Fault {
    /// A mistake at `key`, which is also what it is called.
    pub(crate) fn at(key: &str, what: impl AsRef<str>) -> Self {
        Self::called(key, key, what)
    }

    /// A mistake at `key`, which is called `name`.
    pub(crate) fn called(key: &str, name: &str, what: impl AsRef<str>) -> Self {
        Self {
            key: key.to_owned(),
            error: PlanError::new(name, what),
        }
    }
}

/// `did you mean x`, or the list of what there is.
pub(crate) fn suggest(given: &str, known: &[&str]) -> String {
    match nearest(given, known) {
        Some(name) => format!("did you mean \"{name}\"?"),
        None => format!("known: {}", known.join(", ")),
    }
}

fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_control() || c.is_whitespace());
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}
