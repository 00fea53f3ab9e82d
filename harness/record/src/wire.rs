//! The run record as versioned JSON.
//!
//! Domain types do not know serde; the mirror structs of [`json`] do. Keys carry their unit last. A reader refuses a record that is
//! newer than itself and names both versions.

mod json;

use crate::run::RunRecord;
use serde::Deserialize;
use thiserror::Error;

/// The version this code writes. Version 1 is the first.
pub const SCHEMA: u32 = 1;

/// A record that cannot be read.
#[derive(Debug, Error)]
pub enum RecordError {
    /// Not JSON, or JSON of another shape.
    #[error("not a run record: {0}")]
    Corrupt(String),
    /// Written by a later loadtest.
    #[error(
        "record has schema {found}, newer than this loadtest's {SCHEMA}; read it with the loadtest that wrote it, or a later one"
    )]
    TooNew {
        /// The version found.
        found: u32,
    },
    /// A histogram inside does not decode.
    #[error("record is damaged at {place}: {why}")]
    Damaged {
        /// Where in the record.
        place: String,
        /// What is wrong.
        why: String,
    },
}

#[derive(Deserialize)]
struct Version {
    schema: u32,
}

/// The record as JSON, one line per top-level idea, ending in a line break. The same record gives the same bytes.
pub fn to_json(record: &RunRecord) -> String {
    let mut text = serde_json::to_string_pretty(&json::Record::from(record))
        .expect("the mirror structs have string keys only");
    text.push('\n');
    text
}

/// Reads [`to_json`]'s text back.
pub fn from_json(text: &str) -> Result<RunRecord, RecordError> {
    let corrupt = |e: serde_json::Error| RecordError::Corrupt(e.to_string());
    let Version { schema } = serde_json::from_str(text).map_err(corrupt)?;
    if schema > SCHEMA {
        return Err(RecordError::TooNew { found: schema });
    }
    let record: json::Record = serde_json::from_str(text).map_err(corrupt)?;
    record.try_into()
}

#[cfg(test)]
mod tests;
