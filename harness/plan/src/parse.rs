//! Plan files: TOML to [`Plan`], with every mistake named by file, line and key.

mod place;
mod wire;

use crate::error::{Fault, PlanError};
use crate::{
    Arrivals, Data, Pick, Plan, ScenarioChoice, TargetPlan, limits, threshold, usual_slots,
};
use place::Source;
use record::quantity::Rate;
use record::rule::Rule;
use record::run::Model;
use std::time::Duration;

/// The version of plan files this code reads.
pub const SCHEMA: u32 = 1;

/// The scenario of a plan that has a target URL and names none: one GET of the URL's path.
pub const HTTP: &str = "http";

const USUAL_RATE: f64 = 1000.0;
const USUAL_USERS: u32 = 50;
const USUAL_TIMEOUT: Duration = Duration::from_secs(5);
const USUAL_WARMUP: Duration = Duration::from_secs(3);
const USUAL_DURATION: Duration = Duration::from_secs(20);
const USUAL_DRAIN: Duration = Duration::from_secs(10);
const USUAL_ACCOUNTS: u32 = 1000;

/// Reads a plan; `source` is the file's name, for errors.
pub fn plan(text: &str, source: &str) -> Result<Plan, PlanError> {
    let here = Source { name: source, text };
    let file: wire::File = toml::from_str(text).map_err(|error| here.refused(&error))?;
    let checked = resolve(file).and_then(|plan| limits::check(&plan).map(|()| plan));
    checked.map_err(|fault| here.located(&fault))
}

fn resolve(file: wire::File) -> Result<Plan, Fault> {
    schema(file.schema)?;
    let model = model(file.model.as_deref())?;
    let schedule = file.schedule.unwrap_or_default();
    let target = file.target.unwrap_or_default();
    let phases = file.phases.unwrap_or_default();
    foreign_keys(&schedule, model)?;
    let rate = (model == Model::Open).then(|| rate(schedule.rate));
    let users = match rate {
        Some(rate) => schedule.max_in_flight.unwrap_or_else(|| usual_slots(rate)),
        None => schedule.users.unwrap_or(USUAL_USERS),
    };
    Ok(Plan {
        name: file.name,
        seed: file.seed.unwrap_or(0),
        model,
        timeout: duration(target.timeout, USUAL_TIMEOUT),
        warmup: duration(phases.warmup, USUAL_WARMUP),
        duration: duration(phases.duration, USUAL_DURATION),
        drain: duration(phases.drain, USUAL_DRAIN),
        arrivals: schedule.arrivals.map_or(Arrivals::Poisson, Into::into),
        rate,
        users,
        think: duration(schedule.think, Duration::ZERO),
        data: data(&file.data.unwrap_or_default())?,
        scenarios: scenarios(file.scenario, target.url.is_some()),
        thresholds: thresholds(&file.threshold, model)?,
        target: TargetPlan {
            url: target.url,
            admin: target.admin,
        },
    })
}

fn schema(given: u32) -> Result<(), Fault> {
    match given {
        SCHEMA => Ok(()),
        newer if newer > SCHEMA => Err(Fault::at(
            "schema",
            format!("schema {newer} is newer than this loadtest's {SCHEMA}"),
        )),
        other => Err(Fault::at(
            "schema",
            format!("schema {other} does not exist; write schema = {SCHEMA}"),
        )),
    }
}

fn model(given: Option<&str>) -> Result<Model, Fault> {
    match given {
        Some("open") | None => Ok(Model::Open),
        Some("closed") => Ok(Model::Closed),
        Some(other) => Err(Fault::at(
            "model",
            format!("\"{other}\" is not known; write open or closed"),
        )),
    }
}

// A key of the other model would change nothing, and its writer believes that it does.
fn foreign_keys(schedule: &wire::Schedule, model: Model) -> Result<(), Fault> {
    let keys = [
        ("users", Model::Closed, schedule.users.is_some()),
        ("think", Model::Closed, schedule.think.is_some()),
        ("rate", Model::Open, schedule.rate.is_some()),
        ("arrivals", Model::Open, schedule.arrivals.is_some()),
        (
            "max_in_flight",
            Model::Open,
            schedule.max_in_flight.is_some(),
        ),
    ];
    let foreign = keys.iter().find(|(_, its, given)| *given && *its != model);
    let Some((key, its, _)) = foreign else {
        return Ok(());
    };
    let what = format!(
        "has no meaning in the {} model; remove it, or write model = \"{}\"",
        model.name(),
        its.name()
    );
    Err(Fault::at(&format!("schedule.{key}"), what))
}

fn rate(given: Option<wire::RateText>) -> Rate {
    given.map_or_else(usual_rate, |wire::RateText(rate)| rate)
}

fn usual_rate() -> Rate {
    Rate::per_second(USUAL_RATE).expect("the usual rate is a constant within the bounds of rates")
}

fn duration(given: Option<wire::DurationText>, usual: Duration) -> Duration {
    given.map_or(usual, |wire::DurationText(given)| given)
}

fn data(data: &wire::Data) -> Result<Data, Fault> {
    let pick = match data.pick.as_deref().map(str::trim) {
        None | Some("uniform") => Pick::Uniform,
        Some(text) => zipf(text).ok_or_else(|| {
            let most = limits::ZIPF;
            Fault::at(
                "data.pick",
                format!("\"{text}\" is not known; write uniform, or zipf(0.99) with an exponent above 0 and at most {most}"),
            )
        })?,
    };
    Ok(Data {
        accounts: data.accounts.unwrap_or(USUAL_ACCOUNTS),
        pick,
    })
}

fn zipf(text: &str) -> Option<Pick> {
    let inside = text.strip_prefix("zipf(")?.strip_suffix(')')?;
    let theta: f64 = inside.trim().parse().ok()?;
    (theta > 0.0 && theta <= limits::ZIPF).then_some(Pick::Zipf(theta))
}

// A target of one's own needs no scenario: its path is requested.
fn scenarios(given: Vec<wire::Scenario>, has_target: bool) -> Vec<ScenarioChoice> {
    if given.is_empty() && has_target {
        return vec![ScenarioChoice {
            name: HTTP.to_owned(),
            weight: 1,
        }];
    }
    let choice = |scenario: wire::Scenario| ScenarioChoice {
        name: scenario.name,
        weight: scenario.weight.unwrap_or(1),
    };
    given.into_iter().map(choice).collect()
}

fn thresholds(given: &[wire::Threshold], model: Model) -> Result<Vec<Rule>, Fault> {
    let rules = given.iter().enumerate().map(|(at, one)| {
        threshold::parse(&one.rule, model).map_err(|error| Fault {
            key: format!("threshold[{at}].rule"),
            error,
        })
    });
    rules.collect()
}

#[cfg(test)]
mod tests;
