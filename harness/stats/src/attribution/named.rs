//! The function to name: the innermost one that most of the increase is in.

use super::costs::Costs;
use super::names::is_plumbing;
use super::{Change, Named};
use crate::signed_rank::{Bounds, p_above};
use std::collections::BTreeSet;

/// The share of the whole increase that is most of it.
const MOST: f64 = 0.5;
/// Where no function has most of it, the share of the largest increase that an inner one must have: nearly all, or it may be another one.
const NEARLY: f64 = 0.95;
/// Of the interval of a share, on either side.
const LEVEL: f64 = 0.025;
/// Shares are looked for between minus and plus this.
const FARTHEST: f64 = 100.0;

/// The function to name among the `listed`; `None` if the whole did not become dearer.
pub(super) fn named(costs: &Costs, listed: &BTreeSet<usize>, total: &Change) -> Option<Named> {
    if total.interval.low <= 0.0 {
        return None;
    }
    let id = innermost(costs, listed, total.estimate)?;
    let (own, whole) = (costs.inclusive[id].differences(), costs.total.differences());
    let share = Change::of(&own).estimate / total.estimate;
    Some(Named {
        function: costs.names[id].clone(),
        called_from: caller(costs, id),
        share,
        share_interval: share_interval(&own, &whole, share),
    })
}

// Inclusive cost only shrinks inwards, so the innermost function is the cheapest. What each must have is a share of the whole, and not of the
// function around it: a caller with much other work is estimated with the noise of all of that, and would lose to its noise what it calls.
fn innermost(costs: &Costs, listed: &BTreeSet<usize>, whole: f64) -> Option<usize> {
    let own = listed
        .iter()
        .copied()
        .filter(|id| !is_plumbing(&costs.names[*id]));
    let grown: Vec<(usize, f64)> = own
        .map(|id| (id, Change::of(&costs.inclusive[id].differences()).estimate))
        .filter(|(_, increase)| *increase > 0.0)
        .collect();
    let largest = grown
        .iter()
        .map(|(_, increase)| *increase)
        .fold(0.0, f64::max);
    let least = if largest < MOST * whole {
        NEARLY * largest
    } else {
        MOST * whole
    };
    let dearness = |id: usize| costs.inclusive[id].mean(1);
    let enough = grown.into_iter().filter(|(_, increase)| *increase >= least);
    // Functions that are always on a stack together cost the same. Stacks are read from the leaf on, so that the later one is the caller.
    let cheapest =
        enough.min_by(|(a, _), (b, _)| dearness(*a).total_cmp(&dearness(*b)).then(a.cmp(b)));
    cheapest.map(|(id, _)| id)
}

// The nearest caller that is not plumbing, along the calls through which most of the increase came.
fn caller(costs: &Costs, id: usize) -> Option<String> {
    let mut seen = BTreeSet::from([id]);
    let mut at = id;
    loop {
        let calls = costs.edges.iter().filter(|((_, called), _)| *called == at);
        let (caller, _) = calls
            .map(|((caller, _), series)| (*caller, series.change()))
            .filter(|(caller, _)| !seen.contains(caller))
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        if !is_plumbing(&costs.names[caller]) {
            return Some(costs.names[caller].clone());
        }
        seen.insert(caller);
        at = caller;
    }
}

// Every share ρ for which "the function changed by ρ of the whole" is not rejected. Both tails are monotone in ρ where the whole grew.
fn share_interval(own: &[f64], whole: &[f64], share: f64) -> Bounds {
    let left = |rho: f64| -> Vec<f64> { own.iter().zip(whole).map(|(f, t)| f - rho * t).collect() };
    let is_too_small = |rho: f64| p_above(&left(rho)) <= LEVEL;
    let is_too_large = |rho: f64| {
        let turned: Vec<f64> = left(rho).iter().map(|one| -one).collect();
        p_above(&turned) <= LEVEL
    };
    Bounds {
        low: edge(share, -FARTHEST, is_too_small),
        high: edge(share, FARTHEST, is_too_large),
    }
}

// Between `inside` and `outside`, where being rejected begins; `outside` itself if even that is not.
fn edge(inside: f64, outside: f64, is_rejected: impl Fn(f64) -> bool) -> f64 {
    let (mut inside, mut outside) = (inside, outside);
    if !is_rejected(outside) {
        return outside;
    }
    for _ in 0..60 {
        let middle = f64::midpoint(inside, outside);
        if is_rejected(middle) {
            outside = middle;
        } else {
            inside = middle;
        }
    }
    inside
}
