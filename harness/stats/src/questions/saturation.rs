//! Why not double? The most used of the resources that were measured, on either side.

use super::unknown;
use crate::limits::STARVED;
use crate::validity::{generator_share, lock_share};
use crate::words::{count, share};
use record::run::{Model, RunRecord};

/// What is not measured and therefore may be the true limit; locks are where the target tells of them.
fn unseen(record: &RunRecord) -> String {
    match lock_share(record) {
        Some(waits) => format!(
            "waits for locks took {} of the requests' time; disk and network of the target are not measured",
            share(waits)
        ),
        None => "locks, disk and network of the target are not measured".to_owned(),
    }
}

struct Use {
    what: String,
    share: f64,
}

pub(super) fn answer(record: &RunRecord) -> String {
    if record.requests() == 0 {
        return unknown("no request finished");
    }
    if let Some(refused) = held_back(record) {
        return refused;
    }
    let most = uses(record)
        .into_iter()
        .max_by(|one, other| one.share.total_cmp(&other.share));
    match most {
        None => unknown("no resource of either side could be measured"),
        Some(Use { what, share: used }) if used > 0.5 => format!(
            "{} of {what} is in use; double the load would need {}.",
            share(used),
            share(2.0 * used)
        ),
        Some(Use { what, share: used }) => format!(
            "Nothing that was measured forbids it: most used is {what}, to {}; {}. Try it: loadtest capacity.",
            share(used),
            unseen(record)
        ),
    }
}

// What stopped the generator outright needs no comparison.
fn held_back(record: &RunRecord) -> Option<String> {
    let health = &record.health;
    if let Some(limit) = health.local_limits.first() {
        return Some(format!("The generator's machine refused more: {limit}."));
    }
    if let Some(periods) = health.throttled_periods.filter(|periods| *periods > 0) {
        return Some(format!(
            "The generator's CPU quota does not allow it: it was held back {} times.",
            count(periods)
        ));
    }
    let worst = health.run_queue.as_ref();
    let worst = worst.filter(|worst| worst.share > STARVED.of(record))?;
    Some(format!(
        "The generator has no processor to spare: its thread {} waited for one for {} of the time.",
        worst.thread,
        share(worst.share)
    ))
}

fn uses(record: &RunRecord) -> Vec<Use> {
    let named = |what: &str, share: Option<f64>| {
        let share = share.filter(|share| share.is_finite())?;
        let what = what.to_owned();
        Some(Use { what, share })
    };
    let health = &record.health;
    let uses = [
        named("the generator's CPU", generator_share(record)),
        named("the target's CPU", target_share(record)),
        named("the machine's CPU", health.machine_cpu),
        named(
            "the cap on what may be in flight",
            health.in_flight_mean.and_then(|mean| cap(record, mean)),
        ),
    ];
    uses.into_iter().flatten().collect()
}

// Users are the load of the closed model and a cap in the others.
fn cap(record: &RunRecord, mean: f64) -> Option<f64> {
    let users = f64::from(record.plan.users);
    (record.plan.model != Model::Closed && users > 0.0).then(|| mean / users)
}

/// Share of the processors it may use that the target used; where it is not pinned apart from the generator, of all.
pub(super) fn target_share(record: &RunRecord) -> Option<f64> {
    let cpu = record.costs.target_cpu?.as_secs_f64();
    let part = cpu / record.steady.length().as_secs_f64() / target_processors(record);
    part.is_finite().then_some(part)
}

pub(super) fn target_processors(record: &RunRecord) -> f64 {
    let origin = &record.provenance;
    let apart = origin.target_core.is_some() && origin.target_core != origin.generator_core;
    let taken = if apart {
        origin.generator_processors
    } else {
        0
    };
    f64::from(origin.cores.saturating_sub(taken).max(1))
}
