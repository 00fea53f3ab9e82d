//! Profiles of rounds turned into cost per request: of each function with what it calls, of what it spends itself, and of the groups that it
//! belongs to.

use super::names::{belongs, plain_name};
use super::{Band, Cost, ProfiledArm, ProfiledRound};
use record::profile::{Frame, Label, LabelValue, Sample};
use record::tail::{self, BAND_LABEL};
use std::collections::{BTreeMap, BTreeSet};

/// The kinds of column that count samples, the first that a profile has.
const COUNTERS: [&str; 2] = ["samples", "contentions"];

/// What can move together (profiling.md, section 9, step 7); what calls a function is looked up in [`Costs::edges`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Belongs {
    Module(String),
    File(String),
    Type(String),
}

/// Cost per request of both arms, per round, baseline first.
#[derive(Debug, Clone, Default)]
pub(super) struct Series(Vec<[f64; 2]>);

impl Series {
    pub(super) fn differences(&self) -> Vec<f64> {
        self.0.iter().map(|[a, b]| b - a).collect()
    }

    /// The mean over rounds of an arm, 0 for the baseline and 1 for the candidate.
    pub(super) fn mean(&self, arm: usize) -> f64 {
        let sum: f64 = self.0.iter().map(|both| both[arm]).sum();
        sum / self.0.len().max(1) as f64
    }

    /// The mean difference.
    pub(super) fn change(&self) -> f64 {
        self.mean(1) - self.mean(0)
    }

    fn add(&mut self, rounds: usize, round: usize, arm: usize, value: f64) {
        self.0.resize(rounds, [0.0; 2]);
        self.0[round][arm] += value;
    }
}

/// All costs of the rounds that have both profiles.
#[derive(Debug, Default)]
pub(super) struct Costs {
    pub(super) rounds: usize,
    pub(super) total: Series,
    /// By function: its name, inclusive and own cost, samples of both arms together where profiles count them, groups.
    pub(super) names: Vec<String>,
    pub(super) inclusive: Vec<Series>,
    pub(super) own: Vec<Series>,
    pub(super) samples: Vec<Option<u64>>,
    pub(super) belongs: Vec<BTreeSet<usize>>,
    /// By group: what it is, the cost of stacks with any of its functions, and the functions.
    pub(super) groups: Vec<Belongs>,
    pub(super) group_costs: Vec<Series>,
    /// By caller and called function, next to each other on a stack.
    pub(super) edges: BTreeMap<(usize, usize), Series>,
    ids: BTreeMap<String, usize>,
    group_ids: BTreeMap<Belongs, usize>,
}

