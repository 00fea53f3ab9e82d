//! The table `[schedule]`: rates, users and shapes.

use super::wire;
use crate::error::Fault;
use crate::shape::{Part, Shape};
use crate::{OnFull, Spacing};
use record::run::Model;

/// Refuses keys that change nothing, because their writer believes that they do.
pub(super) fn foreign_keys(schedule: &wire::Schedule, model: Model) -> Result<(), Fault> {
    of_models(schedule, model)?;
    let shaped = schedule.shape.is_some();
    let replayed = matches!(schedule.arrivals, Some(wire::Arrivals::Replay));
    let says = "the shape says it";
    let file = "the file says when each arrival is due";
    let foreign = [
        ("rate", shaped && schedule.rate.is_some(), says),
        ("users", shaped && schedule.users.is_some(), says),
        (
            "start",
            !shaped && schedule.start.is_some(),
            "it is where a shape begins; add shape = [ … ]",
        ),
        ("rate", replayed && schedule.rate.is_some(), file),
        ("shape", replayed && shaped, file),
        (
            "file",
            !replayed && schedule.file.is_some(),
            "it is replayed; write arrivals = \"replay\"",
        ),
    ];
    match foreign.iter().find(|(_, given, _)| *given) {
        Some((key, _, why)) => Err(Fault::at(
            &format!("schedule.{key}"),
            format!("has no meaning here: {why}; remove one of the two"),
        )),
        None => Ok(()),
    }
}

fn of_models(schedule: &wire::Schedule, model: Model) -> Result<(), Fault> {
    use Model::{Closed, Open, PartlyOpen};
    const SCHEDULED: &[Model] = &[Open, PartlyOpen];
    const WAITING: &[Model] = &[Closed, PartlyOpen];
    let keys = [
        ("users", &[Closed][..], schedule.users.is_some()),
        ("think", WAITING, schedule.think.is_some()),
        ("rate", SCHEDULED, schedule.rate.is_some()),
        ("arrivals", SCHEDULED, schedule.arrivals.is_some()),
        ("file", SCHEDULED, schedule.file.is_some()),
        ("max_in_flight", SCHEDULED, schedule.max_in_flight.is_some()),
        ("on_full", SCHEDULED, schedule.on_full.is_some()),
    ];
    let foreign = keys
        .iter()
        .find(|(_, its, given)| *given && !its.contains(&model));
    let Some((key, its, _)) = foreign else {
        return Ok(());
    };
    let what = format!(
        "has no meaning in the {} model; remove it, or write model = \"{}\"",
        model.name(),
        its[0].name()
    );
    Err(Fault::at(&format!("schedule.{key}"), what))
}

pub(super) fn spacing(given: Option<wire::Arrivals>) -> Spacing {
    match given {
        None | Some(wire::Arrivals::Poisson) => Spacing::Poisson,
        Some(wire::Arrivals::Constant) => Spacing::Constant,
        Some(wire::Arrivals::Replay) => Spacing::Replay,
    }
}

pub(super) fn on_full(given: Option<wire::OnFull>) -> OnFull {
    match given {
        None | Some(wire::OnFull::Wait) => OnFull::Wait,
        Some(wire::OnFull::Drop) => OnFull::Drop,
    }
}

/// The shape, if there is one.
pub(super) fn shape(
    parts: Option<Vec<wire::ShapePart>>,
    start: Option<wire::LevelText>,
) -> Result<Option<Shape>, Fault> {
    let Some(parts) = parts else {
        return Ok(None);
    };
    let parts = parts.into_iter().enumerate().map(|(at, given)| {
        let key = format!("schedule.shape[{at}]");
        part(given)
            .map_err(|what| Fault::called(&key, &format!("schedule.shape, part {}", at + 1), what))
    });
    Ok(Some(Shape {
        start: start.map_or(0.0, |wire::LevelText(level)| level),
        parts: parts.collect::<Result<_, _>>()?,
    }))
}

// Exactly the keys of one form.
fn part(given: wire::ShapePart) -> Result<Part, String> {
    let level = |text: Option<wire::LevelText>| text.map(|wire::LevelText(level)| level);
    let time = |text: Option<wire::DurationText>| text.map(|wire::DurationText(time)| time);
    let levels = (
        level(given.ramp_to),
        level(given.spike_to),
        level(given.step_to),
        level(given.sine),
    );
    let times = (
        time(given.over),
        time(given.hold),
        time(given.period),
        time(given.length),
    );
    match (levels, times) {
        ((Some(to), None, None, None), (Some(over), None, None, None)) => {
            Ok(Part::Ramp { to, over })
        }
        ((None, None, None, None), (None, Some(length), None, None)) => Ok(Part::Hold { length }),
        ((None, Some(to), None, None), (None, None, None, Some(length))) => {
            Ok(Part::Spike { to, length })
        }
        ((None, None, Some(to), None), (None, None, None, Some(length))) => {
            Ok(Part::Step { to, length })
        }
        ((None, None, None, Some(amplitude)), (None, None, Some(period), Some(length))) => {
            Ok(Part::Sine {
                amplitude,
                period,
                length,
            })
        }
        _ => Err("is not one part; write { ramp_to = 500, over = \"10s\" }, { hold = \"60s\" }, { spike_to = 900, for = \"2s\" }, { step_to = 300, for = \"5s\" } or { sine = 200, period = \"10s\", for = \"60s\" }".to_owned()),
    }
}
