//! Growth that does not stop: what was made at one place in the target and only became more, while the load stayed the same.
//!
//! The test is Mann's for trend (H. B. Mann, "Nonparametric tests against trend", Econometrica 13, 1945), one-sided and exact: of all orders of
//! `n` counts, how many have as many pairs in which the later is the larger. It needs no distribution, and a large number that stays is none.

use record::run::{Ending, LiveObjects, RunRecord};

/// Fewer counts than this prove no growth: eight that all rise have a chance of 1 in 8!.
const FEWEST_COUNTS: usize = 8;
/// Chance of naming a place that does not leak, over all places together.
const CHANCE: f64 = 0.01;
/// Growth up to so many objects is none.
const FEW_OBJECTS: u64 = 16;
/// Growth up to this share of the requests is none: what a request leaves is a connection that was opened late, not a leak.
const FEW_OF_REQUESTS: f64 = 0.001;

/// Objects that only became more.
#[derive(Debug, Clone, PartialEq)]
pub struct Leak<'a> {
    /// Which, and how many there were.
    pub objects: &'a LiveObjects,
    /// The first count and the last.
    pub from_to: (u64, u64),
    /// The chance of such an order without a trend.
    pub p: f64,
}

/// What leaks, the largest growth first. Empty where the load was not level, or nothing was counted.
pub fn leaks(record: &RunRecord) -> Vec<Leak<'_>> {
    let whole = matches!(record.ending, Ending::Completed | Ending::Interrupted);
    if !(whole && record.plan.is_level) {
        return Vec::new();
    }
    let few = (record.requests() as f64 * FEW_OF_REQUESTS).max(FEW_OBJECTS as f64);
    let limit = CHANCE / f64::from(record.insides.places.max(1));
    let found = record.insides.live.iter().filter_map(|objects| {
        let counts = &objects.counts;
        let from_to = (*counts.first()?, *counts.last()?);
        let p = rising(counts)?;
        (p < limit && floor_rise(counts) as f64 > few).then_some(Leak {
            objects,
            from_to,
            p,
        })
    });
    found.collect()
}

/// How much the lowest count of the last quarter is above that of the first: what comes and goes is not in it.
fn floor_rise(counts: &[u64]) -> u64 {
    let quarter = counts.len() / 4;
    let lowest = |counts: &[u64]| counts.iter().min().copied().unwrap_or(0);
    let last = lowest(&counts[counts.len() - quarter..]);
    last.saturating_sub(lowest(&counts[..quarter]))
}

/// The one-sided p-value of Mann's test; equal counts speak against a rise. `None` for too few counts.
fn rising(counts: &[u64]) -> Option<f64> {
    if counts.len() < FEWEST_COUNTS {
        return None;
    }
    let pairs = counts.iter().enumerate().flat_map(|(at, earlier)| {
        let later = counts[at + 1..].iter();
        later.map(move |later| later > earlier)
    });
    let rises = pairs.filter(|rises| *rises).count();
    Some(at_least(counts.len(), rises))
}

/// The share of the orders of `n` different numbers in which at least so many pairs rise. The number that comes last rises over 0 to n − 1 of
/// those before it, each equally often, so the distribution for n is the mean of n shifted ones for n − 1.
fn at_least(n: usize, rises: usize) -> f64 {
    let mut shares = vec![1.0];
    for size in 2..=n {
        let mut next = vec![0.0; shares.len() + size - 1];
        for (at, share) in shares.iter().enumerate() {
            for shift in 0..size {
                next[at + shift] += share / size as f64;
            }
        }
        shares = next;
    }
    shares.iter().skip(rises).sum()
}

#[cfg(test)]
mod tests;
