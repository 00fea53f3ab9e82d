//! The bounds of a plan: mistakes are found before a run, not in its ninth minute.

mod load;
mod names;
mod rules;

use crate::error::Fault;
use crate::{ClientChoice, Plan, ScenarioChoice};
use record::quantity::Rate;
use record::run::Model;
use std::fmt::Debug;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Letters of a plan's name.
pub const NAME: usize = 100;
/// Users or slots.
pub const USERS: u32 = 100_000;
/// The least arrivals per second; the most are [`Rate::MAX`].
pub const LEAST_RATE: f64 = 0.001;
/// Warm-up, steady phase and drain, each.
pub const PHASE: Duration = Duration::from_hours(24);
/// The shortest steady phase: anything below is no measurement.
pub const SHORTEST: Duration = Duration::from_millis(100);
/// Transactions after which a steady phase may end.
pub const ITERATIONS: u64 = 1_000_000_000;
/// Request timeout and think time.
pub const WAIT: Duration = Duration::from_hours(1);
/// Prepared accounts.
pub const ACCOUNTS: u32 = 1_000_000;
/// Transfers of one batch.
pub const BATCH: u32 = 8192;
/// Weight of one scenario.
pub const WEIGHT: u32 = 1_000_000;
/// Scenarios in a plan; with their steps they stay below the classes a record may hold.
pub const SCENARIOS: usize = 32;
/// Steps of all scenarios that the plan itself describes: each has histograms of its own.
pub const STEPS: usize = 64;
/// Largest exponent of Zipf's law.
pub const ZIPF: f64 = 10.0;
/// Parts of a shape.
pub const PARTS: usize = 1000;
/// The shortest wave of a sine.
pub const PERIOD: Duration = Duration::from_millis(1);
/// The least time that a target which is started may be given.
pub const START_SHORTEST: Duration = Duration::from_millis(100);
/// Samples of a CPU profile per second of CPU time: what our probe can take.
pub const PROFILE_HZ: u32 = 1000;
/// Redirects that are followed.
pub const REDIRECTS: u32 = 20;
/// Bytes of a template, a variable's value, a command.
pub const TEXT: usize = 1 << 20;
/// Bytes of a regular expression.
pub const PATTERN: usize = 4096;
/// Variables of a plan.
pub const VARS: usize = 1000;
/// Feeders of a plan.
pub const FEEDERS: usize = 32;
/// Values written into a feeder itself.
pub const VALUES: usize = 100_000;
/// Checks of a step, and values taken of its answer, each.
pub const CHECKS: usize = 32;

/// Refuses what is out of bounds, in plans from files and from flags alike.
pub(crate) fn check(plan: &Plan) -> Result<(), Fault> {
    name(&plan.name)?;
    within("phases.warmup", &plan.warmup_most(), Duration::ZERO..=PHASE)?;
    load::shape(plan)?;
    load::iterations(plan)?;
    let length = match plan.shape {
        Some(_) => "schedule.shape",
        None => "phases.duration",
    };
    within(length, &plan.duration, SHORTEST..=PHASE)?;
    within("phases.drain", &plan.drain, Duration::ZERO..=PHASE)?;
    let shortest = Duration::from_nanos(1);
    within("target.timeout", &plan.timeout, shortest..=WAIT)?;
    within("schedule.think", &plan.think, Duration::ZERO..=WAIT)?;
    if let Some(slo) = &plan.slo {
        within("slo", slo, shortest..=WAIT)?;
    }
    if let Some(rate) = plan.rate {
        within("schedule.rate", &rate.get(), LEAST_RATE..=Rate::MAX)?;
    }
    load::until(plan)?;
    users(plan)?;
    within("data.accounts", &plan.data.accounts, 2..=ACCOUNTS)?;
    within("data.batch", &plan.data.batch, 1..=BATCH)?;
    target(plan)?;
    scenarios(&plan.scenarios)?;
    names::check(plan)
}

