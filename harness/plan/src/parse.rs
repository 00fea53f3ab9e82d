//! Plan files: TOML to [`Plan`], with every mistake named by file, line and key.

mod wire;

use crate::error::{PlanError, suggest};
use crate::{
    Arrivals, Data, Pick, Plan, ScenarioChoice, TargetPlan, limits, threshold, usual_slots,
};
use record::quantity::Rate;
use record::run::Model;
use std::time::Duration;

/// The version of plan files this code reads.
pub const SCHEMA: u32 = 1;

const USUAL_RATE: f64 = 1000.0;
const USUAL_USERS: u32 = 50;
const USUAL_TIMEOUT: Duration = Duration::from_secs(5);
const USUAL_WARMUP: Duration = Duration::from_secs(3);
const USUAL_DURATION: Duration = Duration::from_secs(20);
const USUAL_DRAIN: Duration = Duration::from_secs(10);
const USUAL_ACCOUNTS: u32 = 1000;

/// Reads a plan; `source` is the file's name, for errors.
pub fn plan(text: &str, source: &str) -> Result<Plan, PlanError> {
    let file: wire::File = toml::from_str(text).map_err(|error| located(&error, text, source))?;
    let plan = resolve(file).map_err(|what| PlanError::new(source, what))?;
    check(&plan).map_err(|error| PlanError::new(source, error.to_string()))?;
    Ok(plan)
}

// `file:line:column`, and for an unknown key the nearest known one.
fn located(error: &toml::de::Error, text: &str, source: &str) -> PlanError {
    let place = match error.span() {
        Some(span) => {
            let before = &text[..floor_char_boundary(text, span.start)];
            let line = before.matches('\n').count() + 1;
            let column = before
                .rsplit('\n')
                .next()
                .map_or(0, |rest| rest.chars().count())
                + 1;
            format!("{source}:{line}:{column}")
        }
        None => source.to_owned(),
    };
    PlanError::new(place, with_hint(error.message()))
}

fn floor_char_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

// serde says: unknown field `x`, expected one of `a`, `b` (or: expected `a`).
fn with_hint(message: &str) -> String {
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((what, expected)) = message.split_once(", expected ") else {
        return message;
    };
    let quoted = |text: &str| -> Vec<String> {
        text.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    };
    let known = quoted(expected);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    match quoted(what).first() {
        Some(given) if !known.is_empty() => format!(
            "{}; {}",
            what.replace("unknown field", "unknown key"),
            suggest(given, &known)
        ),
        _ => message,
    }
}

fn resolve(file: wire::File) -> Result<Plan, String> {
    match file.schema {
        SCHEMA => {}
        newer if newer > SCHEMA => {
            return Err(format!(
                "schema {newer} is newer than this loadtest's {SCHEMA}"
            ));
        }
        other => {
            return Err(format!(
                "schema {other} does not exist; write schema = {SCHEMA}"
            ));
        }
    }
    let model = model(&file)?;
    let schedule = file.schedule.unwrap_or_default();
    foreign_keys(&schedule, model)?;
    let rate = match model {
        Model::Open => Some(match schedule.rate {
            Some(wire::RateText(rate)) => rate,
            None => Rate::per_second(USUAL_RATE).ok_or("the usual rate is not a rate")?,
        }),
        Model::Closed => None,
    };
    let users = match rate {
        Some(rate) => schedule.max_in_flight.unwrap_or_else(|| usual_slots(rate)),
        None => schedule.users.unwrap_or(USUAL_USERS),
    };
    let (target, phases) = (
        file.target.unwrap_or_default(),
        file.phases.unwrap_or_default(),
    );
    let duration = |given: Option<wire::DurationText>, usual| {
        given.map_or(usual, |wire::DurationText(given)| given)
    };
    let rules = file
        .threshold
        .iter()
        .map(|rule| threshold::parse(&rule.rule, model));
    Ok(Plan {
        name: file.name,
        seed: file.seed.unwrap_or(0),
        model,
        timeout: duration(target.timeout, USUAL_TIMEOUT),
        target: TargetPlan {
            url: target.url,
            admin: target.admin,
        },
        warmup: duration(phases.warmup, USUAL_WARMUP),
        duration: duration(phases.duration, USUAL_DURATION),
        drain: duration(phases.drain, USUAL_DRAIN),
        arrivals: schedule.arrivals.map_or(Arrivals::Poisson, Into::into),
        rate,
        users,
        think: duration(schedule.think, Duration::ZERO),
        data: data(&file.data.unwrap_or_default())?,
        scenarios: file
            .scenario
            .into_iter()
            .map(|scenario| ScenarioChoice {
                name: scenario.name,
                weight: scenario.weight.unwrap_or(1),
            })
            .collect(),
        thresholds: rules.collect::<Result<_, _>>().map_err(|e| e.to_string())?,
    })
}

