//! Cost shift: inlining, renaming and splitting move cost without changing it. A function whose module, file, type or caller did not change
//! as a whole is no news.

use super::Change;
use super::costs::{Belongs, Costs};
use super::tested::Tested;
use std::collections::BTreeSet;

/// What is left of a group's changes when they are added up, at most, where cost only moved.
const LEFT: f64 = 0.2;

/// Inside what cost moved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// A module's path.
    Module(String),
    /// A source file.
    File(String),
    /// A type's path.
    Type(String),
    /// A function that calls both.
    Caller(String),
}

impl Group {
    /// Words for it.
    pub fn told(&self) -> String {
        match self {
            Self::Module(name) => format!("module `{name}`"),
            Self::File(name) => format!("file `{name}`"),
            Self::Type(name) => format!("type `{name}`"),
            Self::Caller(name) => format!("what `{name}` calls"),
        }
    }
}

/// A function whose cost moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// Its plain name.
    pub function: String,
    /// The change of its own inclusive cost.
    pub change: Change,
    /// Inside what.
    pub within: Group,
}

/// Significant functions, told apart.
pub(super) struct Judged {
    pub(super) listed: BTreeSet<usize>,
    pub(super) moved: Vec<Moved>,
}

pub(super) fn told_apart(costs: &Costs, tested: &Tested) -> Judged {
    let mut judged = Judged {
        listed: BTreeSet::new(),
        moved: Vec::new(),
    };
    for one in tested.functions.iter().filter(|one| one.is_significant) {
        match moved_within(costs, one.id) {
            Some(within) => judged.moved.push(Moved {
                function: costs.names[one.id].clone(),
                change: one.inclusive,
                within,
            }),
            None => {
                judged.listed.insert(one.id);
            }
        }
    }
    judged
}

fn moved_within(costs: &Costs, id: usize) -> Option<Group> {
    let change = costs.inclusive[id].change();
    let groups = costs.belongs[id].iter().find(|group| {
        let members = (0..costs.names.len()).filter(|one| costs.belongs[*one].contains(group));
        let gross: f64 = members.map(|one| costs.inclusive[one].change().abs()).sum();
        is_shift(&costs.group_costs[**group].differences(), gross, change)
    });
    let named = groups.map(|group| match &costs.groups[*group] {
        Belongs::Module(name) => Group::Module(name.clone()),
        Belongs::File(name) => Group::File(name.clone()),
        Belongs::Type(name) => Group::Type(name.clone()),
    });
    named.or_else(|| moved_within_caller(costs, id))
}

// The caller through which most of the change goes. What it spends itself is one of its parts: that is where inlined cost goes to.
fn moved_within_caller(costs: &Costs, id: usize) -> Option<Group> {
    let change = costs.inclusive[id].change();
    let calls = costs.edges.iter().filter(|((_, called), _)| *called == id);
    let (caller, _) = calls
        .map(|((caller, _), series)| (*caller, series.change().abs()))
        .filter(|(caller, _)| *caller != id)
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    let called = costs.edges.range((caller, 0)..(caller + 1, 0));
    let gross: f64 = called.map(|(_, series)| series.change().abs()).sum();
    let gross = gross + costs.own[caller].change().abs();
    let moved = is_shift(&costs.inclusive[caller].differences(), gross, change);
    moved.then(|| Group::Caller(costs.names[caller].clone()))
}

// In a large and noisy group the gross change is mostly noise, so at most what moving all of the function would make counts: its cost
// gone in one place and there in another.
fn is_shift(differences: &[f64], gross: f64, function: f64) -> bool {
    let change = Change::of(differences);
    let most = gross.min(2.0 * function.abs());
    !change.excludes_zero() && change.estimate.abs() < LEFT * most
}
