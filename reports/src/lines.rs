//! One JSON object per window and line, for `jq` and log pipelines: the cells of [`crate::csv::windows`] under the same names.
//!
//! A stable contract, described by [`WINDOW_SCHEMA`]: keys may be added, none changes its meaning or goes away without a new
//! `schema` value. Figures that a window does not have are `null`.

use crate::rows::{self, Cell, Row};
use record::run::RunRecord;
use serde::Serializer as _;
use serde_json::{Number, Value};

/// JSON Schema (2020-12) of each line.
pub const WINDOW_SCHEMA: &str = include_str!("../schema/window.schema.json");

/// The value of `schema`: the contract's name and version.
pub const WINDOW_VERSION: &str = "loadtest.window/v1";

/// One line per window, all phases, in order.
pub fn windows(record: &RunRecord) -> String {
    let rows = record.windows.iter();
    rows.map(|one| line(&rows::window(record.into(), Some(one))))
        .collect()
}

// A map would sort its keys; a line keeps them in the order of the table.
fn line(row: &Row<'_>) -> String {
    let cells = row.iter().map(|(name, cell)| (name.as_str(), value(*cell)));
    let schema = ("schema", Value::from(WINDOW_VERSION));
    let mut bytes = Vec::new();
    serde_json::Serializer::new(&mut bytes)
        .collect_map(std::iter::once(schema).chain(cells))
        .expect("writing strings and numbers to memory cannot fail");
    bytes.push(b'\n');
    String::from_utf8_lossy(&bytes).into_owned()
}

fn value(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Text(text) => text.into(),
        Cell::Count(n) => n.into(),
        Cell::Number(value) => Number::from_f64(value).map_or(Value::Null, Value::Number),
        Cell::Absent => Value::Null,
    }
}

#[cfg(test)]
mod tests;
