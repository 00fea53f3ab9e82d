//! Was the generator in time, and had it the means to be?

use super::Reason;
use super::load::{delivered, never_full};
use crate::limits::{
    CPU, DELIVERED, LATE, LOCAL, Limit, OLD_LATE, OLD_LATE_SHARE, STALLED, STARVED, WAITED,
};
use crate::words::{count, share};
use record::run::{Ending, Model, RunRecord, pacing_floor_ns, pacing_limit_ns};

pub(super) fn late(record: &RunRecord) -> Option<Reason> {
    if record.plan.model == Model::Closed {
        None
    } else if record.delays.pacing.is_empty() {
        late_by_send_delay(record)
    } else {
        late_by_pacing(record)
    }
}

fn late_by_pacing(record: &RunRecord) -> Option<Reason> {
    let delay = record.delays.pacing.quantile(0.99)?;
    let response = record.response_time().quantile(0.99)?;
    let limit = pacing_limit_ns(floor(record), response);
    (delay > limit).then(|| {
        let text = format!(
            "the generator was late: pacing delay p99 {}, limit {}",
            LATE.show(delay as f64),
            LATE.show(limit as f64)
        );
        Reason::of(&LATE, text)
    })
}

// What the plan says, or what this machine can be asked.
fn floor(record: &RunRecord) -> u64 {
    let moved = record.plan.health_limits.iter();
    let mut moved = moved.filter(|(key, _)| key == LATE.key);
    moved.next().map_or_else(
        || pacing_floor_ns(record.provenance.cores),
        |(_, ns)| *ns as u64,
    )
}

fn late_by_send_delay(record: &RunRecord) -> Option<Reason> {
    let delay = record.send_delay.quantile(0.99)? as f64;
    let response = record.response_time().quantile(0.99)? as f64;
    let limit = OLD_LATE.of(record).max(OLD_LATE_SHARE * response);
    (never_full(record) && delay > limit).then(|| {
        let text = format!(
            "the generator was late: send delay p99 {}, limit {}, with idle users at hand",
            OLD_LATE.show(delay),
            OLD_LATE.show(limit)
        );
        Reason::of(&OLD_LATE, text)
    })
}

pub(super) fn stalled(record: &RunRecord) -> Option<Reason> {
    let (late, all) = (record.health.windows_late, record.health.windows_steady);
    let (part, limit) = (late as f64 / all.max(1) as f64, STALLED.of(record));
    (record.plan.model != Model::Closed && late > 1 && part > limit).then(|| {
        let text = format!(
            "the generator was late in {} of {} windows ({}), limit {}",
            count(late),
            count(all),
            share(part),
            share(limit)
        );
        Reason::of(&STALLED, text)
    })
}

// Sent, not finished: what was sent in time and answered after the end of the phase is no fault of the generator. With slow answers and
// no warm-up that alone would be more than the limit.
pub(super) fn under_delivered(record: &RunRecord) -> Option<Reason> {
    let arrivals = record.arrivals;
    let unsent = arrivals.unsent + arrivals.dropped;
    let sent = 1.0 - unsent as f64 / arrivals.scheduled as f64;
    let ours = record.plan.model != Model::Closed
        && record.ending == Ending::Completed
        && never_full(record);
    (ours && sent < DELIVERED.of(record)).then(|| {
        let text = format!(
            "only {} of the arrivals due were sent, limit {}, with idle users at hand",
            share(sent),
            share(DELIVERED.of(record))
        );
        Reason::of(&DELIVERED, text)
    })
}

/// Share of the generator's processors that it used; `None` where its CPU time is unknown.
pub(crate) fn processor_share(record: &RunRecord) -> Option<f64> {
    let cpu = record.costs.generator_cpu?.as_secs_f64();
    let processors = f64::from(record.provenance.generator_processors.max(1));
    let part = cpu / record.steady.length().as_secs_f64() / processors;
    part.is_finite().then_some(part)
}

// A generator without CPU time to spare that does not deliver is the limit itself, whatever the target looks like.
pub(super) fn saturated(record: &RunRecord) -> Option<Reason> {
    let (used, delivered) = (processor_share(record)?, delivered(record)?);
    let whole = record.ending == Ending::Completed;
    let limit = CPU.of(record);
    (whole && used > limit && delivered < DELIVERED.of(record)).then(|| {
        let text = format!(
            "the generator used {} of the CPU time it may have, limit {}, and achieved {} of the offered load",
            share(used),
            share(limit),
            share(delivered)
        );
        Reason::of(&CPU, text)
    })
}

pub(super) fn busy(record: &RunRecord) -> Option<Reason> {
    let used = processor_share(record)?;
    let open = record.plan.model != Model::Closed;
    (open && used > CPU.of(record) && saturated(record).is_none()).then(|| {
        Reason::new(
            "generator_busy",
            format!(
                "the generator used {} of the CPU time it may have, and still delivered",
                share(used)
            ),
            "near its limit part of the response time is the generator's own",
        )
    })
}

pub(super) fn starved(record: &RunRecord) -> Option<Reason> {
    waiting(record, &STARVED)
}

/// The same below the limit, where it is not yet a doubt.
pub(super) fn waited(record: &RunRecord) -> Option<Reason> {
    let remark = waiting(record, &WAITED);
    remark.filter(|_| starved(record).is_none())
}

fn waiting(record: &RunRecord, limit: &Limit) -> Option<Reason> {
    let worst = record.health.run_queue.as_ref()?;
    (worst.share > limit.of(record)).then(|| {
        let text = format!(
            "the generator's thread {} waited for a processor for {} of the time, limit {}",
            worst.thread,
            share(worst.share),
            share(limit.of(record))
        );
        Reason::of(limit, text)
    })
}

pub(super) fn local_limit(record: &RunRecord) -> Option<Reason> {
    let met = &record.health.local_limits;
    (!met.is_empty()).then(|| {
        let text = format!("the generator's machine refused: {}", met.join(", "));
        Reason::of(&LOCAL, text)
    })
}
