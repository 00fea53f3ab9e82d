//! Plan files: TOML to [`Plan`], with every mistake named by file, line and key.

pub mod gate;
mod journey;
mod place;
mod schedule;
mod wire;

use crate::error::{Fault, PlanError};
use crate::iterations::USUAL_WITHIN;
use crate::phases::{USUAL_BUDGET, USUAL_WARMUP_MOST};
use crate::{
    ClientChoice, Data, EngineOption, Iterations, Overrides, Pick, Plan, Replay, ScenarioChoice,
    Shape, Spacing, TargetPlan, TargetProcessors, Until, Warmup, limits, slots_for, threshold,
};
use place::Source;
use record::quantity::Rate;
use record::rule::Rule;
use record::run::Model;
use std::collections::BTreeMap;
use std::time::Duration;

/// The version of plan files this code reads.
pub const SCHEMA: u32 = 1;

/// The scenario of a plan that has a target URL and names none: one GET of the URL's path.
pub const HTTP: &str = "http";

const USUAL_RATE: f64 = 1000.0;
const USUAL_USERS: u32 = 50;
const USUAL_TIMEOUT: Duration = Duration::from_secs(5);
pub(crate) const USUAL_DURATION: Duration = Duration::from_secs(20);
const USUAL_DRAIN: Duration = Duration::from_secs(10);
const USUAL_ACCOUNTS: u32 = 1000;
pub(crate) const USUAL_BATCH: u32 = 1000;

/// Reads a plan; `source` is the file's name, for errors.
///
/// What flags can still add may be missing: a scenario or a target, and values of variables. [`Plan::with`] asks for them.
pub fn plan(text: &str, source: &str) -> Result<Plan, PlanError> {
    let here = Source { name: source, text };
    let file: wire::File = toml::from_str(text).map_err(|error| here.refused(&error))?;
    let checked = resolve(file).and_then(|plan| limits::check(&plan).map(|()| plan));
    checked.map_err(|fault| here.located(&fault))
}

/// Reads a plan and changes it by flags: [`plan`] and [`Plan::with`], where a mistake that only shows with the flags is still named by
/// its place in the file.
pub fn plan_with(text: &str, source: &str, overrides: Overrides) -> Result<Plan, PlanError> {
    let here = Source { name: source, text };
    let changed = plan(text, source)?.changed(overrides)?;
    let checked = limits::complete(&changed).map(|()| changed);
    checked.map_err(|fault| here.located(&fault))
}

fn resolve(file: wire::File) -> Result<Plan, Fault> {
    schema(file.schema)?;
    let model = model(file.model.as_deref())?;
    let given = file.schedule.unwrap_or_default();
    let phases = file.phases.unwrap_or_default();
    schedule::foreign_keys(&given, model)?;
    let spacing = schedule::spacing(given.arrivals);
    let replay = replay(given.file, spacing)?;
    let shape = schedule::shape(given.shape, given.start)?;
    let constant = model.is_scheduled() && shape.is_none() && replay.is_none();
    let rate = constant.then(|| rate(given.rate));
    let given_duration = phases
        .duration
        .as_ref()
        .map(|wire::DurationText(given)| *given);
    let iterations = phases.iterations.map(|count| Iterations {
        count,
        within: given_duration.unwrap_or(USUAL_WITHIN),
    });
    let duration = length(phases.duration, shape.as_ref(), replay.as_ref())?;
    let mut target = target(file.target.unwrap_or_default())?;
    target.0.engine = engine(file.engine)?;
    let mut plan = Plan {
        name: file.name,
        seed: file.seed.unwrap_or(0),
        model,
        timeout: target.1,
        warmup: warmup(phases.warmup, phases.warmup_max)?,
        drain: time(phases.drain, USUAL_DRAIN),
        until: until(phases.until, phases.budget, duration)?,
        duration,
        iterations,
        spacing,
        on_full: schedule::on_full(given.on_full),
        users: users(
            given.max_in_flight.or(given.users),
            model,
            rate,
            shape.as_ref(),
        ),
        rate,
        shape,
        replay,
        think: time(given.think, Duration::ZERO),
        slo: file.slo.map(|wire::DurationText(slo)| slo),
        health: health(file.health.unwrap_or_default()),
        vars: file.vars,
        feeders: feeders(file.feeder)?,
        data: data(&file.data.unwrap_or_default())?,
        scenarios: scenarios(file.scenario, target.0.is_given())?,
        thresholds: thresholds(&file.threshold, model)?,
        target: target.0,
    };
    plan.settle();
    Ok(plan)
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
    let Some(name) = given else {
        return Ok(Model::Open);
    };
    let unknown = || {
        let what = format!("\"{name}\" is not known; write open, partly-open or closed");
        Fault::at("model", what)
    };
    Model::parse(name).ok_or_else(unknown)
}

