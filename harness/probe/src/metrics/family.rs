//! All series of one family, and the rules for their label values.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use record::catalog::{Family, Kind, Label, Values};

use super::cells::{Counter, Distribution, Gauge};

/// The value that stands for all beyond a label's bound.
pub(crate) const OVERFLOW: &str = "other";

/// One series.
#[derive(Debug, Clone)]
pub(super) enum Series {
    Counter(Counter),
    Gauge(Gauge),
    Histogram(Distribution),
}

impl Series {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Counter => Self::Counter(Counter::default()),
            Kind::Gauge => Self::Gauge(Gauge::default()),
            Kind::Histogram(grid) => Self::Histogram(Distribution::new(grid)),
        }
    }
}

#[derive(Debug, Default)]
struct State {
    series: BTreeMap<Vec<String>, Series>,
    /// The values seen of each bounded label, by its place.
    seen: BTreeMap<usize, BTreeSet<String>>,
}

/// A family with its series.
#[derive(Debug)]
pub(super) struct FamilyCells {
    family: &'static Family,
    state: Mutex<State>,
}

impl FamilyCells {
    pub fn new(family: &'static Family) -> Self {
        Self {
            family,
            state: Mutex::default(),
        }
    }

    pub fn family(&self) -> &'static Family {
        self.family
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The series with these label values, made when first asked for.
    pub fn series(&self, values: &[&str]) -> Series {
        let family = self.family;
        assert_eq!(
            values.len(),
            family.labels.len(),
            "label values of {}",
            family.name
        );
        let mut state = self.state();
        let labels = family.labels.iter().zip(values).enumerate();
        let key = labels
            .map(|(place, (label, value))| state.admit(family, place, label, value))
            .collect();
        let series = state.series.entry(key);
        series.or_insert_with(|| Series::new(family.kind)).clone()
    }

    /// Makes the series of every combination of closed values.
    pub fn precreate(&self) {
        let mut combinations: Vec<Vec<&str>> = vec![Vec::new()];
        for label in self.family.labels {
            let values = closed_values(self.family, label);
            combinations = combinations
                .iter()
                .flat_map(|start| {
                    values
                        .iter()
                        .map(|value| [start.as_slice(), &[value]].concat())
                })
                .collect();
        }
        for values in &combinations {
            self.series(values);
        }
    }

    /// All series in the order of their label values.
    pub fn all(&self) -> Vec<(Vec<String>, Series)> {
        let state = self.state();
        let all = state.series.iter();
        all.map(|(values, series)| (values.clone(), series.clone()))
            .collect()
    }
}

fn closed_values(family: &Family, label: &Label) -> &'static [&'static str] {
    match label.values {
        Values::Closed(values) => values,
        Values::Bounded(_) => panic!("{}: values of {} are not known", family.name, label.key),
    }
}

impl State {
    /// The value to use for a label: itself, or `other` beyond the bound.
    fn admit(&mut self, family: &Family, place: usize, label: &Label, value: &str) -> String {
        match label.values {
            Values::Closed(values) => {
                let known = values.contains(&value);
                assert!(
                    known,
                    "{}: {} has no value {value:?}",
                    family.name, label.key
                );
                value.to_owned()
            }
            Values::Bounded(most) => {
                let seen = self.seen.entry(place).or_default();
                if value == OVERFLOW || !seen.contains(value) && seen.len() >= most {
                    return OVERFLOW.to_owned();
                }
                seen.insert(value.to_owned());
                value.to_owned()
            }
        }
    }
}