impl Costs {
    pub(super) fn of(rounds: &[ProfiledRound<'_>], cost: Cost, band: Band) -> Option<Self> {
        let usable = rounds.iter().filter_map(|round| {
            let arms = [round.baseline, round.candidate];
            let [a, b] = arms.map(|arm| column(&arm, cost));
            Some((arms, [a?, b?]))
        });
        let usable: Vec<_> = usable.collect();
        if usable.is_empty() {
            return None;
        }
        let mut costs = Self {
            rounds: usable.len(),
            ..Self::default()
        };
        costs.total.add(costs.rounds, 0, 0, 0.0);
        for (round, (arms, columns)) in usable.iter().enumerate() {
            for side in 0..2 {
                costs.arm(&arms[side], columns[side], band, (round, side));
            }
        }
        // A function that no round of the end has still needs a value for it.
        let all = costs
            .inclusive
            .iter_mut()
            .chain(&mut costs.own)
            .chain(&mut costs.group_costs);
        for series in all.chain(costs.edges.values_mut()) {
            series.0.resize(costs.rounds, [0.0; 2]);
        }
        let counted = usable.iter().map(|(arms, _)| {
            let [a, b] = arms.map(|arm| arm.counted);
            Some([a?, b?])
        });
        if let Some(counted) = counted.collect::<Option<Vec<_>>>() {
            costs.total = Series(counted);
        }
        Some(costs)
    }

    fn arm(&mut self, arm: &ProfiledArm<'_>, column: usize, band: Band, at: (usize, usize)) {
        let counter = COUNTERS
            .iter()
            .find_map(|kind| arm.profile.value_index(kind));
        for sample in arm
            .profile
            .samples()
            .iter()
            .filter(|sample| is_in(sample, band))
        {
            let Some(value) = sample.values.get(column).filter(|value| **value != 0) else {
                continue;
            };
            let value = *value as f64 / arm.requests as f64;
            let count = counter.and_then(|at| sample.values.get(at).copied());
            let count = count.and_then(|count| u64::try_from(count).ok());
            let stack: Vec<usize> = arm
                .profile
                .frames(sample)
                .map(|frame| self.id(frame))
                .collect();
            self.sample(&stack, value, count, at);
        }
    }

    // `stack` is leaf first.
    fn sample(
        &mut self,
        stack: &[usize],
        value: f64,
        count: Option<u64>,
        (round, arm): (usize, usize),
    ) {
        let rounds = self.rounds;
        self.total.add(rounds, round, arm, value);
        if let Some(leaf) = stack.first() {
            self.own[*leaf].add(rounds, round, arm, value);
        }
        // Recursion counts once.
        let functions: BTreeSet<usize> = stack.iter().copied().collect();
        let groups: BTreeSet<usize> = functions
            .iter()
            .flat_map(|id| self.belongs[*id].iter().copied())
            .collect();
        let edges: BTreeSet<(usize, usize)> =
            stack.windows(2).map(|two| (two[1], two[0])).collect();
        for id in functions {
            self.inclusive[id].add(rounds, round, arm, value);
            let sum = self.samples[id].zip(count);
            self.samples[id] = sum.map(|(sum, count)| sum.saturating_add(count));
        }
        for id in groups {
            self.group_costs[id].add(rounds, round, arm, value);
        }
        for edge in edges {
            self.edges
                .entry(edge)
                .or_default()
                .add(rounds, round, arm, value);
        }
    }

    fn id(&mut self, frame: Frame<'_>) -> usize {
        let (name, file) = match frame {
            Frame::Address(_) => ("(no name)", ""),
            Frame::Named { function, .. } => {
                let name = if function.name.is_empty() {
                    &function.system_name
                } else {
                    &function.name
                };
                (plain_name(name), function.file.as_str())
            }
        };
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = self.names.len();
        self.ids.insert(name.to_owned(), id);
        self.names.push(name.to_owned());
        self.inclusive.push(Series::default());
        self.own.push(Series::default());
        self.samples.push(Some(0));
        let (module, own_type) = belongs(name);
        let file = Some(file.to_owned()).filter(|file| !file.is_empty());
        let groups = [
            module.map(Belongs::Module),
            own_type.map(Belongs::Type),
            file.map(Belongs::File),
        ];
        let groups = groups
            .into_iter()
            .flatten()
            .map(|group| self.group(group))
            .collect();
        self.belongs.push(groups);
        id
    }

    fn group(&mut self, group: Belongs) -> usize {
        if let Some(id) = self.group_ids.get(&group) {
            return *id;
        }
        let id = self.groups.len();
        self.group_ids.insert(group.clone(), id);
        self.groups.push(group);
        self.group_costs.push(Series::default());
        id
    }
}

fn column(arm: &ProfiledArm<'_>, cost: Cost) -> Option<usize> {
    let found = cost
        .columns()
        .iter()
        .find_map(|kind| arm.profile.value_index(kind));
    found.filter(|_| arm.requests > 0)
}

fn is_in(sample: &Sample, band: Band) -> bool {
    let is_tail = |label: &Label| {
        label.key == BAND_LABEL
            && label.value == LabelValue::Text(tail::Band::GtP99.name().to_owned())
    };
    band == Band::All || sample.labels.iter().any(is_tail)
}