/// Refuses a plan that nothing can be done with, now that no flag can add to it.
pub(crate) fn complete(plan: &Plan) -> Result<(), Fault> {
    if plan.scenarios.is_empty() {
        let what = "a plan needs one at least; add [[scenario]], or target = { url = … } for one GET of its path";
        return Err(Fault::at("scenario", what));
    }
    names::variables(plan)?;
    rules::check(plan)
}

fn within<T: PartialOrd + Debug>(
    key: &str,
    value: &T,
    bounds: RangeInclusive<T>,
) -> Result<(), Fault> {
    if bounds.contains(value) {
        return Ok(());
    }
    let (least, most) = bounds.into_inner();
    Err(Fault::at(
        key,
        format!("{value:?} is not between {least:?} and {most:?}"),
    ))
}

// Of a shape the most users count, and they are in its parts.
fn users(plan: &Plan) -> Result<(), Fault> {
    let key = match (plan.model, &plan.shape) {
        (Model::Open | Model::PartlyOpen, _) => "schedule.max_in_flight",
        (Model::Closed, None) => "schedule.users",
        (Model::Closed, Some(_)) => "schedule.shape",
    };
    within(key, &plan.users, 1..=USERS)
}

fn name(name: &str) -> Result<(), Fault> {
    let letters = name.chars().count();
    if letters > NAME {
        let what = format!("has {letters} letters, {NAME} at most");
        return Err(Fault::at("name", what));
    }
    if name.chars().any(char::is_control) {
        let what = "has line breaks or control characters; write it in one line";
        return Err(Fault::at("name", what));
    }
    Ok(())
}

fn target(plan: &Plan) -> Result<(), Fault> {
    let target = &plan.target;
    within("target.redirects", &target.redirects, 0..=REDIRECTS)?;
    if let Some(hz) = target.profile_hz {
        within("target.profile_hz", &hz, 1..=PROFILE_HZ)?;
    }
    if target.redirects > 0 && target.client != ClientChoice::Reqwest {
        let what = "redirects are followed by one client only; write client = \"reqwest\" too";
        return Err(Fault::at("target.redirects", what));
    }
    if target.is_given() && !target.engine.is_empty() {
        let what =
            "is for the reference engine that a run starts; remove it, or the target of your own";
        return Err(Fault::at("engine", what));
    }
    let Some(command) = &target.command else {
        return Ok(());
    };
    if target.url.is_some() {
        let what = "does not go with url: one starts the target, the other finds it";
        return Err(Fault::at("target.command", what));
    }
    if !command.contains("{port}") || command.len() > TEXT {
        let what = format!(
            "\"{}\" has no {{port}} where the target is told which port to listen on",
            command.chars().take(60).collect::<String>()
        );
        return Err(Fault::at("target.command", what));
    }
    within(
        "target.start_within",
        &target.start_within(),
        START_SHORTEST..=WAIT,
    )?;
    match &target.ready {
        Some(path) if !path.starts_with('/') => {
            let what = format!("path \"{path}\" does not begin with /");
            Err(Fault::at("target.ready", what))
        }
        _ => Ok(()),
    }
}

fn scenarios(all: &[ScenarioChoice]) -> Result<(), Fault> {
    if all.len() > SCENARIOS {
        let what = format!("{} are too many; {SCENARIOS} at most", all.len());
        return Err(Fault::at("scenario", what));
    }
    for (at, choice) in all.iter().enumerate() {
        let called = format!("scenario \"{}\"", choice.name);
        if !(1..=WEIGHT).contains(&choice.weight) {
            let what = format!("weight {} is not between 1 and {WEIGHT}", choice.weight);
            return Err(Fault::called(
                &format!("scenario[{at}].weight"),
                &called,
                what,
            ));
        }
        if all[..at].iter().any(|other| other.name == choice.name) {
            let what = "is there twice; add its weights";
            return Err(Fault::called(
                &format!("scenario[{at}].name"),
                &called,
                what,
            ));
        }
    }
    Ok(())
}
