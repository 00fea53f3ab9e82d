//! Little's law against the record: mean number at work = rate × mean time at work. The law holds for every system that gets through its
//! load, so where the record breaks it, it is the record (or the generator) that is wrong (J. D. C. Little, 1961; measurement.md §9).

use record::failure::FailureKind;
use record::phase::Phase;
use record::run::{Model, RunRecord, Window};

/// Both sides of the law, in transactions at work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Little {
    /// Counted: sampled in the open model, users in the closed one.
    pub(crate) counted: f64,
    /// From rates and times.
    pub(crate) computed: f64,
    /// What chance and our own wake-ups may do to the residual, beyond the limit.
    pub(crate) forgiven: f64,
}

impl Little {
    /// (counted − computed) ÷ the larger of them: −1..=1.
    pub(crate) fn residual(&self) -> f64 {
        (self.counted - self.computed) / self.counted.max(self.computed)
    }

    /// By how much the residual is beyond what is forgiven.
    pub(crate) fn excess(&self) -> f64 {
        (self.residual().abs() - self.forgiven).max(0.0)
    }
}

/// What is at work longer than this share of the span begins or ends outside of it too often for the sums to be compared.
const LONGEST: f64 = 0.05;
/// Time in which a transaction counts as under way without being at work: waking its task, clearing its slot. Short exchanges would
/// break the law by nothing else.
const OWN_SECONDS: f64 = 50e-6;
/// Standard errors of the sampled mean that are forgiven; samples of a queue are roughly Poisson.
const ERRORS: f64 = 4.0;
/// The most failed transactions, whose times are not kept, for the committed ones to stand for all.
const MOST_FAILED: f64 = 0.01;

/// Sampled mean in flight against rate × time in flight. `None` where it was not sampled or the sums cannot be compared.
pub(crate) fn open(record: &RunRecord) -> Option<Little> {
    let counted = record.health.in_flight_mean?;
    let span = record.steady.length().as_secs_f64();
    if record.plan.model == Model::Closed || span <= 0.0 || cut_off(record, counted) {
        return None;
    }
    let (mut committed, mut failed, mut sum) = (0, 0, 0);
    for one in &record.transactions {
        committed += one.response.count();
        failed += one.failed;
        sum += one.response.sum_ns();
    }
    let all = (committed + failed) as f64;
    let waited = record.delays.pacing.sum_ns() + record.delays.slot_wait.sum_ns();
    if committed == 0 || record.delays.pacing.is_empty() || failed as f64 > MOST_FAILED * all {
        return None;
    }
    // Who pauses between two requests of a transaction is under way, and its pause is in no response time.
    let paused = record.health.paused.as_secs_f64();
    let at_work = (sum as f64 * all / committed as f64 - waited as f64).max(0.0) / 1e9 + paused;
    let computed = at_work / span;
    let comparable = at_work / all <= LONGEST * span && counted.max(computed) > 0.0;
    comparable.then(|| Little {
        counted,
        computed,
        forgiven: (all * OWN_SECONDS / span) / counted.max(computed)
            + sampling_error(computed, record.health.in_flight_samples),
    })
}

fn sampling_error(mean: f64, samples: u64) -> f64 {
    if samples == 0 {
        0.0
    } else {
        ERRORS / (mean.max(f64::MIN_POSITIVE) * samples as f64).sqrt()
    }
}

// Work that lies across the edges of the span: what did not finish, arrivals that waited over an edge, a burst at the end.
fn cut_off(record: &RunRecord, mean: f64) -> bool {
    let last_of = |phase| {
        let windows = record.windows.iter().rev();
        windows.into_iter().find(|window| window.phase == phase)
    };
    let waiting = |window: Option<&Window>| window.is_some_and(|window| window.backlog > 0);
    let end = last_of(Phase::Steady);
    let burst = end.is_some_and(|window| window.in_flight as f64 > 3.0 * mean + 10.0);
    !record.unfinished.is_empty() || waiting(end) || waiting(last_of(Phase::Warmup)) || burst
}

/// Users against rate × (service time + think time). `None` where the record has no such figures or the sums cannot be compared.
pub(crate) fn closed(record: &RunRecord) -> Option<Little> {
    let facts = record.health.closed?;
    let span = record.steady.length().as_secs_f64();
    let unsent = record.failures().contains_key(&FailureKind::Connect);
    let open = record.plan.model != Model::Closed;
    if open || span <= 0.0 || facts.users_mean <= 0.0 || unsent || !record.unfinished.is_empty() {
        return None;
    }
    let exchanges = record.steps.iter();
    let exchanges = exchanges.map(|step| step.ok.service.sum_ns() + step.failed.service.sum_ns());
    let busy = (exchanges.sum::<u128>() + record.delays.connect_wait.sum_ns()) as f64 / 1e9;
    let ended = record.transactions.iter();
    let ended = ended.map(|one| one.committed + one.failed).sum::<u64>() as f64;
    let at_work = busy + ended * facts.think_mean.as_secs_f64();
    let comparable = ended > 0.0 && at_work / ended <= LONGEST * span;
    // Between an answer and the next request a user is the generator's own to wake, which is no stall until it takes longer.
    let own = record.requests() as f64 * OWN_SECONDS / span;
    comparable.then(|| Little {
        counted: facts.users_mean,
        computed: at_work / span,
        forgiven: own / facts.users_mean.max(at_work / span),
    })
}

/// The law of this run's model.
pub(crate) fn of(record: &RunRecord) -> Option<Little> {
    match record.plan.model {
        Model::Closed => closed(record),
        _ => open(record),
    }
}

#[cfg(test)]
mod tests;
