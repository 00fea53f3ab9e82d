//! Bounds of shapes, and of what extends them.

use super::{ITERATIONS, LEAST_RATE, PARTS, PERIOD, PHASE, SHORTEST, USERS, within};
use crate::error::Fault;
use crate::shape::{Part, Shape};
use crate::{Plan, Replay};
use record::quantity::Rate;
use record::run::Model;

const KEY: &str = "schedule.shape";

/// The shape of a plan, if it has one.
pub(super) fn shape(plan: &Plan) -> Result<(), Fault> {
    let Some(shape) = &plan.shape else {
        return Ok(());
    };
    if shape.parts.is_empty() || shape.parts.len() > PARTS {
        let what = format!("{} parts; 1 to {PARTS} can be", shape.parts.len());
        return Err(Fault::at(KEY, what));
    }
    let most = match plan.model {
        Model::Closed => f64::from(USERS),
        Model::Open | Model::PartlyOpen => Rate::MAX,
    };
    within("schedule.start", &shape.start, 0.0..=most)?;
    for (at, (before, part)) in shape.levels().enumerate() {
        let key = format!("{KEY}[{at}]");
        let called = format!("{KEY}, part {}", at + 1);
        self::part(part, before, most).map_err(|what| Fault::called(&key, &called, what))?;
    }
    offers(shape, plan.model)
}

fn part(part: &Part, before: f64, most: f64) -> Result<(), String> {
    let level = match part {
        Part::Ramp { to, .. } | Part::Spike { to, .. } | Part::Step { to, .. } => *to,
        Part::Hold { .. } => before,
        Part::Sine { amplitude, .. } => before + amplitude,
    };
    if !(0.0..=most).contains(&level) {
        return Err(format!("{level} is not between 0 and {most}"));
    }
    if let Part::Sine {
        amplitude, period, ..
    } = part
    {
        if *amplitude > before || *amplitude < 0.0 {
            return Err(format!(
                "a sine of {amplitude} around {before} goes below 0; {before} at most"
            ));
        }
        if !(PERIOD..=PHASE).contains(period) {
            return Err(format!(
                "period {period:?} is not between {PERIOD:?} and {PHASE:?}"
            ));
        }
    }
    let is_jump = matches!(part, Part::Ramp { .. });
    if part.length().is_zero() && !is_jump {
        return Err("takes no time".to_owned());
    }
    Ok(())
}

// Something at all.
fn offers(shape: &Shape, model: Model) -> Result<(), Fault> {
    let least = match model {
        Model::Closed => 0.5,
        Model::Open | Model::PartlyOpen => LEAST_RATE,
    };
    if shape.most() < least {
        let what = format!("never comes above {}; nothing is offered", shape.most());
        return Err(Fault::at(KEY, what));
    }
    Ok(())
}

/// A steady phase that ends by count: nothing else may say when it ends, and so many must take long enough to be a measurement.
pub(super) fn iterations(plan: &Plan) -> Result<(), Fault> {
    const KEY: &str = "phases.iterations";
    let Some(asked) = plan.iterations else {
        return Ok(());
    };
    within(KEY, &asked.count, 1..=ITERATIONS)?;
    within("phases.duration", &asked.within, SHORTEST..=PHASE)?;
    let others = [
        (plan.shape.is_some(), "a shape"),
        (plan.replay.is_some(), "a file of arrivals"),
        (plan.until.is_some(), "until"),
    ];
    if let Some((_, other)) = others.iter().find(|(given, _)| *given) {
        let what =
            format!("does not go with {other}: each says when the steady phase ends; remove one");
        return Err(Fault::at(KEY, what));
    }
    if plan.duration < SHORTEST {
        let what = format!(
            "{} arrivals take {:?}, too short to measure anything; {SHORTEST:?} at least",
            asked.count, plan.duration
        );
        return Err(Fault::at(KEY, what));
    }
    Ok(())
}

/// What the steady phase is extended for.
pub(super) fn until(plan: &Plan) -> Result<(), Fault> {
    let Some(until) = plan.until else {
        return Ok(());
    };
    within("phases.budget", &until.budget, plan.duration..=PHASE)?;
    if let Some(Replay { file, .. }) = &plan.replay {
        let what = format!("cannot extend a steady phase whose arrivals are those of {file}");
        return Err(Fault::at("phases.until", what));
    }
    let ends = plan.shape.as_ref().map(Shape::last);
    if ends.is_some_and(|level| level <= 0.0) {
        let what = "extends the steady phase at the last level of the shape, and that is 0; end with another";
        return Err(Fault::at("phases.until", what));
    }
    Ok(())
}
