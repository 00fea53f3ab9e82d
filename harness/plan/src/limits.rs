//! The bounds of a plan: mistakes are found before a run, not in its ninth minute.

use crate::Plan;
use crate::error::Fault;
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
/// Request timeout and think time.
pub const WAIT: Duration = Duration::from_hours(1);
/// Prepared accounts.
pub const ACCOUNTS: u32 = 1_000_000;
/// Weight of one scenario.
pub const WEIGHT: u32 = 1_000_000;
/// Scenarios in a plan; with their steps they stay below the classes a record may hold.
pub const SCENARIOS: usize = 32;
/// Largest exponent of Zipf's law.
pub const ZIPF: f64 = 10.0;

/// Refuses what is out of bounds, in plans from files and from flags alike.
pub(crate) fn check(plan: &Plan) -> Result<(), Fault> {
    name(&plan.name)?;
    within("phases.warmup", &plan.warmup, Duration::ZERO..=PHASE)?;
    within("phases.duration", &plan.duration, SHORTEST..=PHASE)?;
    within("phases.drain", &plan.drain, Duration::ZERO..=PHASE)?;
    let shortest_timeout = Duration::from_nanos(1);
    within("target.timeout", &plan.timeout, shortest_timeout..=WAIT)?;
    within("schedule.think", &plan.think, Duration::ZERO..=WAIT)?;
    if let Some(rate) = plan.rate {
        within("schedule.rate", &rate.get(), LEAST_RATE..=Rate::MAX)?;
    }
    let users = match plan.model {
        Model::Open => "schedule.max_in_flight",
        Model::Closed => "schedule.users",
    };
    within(users, &plan.users, 1..=USERS)?;
    within("data.accounts", &plan.data.accounts, 2..=ACCOUNTS)?;
    scenarios(plan)
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

fn scenarios(plan: &Plan) -> Result<(), Fault> {
    let all = &plan.scenarios;
    if all.is_empty() {
        let what = "a plan needs one at least; add [[scenario]], or target = { url = … } for one GET of its path";
        return Err(Fault::at("scenario", what));
    }
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
