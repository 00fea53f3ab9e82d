//! Feeders: tables of values that visits draw rows from. Read and checked before T0, so that nothing of them is a surprise later.

mod delimited;
mod json_lines;
mod permutation;
mod reading;
mod table;

use crate::ScenarioError;
use crate::draw::{Choice, below, purpose, value};
use permutation::permuted;
use plan::journey::{FeederPick, Rows};
use plan::schedule::Arrival;
use plan::{Plan, journey};
use record::run::Model;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use table::Table;

/// Rows for which Zipf's law is tabulated: 8 bytes each.
const MOST_ZIPF_ROWS: u64 = 4_000_000;

/// A feeder made ready.
#[derive(Debug)]
pub(super) struct Feeder {
    name: String,
    table: Table,
    order: Order,
    /// Keeps its draws apart from those of other feeders.
    purpose: u64,
}

/// Which row an arrival gets.
#[derive(Debug)]
enum Order {
    /// Also that of `unique`: whether the rows suffice has been checked before.
    Sequential,
    Shuffle,
    Random,
    Zipf(Choice),
}

impl Feeder {
    fn new(name: &str, table: Table, pick: FeederPick) -> Result<Self, String> {
        let order = match pick {
            FeederPick::Sequential | FeederPick::Unique => Order::Sequential,
            FeederPick::Shuffle => Order::Shuffle,
            FeederPick::Random => Order::Random,
            FeederPick::Zipf(theta) => Order::Zipf(zipf(table.rows(), theta)?),
        };
        Ok(Self {
            name: name.to_owned(),
            table,
            order,
            purpose: purpose(name),
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The place of a column, or what there is instead.
    pub(super) fn column(&self, name: &str) -> Result<usize, String> {
        self.table.column(name).ok_or_else(|| {
            let there = self.table.columns().join(", ");
            format!(
                "feeder \"{}\" has no column \"{name}\"; it has {there}",
                self.name
            )
        })
    }

    /// The row of an arrival.
    pub(super) fn row(&self, seed: u64, arrival: u64) -> u64 {
        let rows = self.table.rows();
        match &self.order {
            Order::Sequential => arrival % rows,
            Order::Shuffle => {
                let key = value(seed, arrival / rows, self.purpose);
                permuted(arrival % rows, rows, key)
            }
            Order::Random => below(value(seed, arrival, self.purpose), u128::from(rows)),
            Order::Zipf(choice) => choice.index(value(seed, arrival, self.purpose)),
        }
    }

    /// Appends a value to `out`.
    pub(super) fn write(&self, row: u64, column: usize, out: &mut String) {
        self.table.write(row, column, out);
    }
}

fn zipf(rows: u64, theta: f64) -> Result<Choice, String> {
    let few = u32::try_from(rows).ok().filter(|_| rows <= MOST_ZIPF_ROWS);
    few.map(|rows| Choice::zipf(rows, theta)).ok_or_else(|| {
        format!(
            "{rows} rows are too many for zipf, {MOST_ZIPF_ROWS} at most; pick random or shuffle"
        )
    })
}

/// The feeders of a plan, made ready.
#[derive(Debug, Default)]
pub struct Feeders(Vec<Arc<Feeder>>);

impl Feeders {
    pub(super) fn named(&self, name: &str) -> Option<&Arc<Feeder>> {
        self.0.iter().find(|feeder| feeder.name == name)
    }
}

/// Reads the feeders of `plan`, whose files are relative to `base`. Refuses what cannot be read, rows that lack columns, and a `unique`
/// feeder with fewer rows than the plan may have arrivals.
pub fn feeders(plan: &Plan, base: &Path) -> Result<Feeders, ScenarioError> {
    let ready = plan.feeders.iter().map(|feeder| {
        let ready = made_ready(feeder, base).and_then(|ready| {
            if feeder.pick == FeederPick::Unique {
                enough(ready.table.rows(), plan)?;
            }
            Ok(Arc::new(ready))
        });
        ready.map_err(|why| ScenarioError::Feeder {
            name: feeder.name.clone(),
            why,
        })
    });
    ready.collect::<Result<_, _>>().map(Feeders)
}

fn made_ready(feeder: &journey::Feeder, base: &Path) -> Result<Feeder, String> {
    let table = match &feeder.rows {
        Rows::File(file) => reading::file(base, file)?,
        Rows::Numbers { from, to } => Table::numbers(*from, *to)?,
        Rows::Values(values) => Table::values(values)?,
    };
    Feeder::new(&feeder.name, table, feeder.pick)
}

// Counted on the schedule itself, not estimated: Poisson arrivals differ from their mean.
fn enough(rows: u64, plan: &Plan) -> Result<(), String> {
    let Some(arrivals) = arrivals(plan, rows) else {
        let hint = "pick shuffle, or offer an open plan";
        return Err(format!(
            "pick unique cannot be promised to users who go on until the time is over; {hint}"
        ));
    };
    if arrivals > rows {
        let hint = "add rows, pick shuffle, or make the plan shorter";
        return Err(format!(
            "pick unique with {rows} rows, and the plan has more arrivals, warm-up included; {hint}"
        ));
    }
    Ok(())
}

/// Arrivals the plan may have, counted to one more than `most`; `None` if the plan does not decide that.
fn arrivals(plan: &Plan, most: u64) -> Option<u64> {
    if plan.model == Model::Closed {
        return None;
    }
    let nanoseconds = |span: Duration| u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
    let (warmup, steady) = (
        nanoseconds(plan.warmup_most()),
        nanoseconds(plan.steady_most()),
    );
    let before = |due: u64| move |arrival: &Arrival| arrival.intended_ns < due;
    let first = plan.warmup_arrivals().take_while(before(warmup));
    let then = plan.steady_arrivals().take_while(before(steady));
    let at_most = usize::try_from(most)
        .unwrap_or(usize::MAX)
        .saturating_add(1);
    Some(first.chain(then).take(at_most).count() as u64)
}

#[cfg(test)]
mod tests;