fn replay(file: Option<String>, spacing: Spacing) -> Result<Option<Replay>, Fault> {
    match (file, spacing) {
        (Some(file), _) => Ok(Some(Replay { file, trace: None })),
        (None, Spacing::Replay) => {
            let what = "replays a file; write file = \"arrivals.txt\" too";
            Err(Fault::at("schedule.arrivals", what))
        }
        (None, _) => Ok(None),
    }
}

// The steady phase: as long as the shape or the file, if there is one. How long the file is, is not known before it is read.
fn length(
    given: Option<wire::DurationText>,
    shape: Option<&Shape>,
    replay: Option<&Replay>,
) -> Result<Duration, Fault> {
    let known = match (shape, replay) {
        (Some(shape), _) => Some((shape.length(), "the sum of the shape's parts")),
        (None, Some(_)) => Some((limits::SHORTEST, "that of the file")),
        (None, None) => None,
    };
    match (known, given) {
        (Some((_, its)), Some(_)) => {
            let what = format!("the length of the steady phase is {its}; remove one of the two");
            Err(Fault::at("phases.duration", what))
        }
        (Some((length, _)), None) => Ok(length),
        (None, given) => Ok(time(given, USUAL_DURATION)),
    }
}

fn users(given: Option<u32>, model: Model, rate: Option<Rate>, shape: Option<&Shape>) -> u32 {
    match (model, shape) {
        (Model::Closed, Some(shape)) => shape.most().round() as u32,
        (Model::Closed, None) => given.unwrap_or(USUAL_USERS),
        (_, shape) => given.unwrap_or_else(|| {
            let most = shape.map(Shape::most).or(rate.map(Rate::get));
            slots_for(most.unwrap_or(USUAL_RATE))
        }),
    }
}

fn warmup(
    given: Option<wire::WarmupText>,
    most: Option<wire::DurationText>,
) -> Result<Warmup, Fault> {
    match (given, most) {
        (Some(wire::WarmupText::Fixed(_)), Some(_)) => Err(Fault::at(
            "phases.warmup_max",
            "bounds a warm-up that ends by itself; write warmup = \"auto\", or remove it",
        )),
        (Some(wire::WarmupText::Fixed(length)), None) => Ok(Warmup::Fixed(length)),
        (_, most) => Ok(Warmup::Auto {
            most: time(most, USUAL_WARMUP_MOST),
        }),
    }
}

fn until(
    given: Option<wire::UntilText>,
    budget: Option<wire::DurationText>,
    duration: Duration,
) -> Result<Option<Until>, Fault> {
    match (given, budget) {
        (Some(wire::UntilText(until)), budget) => Ok(Some(Until {
            budget: time(budget, USUAL_BUDGET.max(duration)),
            ..until
        })),
        (None, Some(_)) => Err(Fault::at(
            "phases.budget",
            "is spent to know a quantile better; write until = \"p99±5%\" too",
        )),
        (None, None) => Ok(None),
    }
}

fn rate(given: Option<wire::RateText>) -> Rate {
    given.map_or_else(usual_rate, |wire::RateText(rate)| rate)
}

fn usual_rate() -> Rate {
    Rate::per_second(USUAL_RATE).expect("the usual rate is a constant within the bounds of rates")
}

fn time(given: Option<wire::DurationText>, usual: Duration) -> Duration {
    given.map_or(usual, |wire::DurationText(given)| given)
}

// The target and the request timeout.
fn target(target: wire::Target) -> Result<(TargetPlan, Duration), Fault> {
    if target.ready.is_some() && target.command.is_none() {
        let what = "is asked of a target that is started; write command = … too";
        return Err(Fault::at("target.ready", what));
    }
    if target.start_within.is_some() && target.command.is_none() {
        let what = "is about a target that is started; write command = … too";
        return Err(Fault::at("target.start_within", what));
    }
    if target.processors.is_some() && target.url.is_some() {
        let what = "are those of a target that is started, and url names one that runs already";
        return Err(Fault::at("target.processors", what));
    }
    if let Some(what) = target.pprof.as_deref().and_then(crate::target::not_a_base) {
        return Err(Fault::at("target.pprof", what));
    }
    let timeout = time(target.timeout, USUAL_TIMEOUT);
    let plan = TargetPlan {
        url: target.url,
        admin: target.admin,
        pprof: target.pprof,
        request_label: target.request_label,
        profile_hz: target.profile_hz,
        traceparent: target.traceparent.unwrap_or(false),
        command: target.command,
        ready: target.ready,
        start_within: target.start_within.map(|wire::DurationText(given)| given),
        processors: match target.processors {
            None | Some(wire::Processors::Rest) => TargetProcessors::Rest,
            Some(wire::Processors::All) => TargetProcessors::All,
        },
        client: match target.client {
            None | Some(wire::Client::Auto) => ClientChoice::Auto,
            Some(wire::Client::Plain) => ClientChoice::Plain,
            Some(wire::Client::Reqwest) => ClientChoice::Reqwest,
        },
        redirects: target.redirects.unwrap_or(0),
        engine: Vec::new(),
    };
    Ok((plan, timeout))
}

