//! What the load met: every user busy, a target that does not get through it. Remarks about the target, not doubts about the numbers.

use super::Reason;
use crate::limits::{ACHIEVED, CAP};
use crate::words::{count, share};
use record::run::{Model, RunRecord};

/// With a user idle at the end of every window, and (where it was counted) for every arrival, none had to wait for one: what send delay
/// there is, is the generator's.
pub(super) fn never_full(record: &RunRecord) -> bool {
    let users = u64::from(record.plan.users);
    let idle = record
        .windows
        .iter()
        .all(|window| window.backlog == 0 && window.in_flight < users);
    idle && waited_share(record) <= CAP.of(record)
}

fn waited_share(record: &RunRecord) -> f64 {
    let due = record.arrivals.scheduled;
    record.health.waited_for_user as f64 / due.max(1) as f64
}

pub(super) fn cap_bound(record: &RunRecord) -> Option<Reason> {
    let (waited, limit) = (waited_share(record), CAP.of(record));
    (record.plan.model != Model::Closed && waited > limit).then(|| {
        let text = format!(
            "{} of the arrivals ({}) found all {} users busy, limit {}",
            share(waited),
            count(record.health.waited_for_user),
            count(record.plan.users.into()),
            share(limit)
        );
        Reason::of(&CAP, text)
    })
}

/// Finished ÷ due, as far as the steady phase went; `None` in the closed model. Says nothing of blame by itself.
pub(super) fn delivered(record: &RunRecord) -> Option<f64> {
    let offered = record.offered_rate();
    (record.plan.model != Model::Closed && offered > 0.0).then(|| record.achieved_rate() / offered)
}

pub(super) fn overloaded(record: &RunRecord) -> Option<Reason> {
    let achieved = delivered(record)?;
    (achieved < ACHIEVED.of(record) && !never_full(record)).then(|| {
        let text = format!(
            "the target achieved {:.1} % of the offered load; arrivals waited for a free connection",
            achieved * 100.0
        );
        Reason::of(&ACHIEVED, text)
    })
}
