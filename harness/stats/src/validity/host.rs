//! Did the machine under the generator let it work?

use super::Reason;
use crate::limits::{OUTSIDE, PRESSURE, STEAL, THROTTLED};
use crate::words::{count, share};
use record::run::RunRecord;

/// Share of the machine's processor time that neither generator nor target used; `None` unless all three are known.
pub fn strangers(record: &RunRecord) -> Option<f64> {
    let part = record.health.machine_cpu? - own(record)?;
    part.is_finite().then_some(part)
}

/// Share of the machine's processor time that neither of two runs at the same time used, generators and targets; `None` unless all are
/// known.
pub fn strangers_to_both(one: &RunRecord, other: &RunRecord) -> Option<f64> {
    let part = strangers(one)? - own(other)?;
    part.is_finite().then_some(part)
}

fn own(record: &RunRecord) -> Option<f64> {
    let costs = &record.costs;
    let own = (costs.generator_cpu? + costs.target_cpu?).as_secs_f64();
    let all = record.steady.length().as_secs_f64() * f64::from(record.provenance.cores.max(1));
    Some(own / all)
}

// Pressure alone is no stranger's doing: generator and target press each other and themselves.
pub(super) fn busy(record: &RunRecord) -> Option<Reason> {
    let (pressure, strangers) = (record.health.cpu_pressure?, strangers(record)?);
    (pressure > PRESSURE.of(record) && strangers > OUTSIDE).then(|| {
        let text = format!(
            "the machine was busy with something else: threads waited for a processor for {} of the time, limit {}, and strangers used {} of its processors",
            share(pressure),
            share(PRESSURE.of(record)),
            share(strangers)
        );
        Reason::of(&PRESSURE, text)
    })
}

pub(super) fn throttled(record: &RunRecord) -> Option<Reason> {
    let periods = record.health.throttled_periods?;
    (periods as f64 > THROTTLED.of(record)).then(|| {
        let text = format!(
            "a CPU quota held the generator back {} times, limit {}",
            count(periods),
            THROTTLED.show(THROTTLED.of(record))
        );
        Reason::of(&THROTTLED, text)
    })
}

pub(super) fn steal(record: &RunRecord) -> Option<Reason> {
    let stolen = record.health.steal?;
    (stolen > STEAL.of(record)).then(|| {
        let text = format!(
            "the hypervisor gave {} of the processor time to others, limit {}",
            share(stolen),
            share(STEAL.of(record))
        );
        Reason::of(&STEAL, text)
    })
}