// In order of their names; the engine reads them all before it judges.
fn engine(given: BTreeMap<String, wire::EngineValue>) -> Result<Vec<EngineOption>, Fault> {
    let mut options = Vec::new();
    for (key, value) in given {
        let name = crate::engine::checked(&key)
            .map_err(|what| Fault::at(&format!("engine.{key}"), what))?;
        match value {
            wire::EngineValue::Switch(false) => {}
            wire::EngineValue::Switch(true) => options.push(EngineOption::on(&name)),
            wire::EngineValue::Number(number) => options.push(EngineOption::new(&name, &number)),
            wire::EngineValue::Text(text) => options.push(EngineOption::new(&name, &text)),
            wire::EngineValue::Texts(texts) => {
                options.extend(texts.iter().map(|text| EngineOption::new(&name, text)));
            }
        }
    }
    Ok(options)
}

// The limits that `stats` knows by these keys, in alphabetical order.
fn health(health: wire::Health) -> Vec<(String, f64)> {
    let share = |text: Option<wire::ShareText>| text.map(|wire::ShareText(share)| share);
    let delay = health.send_delay;
    let limits = [
        ("counts", share(health.counts)),
        ("cpu_pressure", share(health.cpu_pressure)),
        ("delivered", share(health.delivered)),
        ("generator_cpu", share(health.generator_cpu)),
        ("late_windows", share(health.late_windows)),
        ("little", share(health.little)),
        ("run_queue", share(health.run_queue)),
        (
            "send_delay",
            delay.map(|wire::DurationText(delay)| delay.as_nanos() as f64),
        ),
        ("steal", share(health.steal)),
        ("throttled_periods", health.throttled_periods.map(f64::from)),
    ];
    let given = limits.into_iter();
    given
        .filter_map(|(key, limit)| Some((key.to_owned(), limit?)))
        .collect()
}

fn data(data: &wire::Data) -> Result<Data, Fault> {
    let pick = match data.pick.as_deref().map(str::trim) {
        None | Some("uniform") => Pick::Uniform,
        Some(text) => zipf(text).map(Pick::Zipf).ok_or_else(|| {
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
        batch: data.batch.unwrap_or(USUAL_BATCH),
    })
}

fn zipf(text: &str) -> Option<f64> {
    let inside = text.strip_prefix("zipf(")?.strip_suffix(')')?;
    let theta: f64 = inside.trim().parse().ok()?;
    (theta > 0.0 && theta <= limits::ZIPF).then_some(theta)
}

fn feeders(given: Vec<wire::Feeder>) -> Result<Vec<crate::journey::Feeder>, Fault> {
    let all = given.into_iter().enumerate();
    all.map(|(at, one)| journey::feeder(one, at)).collect()
}

// A target of one's own needs no scenario: its path is requested.
fn scenarios(given: Vec<wire::Scenario>, has_target: bool) -> Result<Vec<ScenarioChoice>, Fault> {
    if given.is_empty() && has_target {
        return Ok(vec![ScenarioChoice::http()]);
    }
    let all = given.into_iter().enumerate().map(|(at, scenario)| {
        let weight = scenario.weight.unwrap_or(1);
        let (name, journey) = journey::journey(scenario, at)?;
        Ok(ScenarioChoice {
            name,
            weight,
            journey,
        })
    });
    all.collect()
}

impl ScenarioChoice {
    /// One GET of the target's path.
    pub(crate) fn http() -> Self {
        Self {
            name: HTTP.to_owned(),
            weight: 1,
            journey: None,
        }
    }
}

fn thresholds(given: &[wire::Threshold], model: Model) -> Result<Vec<Rule>, Fault> {
    let rules = given.iter().enumerate().map(|(at, one)| {
        let rule = threshold::parse(&one.rule, model).map_err(|error| Fault {
            key: format!("threshold[{at}].rule"),
            error,
        })?;
        let after = one
            .abort_after
            .as_ref()
            .map(|wire::DurationText(after)| *after);
        let abort = match (one.abort, after) {
            (Some(true), after) => Some(after.unwrap_or(Duration::ZERO)),
            (_, None) => None,
            (_, Some(_)) => {
                let key = format!("threshold[{at}].abort_after");
                let called = format!("threshold \"{}\"", rule.text);
                let what = "abort_after delays an abort; write abort = true too";
                return Err(Fault::called(&key, &called, what));
            }
        };
        Ok(Rule { abort, ..rule })
    });
    rules.collect()
}

#[cfg(test)]
mod tests;
