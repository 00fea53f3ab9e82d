//! Which functions changed: chosen before their differences are looked at, tested, and corrected for being many.

use super::costs::Costs;
use super::names::is_plumbing;
use super::{Change, FEWEST};
use crate::falsely::discoveries;

/// The share of listed functions that may be listed by chance.
const FALSE_SHARE: f64 = 0.05;
/// Most functions looked at.
const MOST: usize = 200;
/// Functions looked at where nothing can be named anyway.
const SHOWN: usize = 20;
/// A change smaller than this share of the whole cost is not listed.
const LEAST_SHARE: f64 = 0.005;
/// Samples of both arms together below which a function is not looked at.
const LEAST_SAMPLES: u64 = 30;

/// A function that was looked at.
#[derive(Debug, Clone)]
pub(super) struct Function {
    pub(super) id: usize,
    pub(super) inclusive: Change,
    pub(super) is_significant: bool,
}

/// The functions that were looked at, the dearest first.
pub(super) struct Tested {
    pub(super) functions: Vec<Function>,
    pub(super) notes: Vec<String>,
}

/// How many functions can be looked at so that a single change can still be found: the smallest two-sided p of n rounds is 2^(1−n).
fn most_candidates(rounds: usize) -> usize {
    let most = FALSE_SHARE * 2_f64.powf(rounds as f64 - 1.0);
    most.min(MOST as f64) as usize
}

pub(super) fn tested(costs: &Costs) -> Tested {
    let names = costs.rounds >= FEWEST;
    let most = if names {
        most_candidates(costs.rounds)
    } else {
        SHOWN
    };
    // Plumbing is never named, and its many wrappers, each as dear as the whole, would leave no place for what is.
    let own = |id: &usize| !is_plumbing(&costs.names[*id]);
    let enough = |id: &usize| costs.samples[*id].is_none_or(|samples| samples >= LEAST_SAMPLES);
    let pooled = |id: usize| costs.inclusive[id].mean(0) + costs.inclusive[id].mean(1);
    let all: Vec<usize> = (0..costs.names.len()).filter(own).collect();
    let mut chosen: Vec<usize> = all.iter().copied().filter(enough).collect();
    let other = all.len() - chosen.len();
    chosen.sort_by(|a, b| {
        let by_cost = pooled(*b).total_cmp(&pooled(*a));
        by_cost.then_with(|| costs.names[*a].cmp(&costs.names[*b]))
    });
    let beyond = chosen.len().saturating_sub(most);
    chosen.truncate(most);
    let changes: Vec<Change> = chosen
        .iter()
        .map(|id| Change::of(&costs.inclusive[*id].differences()))
        .collect();
    let p: Vec<f64> = changes.iter().map(|change| change.p).collect();
    let found = discoveries(&p, FALSE_SHARE);
    let least = LEAST_SHARE * costs.total.mean(0).max(costs.total.mean(1));
    let all = chosen.into_iter().zip(changes).zip(found);
    let functions = all.map(|((id, inclusive), found)| Function {
        id,
        inclusive,
        is_significant: names && found && inclusive.estimate.abs() > least,
    });
    Tested {
        functions: functions.collect(),
        notes: notes(costs.rounds, other, beyond),
    }
}

fn notes(rounds: usize, other: usize, beyond: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if rounds < FEWEST {
        notes.push(format!("{rounds} rounds name no function; {FEWEST} do"));
    }
    if other > 0 {
        notes.push(format!(
            "{other} functions with fewer than {LEAST_SAMPLES} samples were not looked at"
        ));
    }
    if beyond > 0 {
        notes.push(format!(
            "{beyond} cheaper functions were not looked at: {rounds} rounds can tell no more apart"
        ));
    }
    notes
}
