//! The one table of metric names, units and labels.
//!
//! Exposition (`probe`), dashboards and rules, and their tests all read it, so that a name is written once and cannot drift.
//! Names follow Prometheus: owner prefix, base unit, `_total` on counters; label values are closed lists or bounded.

use crate::grid::Grid;

/// What a family is, as Prometheus sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only ever grows; the name ends in `_total`.
    Counter,
    /// A value of the moment.
    Gauge,
    /// Cumulative buckets with the bounds of a [`Grid`].
    Histogram(Grid),
}

/// The base unit of a family; decides the unit a panel shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things counted.
    Count,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Tokens of the reference ledger, rounded to a float: for looking, never for checking.
    Tokens,
    /// A fact: the value is 1, the labels carry the information.
    Info,
}

/// Which values a label may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Exactly these.
    Closed(&'static [&'static str]),
    /// At most this many different ones; what comes after them is counted as `other`.
    Bounded(usize),
}

/// One label of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// The key.
    pub key: &'static str,
    /// The values it may take.
    pub values: Values,
}

/// Whose `/metrics` shows a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The generator (`loadtest`) while a run is on.
    Generator,
    /// Any target that embeds `probe`.
    Target,
    /// Both: facts of a process.
    Process,
    /// The reference engine only.
    Engine,
}

/// One metric family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// The exposition name, unit and `_total` included.
    pub name: &'static str,
    /// Counter, gauge or histogram.
    pub kind: Kind,
    /// Base unit.
    pub unit: Unit,
    /// One sentence; also the first sentence of a panel's description.
    pub help: &'static str,
    /// Label keys in exposition order.
    pub labels: &'static [Label],
    /// Whose `/metrics` shows it.
    pub owner: Owner,
}

const fn closed(key: &'static str, values: &'static [&'static str]) -> Label {
    Label {
        key,
        values: Values::Closed(values),
    }
}

const fn bounded(key: &'static str, most: usize) -> Label {
    Label {
        key,
        values: Values::Bounded(most),
    }
}

macro_rules! families {
    ($($constant:ident = $name:literal, $kind:expr, $unit:ident, $owner:ident, [$($label:expr),*], $help:literal;)*) => {
        $(
            #[doc = $help]
            pub const $constant: Family = Family {
                name: $name,
                kind: $kind,
                unit: Unit::$unit,
                help: $help,
                labels: &[$($label),*],
                owner: Owner::$owner,
            };
        )*
        /// Every family of this part, in the order of owner, then name.
        pub(super) const FAMILIES: &[Family] = &[$($constant),*];
    };
}

mod engine;
mod generator;
mod target;

pub use engine::*;
pub use generator::*;
pub use target::*;

/// Every family, in the order of owner, then name.
pub const CATALOG: &[Family] = &joined::<
    { generator::FAMILIES.len() + target::FAMILIES.len() + engine::FAMILIES.len() },
>(&[generator::FAMILIES, target::FAMILIES, engine::FAMILIES]);

/// The parts one after the other; `N` is the sum of their lengths.
const fn joined<const N: usize>(parts: &[&[Family]]) -> [Family; N] {
    let mut all = [LOADTEST_USERS; N];
    let (mut filled, mut part) = (0, 0);
    while part < parts.len() {
        let mut place = 0;
        while place < parts[part].len() {
            all[filled] = parts[part][place];
            filled += 1;
            place += 1;
        }
        part += 1;
    }
    all
}

/// The family of that exposition name.
pub fn find(name: &str) -> Option<&'static Family> {
    CATALOG.iter().find(|family| family.name == name)
}

#[cfg(test)]
mod tests;
