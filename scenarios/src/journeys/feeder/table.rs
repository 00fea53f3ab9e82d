//! The rows of a feeder in memory: one text and where each cell ends in it, or only a range of numbers.

use std::fmt::Write as _;

/// The one column of feeders that have no head line.
const VALUE: &str = "value";

/// Rows and columns of text; at least one of each.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Table {
    /// Whole numbers from `first` on.
    Numbers { first: i64, rows: u64 },
    /// Written down.
    Cells(Cells),
}

/// Cells row by row, without space between them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cells {
    columns: Vec<String>,
    text: String,
    ends: Vec<u32>,
}

impl Table {
    pub(super) fn numbers(from: i64, to: i64) -> Result<Self, String> {
        let rows = i128::from(to) - i128::from(from) + 1;
        match u64::try_from(rows) {
            Ok(rows) if rows > 0 => Ok(Self::Numbers { first: from, rows }),
            _ => Err(format!("numbers {from}..={to} are none, or too many")),
        }
    }

    pub(super) fn values(values: &[String]) -> Result<Self, String> {
        let mut cells = Cells::new(vec![VALUE.to_owned()])?;
        for value in values {
            cells.push(value)?;
        }
        cells.finish()
    }

    pub(super) fn rows(&self) -> u64 {
        match self {
            Self::Numbers { rows, .. } => *rows,
            Self::Cells(cells) => (cells.ends.len() / cells.columns.len()) as u64,
        }
    }

    pub(super) fn columns(&self) -> Vec<&str> {
        match self {
            Self::Numbers { .. } => vec![VALUE],
            Self::Cells(cells) => cells.columns.iter().map(String::as_str).collect(),
        }
    }

    /// The place of a column.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns().into_iter().position(|column| column == name)
    }

    /// Appends the value in `row`, which has to be below [`Table::rows`], and `column`, a place that [`Table::column`] gave.
    pub(super) fn write(&self, row: u64, column: usize, out: &mut String) {
        match self {
            Self::Numbers { first, .. } => {
                // Writing to a String cannot fail.
                let _ = write!(out, "{}", i128::from(*first) + i128::from(row));
            }
            Self::Cells(cells) => out.push_str(cells.get(row, column)),
        }
    }
}

impl Cells {
    /// No row yet. Refuses a head in which a column has no name or the name of another.
    pub(super) fn new(columns: Vec<String>) -> Result<Self, String> {
        if columns.is_empty() {
            return Err("has no columns".to_owned());
        }
        for (at, name) in columns.iter().enumerate() {
            if name.is_empty() {
                return Err(format!("column {} has no name", at + 1));
            }
            if columns[..at].contains(name) {
                return Err(format!("column \"{name}\" is there twice"));
            }
        }
        Ok(Self {
            columns,
            text: String::new(),
            ends: Vec::new(),
        })
    }

    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The next cell, row by row.
    pub(super) fn push(&mut self, cell: &str) -> Result<(), String> {
        self.text.push_str(cell);
        let end = u32::try_from(self.text.len()).map_err(|_| "has more than 4 GiB of values")?;
        self.ends.push(end);
        Ok(())
    }

    /// The table, if there is a row in it.
    pub(super) fn finish(self) -> Result<Table, String> {
        if self.ends.is_empty() {
            return Err("has no rows".to_owned());
        }
        Ok(Table::Cells(self))
    }

    fn get(&self, row: u64, column: usize) -> &str {
        let at = row as usize * self.columns.len() + column;
        let from = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[from as usize..self.ends[at] as usize]
    }
}

#[cfg(test)]
mod tests;
