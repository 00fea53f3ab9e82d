//! Tables for spreadsheets and data frames: windows and steps as CSV.
//!
//! RFC 4180: a header, records of equal length that end in CRLF, and quotes around a field that holds a comma, a quote or a
//! line break. Units are in the names of the columns; a figure that the run does not have is an empty field.

use crate::rows::{self, Cell, Row, Run};
use record::run::{RunRecord, Window};
use std::time::Duration;

/// One row per window, all phases.
pub fn windows(record: &RunRecord) -> String {
    let rows = record
        .windows
        .iter()
        .map(|one| rows::window(record.into(), Some(one)));
    table(&rows::window(record.into(), None), rows)
}

/// The header of [`windows`], for a file that grows while the run is on.
pub fn windows_head() -> String {
    let nobody = Run {
        run_id: "",
        started_unix: Duration::ZERO,
    };
    line(
        rows::window(nobody, None)
            .iter()
            .map(|(name, _)| name.clone()),
    )
}

/// One row of [`windows`].
pub fn window(run_id: &str, started_unix: Duration, window: &Window) -> String {
    let run = Run {
        run_id,
        started_unix,
    };
    let row = rows::window(run, Some(window));
    line(row.iter().map(|(_, cell)| field(*cell)))
}

/// One row per step of the steady phase. Arrivals that did not finish belong to no step and are in none of the rows.
pub fn steps(record: &RunRecord) -> String {
    let rows = record.steps.iter().map(|one| rows::step(record, Some(one)));
    table(&rows::step(record, None), rows)
}

// The header stands there without rows too.
fn table<'a>(names: &Row<'_>, rows: impl Iterator<Item = Row<'a>>) -> String {
    let mut text = line(names.iter().map(|(name, _)| name.clone()));
    for row in rows {
        text.push_str(&line(row.iter().map(|(_, cell)| field(*cell))));
    }
    text
}

fn line(fields: impl Iterator<Item = String>) -> String {
    fields.collect::<Vec<_>>().join(",") + "\r\n"
}

fn field(cell: Cell<'_>) -> String {
    match cell {
        Cell::Text(text) => quoted(text),
        Cell::Count(n) => n.to_string(),
        Cell::Number(value) => value.to_string(),
        Cell::Absent => String::new(),
    }
}

fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests;
