//! Can the numbers be trusted? Each reason says value, limit and what to do; the limits are in [`crate::limits`].

use crate::limits::{DELIVERED, GENERATOR_CPU, SAMPLES_BEYOND, SEND_DELAY, SEND_DELAY_SHARE};
use crate::rule::RuleResult;
use record::rule::Term;
use record::run::{Ending, Model, RunRecord};

/// A sentence about a run, with a stable code for scripts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Stable.
    pub code: &'static str,
    /// One sentence with value and limit.
    pub text: String,
    /// What to do.
    pub hint: String,
}

impl Reason {
    pub(crate) fn new(code: &'static str, text: String, hint: &str) -> Self {
        Self {
            code,
            text,
            hint: hint.to_owned(),
        }
    }
}

/// Why the numbers cannot be trusted; empty if they can.
pub(crate) fn reasons(record: &RunRecord, thresholds: &[RuleResult]) -> Vec<Reason> {
    let mut reasons: Vec<_> = [
        ending(record),
        conservation(record),
        no_data(record),
        late(record),
        under_delivered(record),
        saturated(record),
    ]
    .into_iter()
    .flatten()
    .collect();
    if record.requests() > 0 {
        reasons.extend(thresholds.iter().filter_map(too_few));
    }
    reasons
}

/// What does not spoil the numbers, and must be known to read them.
pub(crate) fn remarks(record: &RunRecord) -> Vec<Reason> {
    [overloaded(record), busy_generator(record)]
        .into_iter()
        .flatten()
        .collect()
}

fn ending(record: &RunRecord) -> Option<Reason> {
    match &record.ending {
        Ending::Completed | Ending::Interrupted => None,
        Ending::TargetDied(why) => Some(Reason::new(
            "target_died",
            format!("the target died: {why}"),
            "the numbers are those until then",
        )),
        Ending::Failed(why) => Some(Reason::new(
            "generator_failed",
            format!("the generator failed: {why}"),
            "please report this",
        )),
    }
}

fn conservation(record: &RunRecord) -> Option<Reason> {
    let arrivals = record.arrivals;
    (!arrivals.is_conserved()).then(|| {
        Reason::new(
            "recording_inconsistent",
            format!(
                "{} arrivals were due and {} are accounted for",
                arrivals.scheduled,
                arrivals.accounted()
            ),
            "please report this",
        )
    })
}

fn no_data(record: &RunRecord) -> Option<Reason> {
    (record.requests() == 0).then(|| {
        let due = record.arrivals.scheduled;
        Reason::new(
            "no_data",
            format!("no request of the steady phase finished ({due} arrivals were due)"),
            "is the phase long enough, and the target alive?",
        )
    })
}

// With a user idle at the end of every window an arrival never had to wait for one, so what send delay there is, is ours.
fn never_full(record: &RunRecord) -> bool {
    record
        .windows
        .iter()
        .all(|window| window.backlog == 0 && window.in_flight < u64::from(record.plan.users))
}

fn late(record: &RunRecord) -> Option<Reason> {
    let delay = record.send_delay.quantile(0.99)? as f64;
    let response = record.response_time().quantile(0.99)? as f64;
    let limit = (SEND_DELAY.as_nanos() as f64).max(SEND_DELAY_SHARE * response);
    let late = record.plan.model == Model::Open && never_full(record) && delay > limit;
    late.then(|| {
        Reason::new(
            "generator_late",
            format!("the generator was late: send delay p99 {:.1} ms, limit {:.1} ms, with idle users at hand", delay / 1e6, limit / 1e6),
            "give the generator a processor of its own, or offer less",
        )
    })
}

