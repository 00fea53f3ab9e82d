//! CSV as a table (RFC 4180): a head line, then rows with exactly its columns. Cells keep their spaces.

use super::table::{Cells, Table};
use csv::{ErrorKind, ReaderBuilder, StringRecord};

/// Reads `bytes`; `file` is their name in errors.
pub(super) fn table(bytes: &[u8], file: &str) -> Result<Table, String> {
    let mut reader = ReaderBuilder::new().from_reader(bytes);
    let head = reader.headers().map_err(|e| because(&e, bytes, file))?;
    let columns = head.iter().map(|name| name.trim().to_owned()).collect();
    let mut cells = Cells::new(columns).map_err(|why| format!("{file}:1: {why}"))?;
    let mut row = StringRecord::new();
    while reader
        .read_record(&mut row)
        .map_err(|e| because(&e, bytes, file))?
    {
        for cell in &row {
            cells.push(cell).map_err(|why| format!("{file}: {why}"))?;
        }
    }
    cells.finish().map_err(|why| format!("{file}: {why}"))
}

fn because(error: &csv::Error, bytes: &[u8], file: &str) -> String {
    let why = match error.kind() {
        ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("has {len} cells, the head has {expected_len}"),
        ErrorKind::Utf8 { err, .. } => format!("is not UTF-8 in cell {}", err.field() + 1),
        _ => error.to_string(),
    };
    match error.position() {
        Some(position) => format!("{file}:{}: {why}", line(bytes, position.byte())),
        None => format!("{file}: {why}"),
    }
}

// The line of the first byte of a row: its position is before the empty lines above it.
fn line(bytes: &[u8], byte: u64) -> usize {
    let at = (byte as usize).min(bytes.len());
    let (before, row) = bytes.split_at(at);
    let empty = row.iter().take_while(|b| matches!(b, b'\r' | b'\n'));
    let lines = before.iter().chain(empty).filter(|&&b| b == b'\n');
    1 + lines.count()
}

#[cfg(test)]
mod tests;
