//! Options of the reference engine that a run starts: handed on as they are, because only the engine knows what they mean.

use crate::PlanError;
use std::fmt;

/// One option by its name, which is that of a flag of the engine without its hyphens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineOption {
    /// Such as `journal`.
    pub name: String,
    /// Its value; absent for a switch that is turned on.
    pub value: Option<String>,
}

impl EngineOption {
    /// An option with a value.
    pub fn new(name: &str, value: &(impl ToString + ?Sized)) -> Self {
        Self {
            name: name.to_owned(),
            value: Some(value.to_string()),
        }
    }

    /// A switch that is turned on.
    pub fn on(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: None,
        }
    }

    /// Reads `OPTION=VALUE`, or `OPTION` for a switch.
    ///
    /// # Errors
    /// A name that cannot be one.
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (text, None),
        };
        let name = checked(name).map_err(|what| PlanError::new("--engine", what))?;
        Ok(Self { name, value })
    }

    /// The value as a record may keep it: whoever reads a record must not get in with it.
    pub(crate) fn shown(&self) -> Option<String> {
        let value = self.value.as_deref()?;
        if SECRET.contains(&self.name.as_str()) {
            return Some(HIDDEN.to_owned());
        }
        Some(without_password(value))
    }

    /// As the engine takes it on its command line.
    pub fn arguments(&self) -> impl Iterator<Item = String> {
        std::iter::once(format!("--{}", self.name)).chain(self.value.clone())
    }
}

/// Options whose values are secrets, or hold one.
const SECRET: [&str; 2] = ["operator-token", "webhook"];
/// Stands in place of a secret.
const HIDDEN: &str = "***";

/// An argument of a command line as a record may keep it.
pub fn without_secrets(argument: &str) -> String {
    match argument.split_once('=') {
        Some((name, _)) if SECRET.contains(&name) => format!("{name}={HIDDEN}"),
        _ => without_password(argument),
    }
}

/// An address without the password in it; any other text as it is.
fn without_password(text: &str) -> String {
    let hidden = || {
        let (scheme, rest) = text.split_once("://")?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (login, place) = authority.rsplit_once('@')?;
        let (user, _) = login.split_once(':')?;
        Some(format!("{scheme}://{user}:{HIDDEN}@{place}{path}"))
    };
    hidden().unwrap_or_else(|| text.to_owned())
}

impl fmt::Display for EngineOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{}={value}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// The name of an option; a plan may write it with underscores, as its other keys are.
pub(crate) fn checked(name: &str) -> Result<String, String> {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
    if starts && name.chars().all(is_letter) {
        Ok(name.replace('_', "-"))
    } else {
        Err(format!(
            "\"{name}\" is no option; write OPTION=VALUE as in journal=none, without hyphens in front"
        ))
    }
}

/// What is given, where the later of the same name counts: all of that name are replaced, so that faults of a plan are not kept by mistake.
pub(crate) fn replaced(mut before: Vec<EngineOption>, later: &[EngineOption]) -> Vec<EngineOption> {
    before.retain(|option| later.iter().all(|other| other.name != option.name));
    before.extend_from_slice(later);
    before
}

#[cfg(test)]
mod tests;