// Said, or told by the keys of the schedule.
fn model(file: &wire::File) -> Result<Model, String> {
    match file.model.as_deref() {
        Some("open") | None => Ok(Model::Open),
        Some("closed") => Ok(Model::Closed),
        Some(other) => Err(format!(
            "model \"{other}\" is not known; write open or closed"
        )),
    }
}

fn foreign_keys(schedule: &wire::Schedule, model: Model) -> Result<(), String> {
    let (name, foreign): (_, &[(&str, bool)]) = match model {
        Model::Open => (
            "open",
            &[
                ("users", schedule.users.is_some()),
                ("think", schedule.think.is_some()),
            ],
        ),
        Model::Closed => (
            "closed",
            &[
                ("rate", schedule.rate.is_some()),
                ("arrivals", schedule.arrivals.is_some()),
                ("max_in_flight", schedule.max_in_flight.is_some()),
            ],
        ),
    };
    match foreign.iter().find(|(_, given)| *given) {
        Some((key, _)) => Err(format!(
            "schedule.{key} has no meaning in the {name} model; remove it, or change model"
        )),
        None => Ok(()),
    }
}

fn data(data: &wire::Data) -> Result<Data, String> {
    let pick = match data.pick.as_deref().map(str::trim) {
        None | Some("uniform") => Pick::Uniform,
        Some(text) => zipf(text).ok_or_else(|| {
            format!("data.pick \"{text}\" is not known; write uniform or zipf(0.99)")
        })?,
    };
    Ok(Data {
        accounts: data.accounts.unwrap_or(USUAL_ACCOUNTS),
        pick,
    })
}

fn zipf(text: &str) -> Option<Pick> {
    let theta: f64 = text
        .strip_prefix("zipf(")?
        .strip_suffix(')')?
        .trim()
        .parse()
        .ok()?;
    (theta > 0.0 && theta <= limits::ZIPF).then_some(Pick::Zipf(theta))
}

/// The bounds of [`limits`], for plans from files and from flags alike.
pub(crate) fn check(plan: &Plan) -> Result<(), PlanError> {
    let fail = |place: &str, what: String| Err(PlanError::new(place, what));
    let phases = [
        ("warmup", plan.warmup),
        ("duration", plan.duration),
        ("drain", plan.drain),
    ];
    if let Some((key, value)) = phases.iter().find(|(_, value)| *value > limits::PHASE) {
        return fail(
            &format!("phases.{key}"),
            format!("{value:?} is more than {:?}", limits::PHASE),
        );
    }
    if plan.duration < Duration::from_millis(100) {
        return fail(
            "phases.duration",
            format!(
                "{:?} is too short to measure; 100ms at least",
                plan.duration
            ),
        );
    }
    if plan.timeout.is_zero() || plan.timeout > limits::WAIT || plan.think > limits::WAIT {
        return fail(
            "timeout or think",
            format!("must be above 0 (timeout) and at most {:?}", limits::WAIT),
        );
    }
    if plan.users == 0 || plan.users > limits::USERS {
        return fail(
            "users or max_in_flight",
            format!("{} is not between 1 and {}", plan.users, limits::USERS),
        );
    }
    if plan.data.accounts < 2 || plan.data.accounts > limits::ACCOUNTS {
        return fail(
            "data.accounts",
            format!(
                "{} is not between 2 and {}",
                plan.data.accounts,
                limits::ACCOUNTS
            ),
        );
    }
    if plan.scenarios.is_empty() || plan.scenarios.len() > limits::SCENARIOS {
        return fail(
            "scenario",
            format!(
                "a plan has between 1 and {} of them; this one has {}",
                limits::SCENARIOS,
                plan.scenarios.len()
            ),
        );
    }
    scenarios(plan)
}

fn scenarios(plan: &Plan) -> Result<(), PlanError> {
    for (at, choice) in plan.scenarios.iter().enumerate() {
        let place = || format!("scenario \"{}\"", choice.name);
        if choice.weight == 0 || choice.weight > limits::WEIGHT {
            return Err(PlanError::new(
                place(),
                format!(
                    "weight {} is not between 1 and {}",
                    choice.weight,
                    limits::WEIGHT
                ),
            ));
        }
        if plan.scenarios[..at]
            .iter()
            .any(|other| other.name == choice.name)
        {
            return Err(PlanError::new(place(), "is there twice; add its weights"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
