//! JSON lines as a table: one object a line. The first one names the columns; later ones must have them and may have more, in any order.
//! Strings are values as they are; numbers, booleans, nulls, lists and objects are their JSON.

use super::table::{Cells, Table};
use serde_json::{Map, Value};

/// Reads `bytes`; `file` is their name in errors. Empty lines are skipped.
pub(super) fn table(bytes: &[u8], file: &str) -> Result<Table, String> {
    let mut cells: Option<Cells> = None;
    let lines = (1..).zip(bytes.split(|&b| b == b'\n'));
    for (number, line) in lines.filter(|(_, line)| !line.trim_ascii().is_empty()) {
        let at = |why: String| format!("{file}:{number}: {why}");
        let row = row(line).map_err(at)?;
        if cells.is_none() {
            cells = Some(Cells::new(row.keys().cloned().collect()).map_err(at)?);
        }
        if let Some(cells) = &mut cells {
            append(cells, &row).map_err(at)?;
        }
    }
    let cells = cells.ok_or_else(|| format!("{file}: has no rows"))?;
    cells.finish().map_err(|why| format!("{file}: {why}"))
}

fn row(line: &[u8]) -> Result<Map<String, Value>, String> {
    serde_json::from_slice(line)
        .map_err(|e| format!("is not a JSON object, column {}: {e}", e.column()))
}

fn append(cells: &mut Cells, row: &Map<String, Value>) -> Result<(), String> {
    for at in 0..cells.columns().len() {
        let column = &cells.columns()[at];
        match row.get(column) {
            Some(Value::String(text)) => cells.push(text)?,
            Some(other) => cells.push(&other.to_string())?,
            None => return Err(format!("lacks \"{column}\", which the first row has")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