// Sent, not finished: what was sent in time and answered after the end of the phase is no fault of the generator. With slow answers and
// no warm-up that alone would be more than the limit.
fn under_delivered(record: &RunRecord) -> Option<Reason> {
    let arrivals = record.arrivals;
    let unsent = arrivals.unsent + arrivals.dropped;
    let share = 1.0 - unsent as f64 / arrivals.scheduled as f64;
    let ours = record.plan.model == Model::Open
        && record.ending == Ending::Completed
        && never_full(record);
    (ours && share < DELIVERED).then(|| {
        Reason::new(
            "under_delivered",
            format!(
                "only {:.1} % of the arrivals due were sent, limit {:.0} %, with idle users at hand",
                share * 100.0,
                DELIVERED * 100.0
            ),
            "the generator is the limit: give it a processor of its own, or offer less",
        )
    })
}

fn too_few(result: &RuleResult) -> Option<Reason> {
    if result.samples == 0 {
        return Some(Reason::new(
            "no_data",
            format!("{} has no samples", result.rule),
            "does the plan run that step often enough?",
        ));
    }
    let Term::Quantile(share) = result.rule.term else {
        return None;
    };
    // Rounded, so that 100 samples leave 10 beyond P90 and not 9.999….
    let beyond = ((1.0 - share) * result.samples as f64 * 1e6).round() / 1e6;
    // A broken rule needs no more samples to be broken.
    (beyond < SAMPLES_BEYOND && result.held != Some(false)).then(|| {
        Reason::new(
            "too_few_samples",
            format!("{}: {} samples leave {beyond:.1} beyond that quantile, {SAMPLES_BEYOND} are needed", result.rule, result.samples),
            "run longer, or judge a lower quantile",
        )
    })
}

/// A run without a good request is not a pass, whatever was demanded of it.
pub(crate) fn all_failed(record: &RunRecord) -> Option<Reason> {
    (record.requests() > 0 && record.requests_ok() == 0).then(|| {
        Reason::new(
            "all_failed",
            format!("all {} requests failed", record.requests()),
            "are path, method and status what the target expects?",
        )
    })
}

// Finished ÷ due, as far as the steady phase went. Says nothing of blame by itself.
fn delivered(record: &RunRecord) -> Option<f64> {
    let offered = record.offered_rate();
    (record.plan.model == Model::Open && offered > 0.0).then(|| record.achieved_rate() / offered)
}

fn overloaded(record: &RunRecord) -> Option<Reason> {
    let share = delivered(record)?;
    (share < DELIVERED && !never_full(record)).then(|| {
        Reason::new(
            "overloaded",
            format!("the target achieved {:.1} % of the offered load; arrivals waited for a free connection", share * 100.0),
            "its limit at this plan is the achieved rate; more connections help only if it has idle capacity",
        )
    })
}

// Share of the generator's processors that it used.
fn generator_share(record: &RunRecord) -> Option<f64> {
    let cpu = record.costs.generator_cpu?.as_secs_f64();
    let processors = f64::from(record.provenance.generator_processors.max(1));
    let share = cpu / record.steady.length().as_secs_f64() / processors;
    share.is_finite().then_some(share)
}

// A generator without CPU time to spare that does not deliver is the limit itself, whatever the target looks like.
fn saturated(record: &RunRecord) -> Option<Reason> {
    let share = generator_share(record)?;
    let delivered = record.achieved_rate() / record.offered_rate();
    let open = record.plan.model == Model::Open && record.ending == Ending::Completed;
    (open && share > GENERATOR_CPU && delivered < DELIVERED).then(|| {
        Reason::new(
            "generator_cpu",
            format!(
                "the generator used {:.0} % of the CPU time it may have and achieved {:.1} % of the offered load",
                share * 100.0,
                delivered * 100.0
            ),
            "the generator is the limit: give it more processors, or offer less",
        )
    })
}

fn busy_generator(record: &RunRecord) -> Option<Reason> {
    let share = generator_share(record)?;
    let open = record.plan.model == Model::Open;
    (open && share > GENERATOR_CPU && saturated(record).is_none()).then(|| {
        Reason::new(
            "generator_busy",
            format!(
                "the generator used {:.0} % of the CPU time it may have, and still delivered",
                share * 100.0
            ),
            "near its limit part of the response time is the generator's own",
        )
    })
}
