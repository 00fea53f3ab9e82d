//! What can go wrong with an SQL store, and what follows from it.

use crate::ledger::part::PartError;
use crate::store::Fault;
use std::error::Error as _;
use thiserror::Error;
use tokio_postgres::error::SqlState;

/// Why a store did not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The server or the connection to it.
    #[error("{}", told(.0))]
    Sql(#[from] tokio_postgres::Error),
    /// No answer in time.
    #[error("no answer within {0} s")]
    Timeout(u64),
    /// Rows that no engine has written.
    #[error("the rows are not those of a ledger: {0}")]
    Rows(#[from] PartError),
    /// The same, one value.
    #[error("a row holds what no ledger wrote: {0}")]
    Value(&'static str),
    /// The tables are those of another version of this engine.
    #[error("the tables have version {found}, this engine knows {known}")]
    Version {
        /// Of the tables.
        found: i32,
        /// Of this engine.
        known: i32,
    },
    /// A row that was read is not there to be changed, in spite of `SERIALIZABLE`.
    #[error(
        "{table} changed between reading and writing: {expected} rows expected, {found} changed"
    )]
    Changed {
        /// Where.
        table: &'static str,
        /// Rows to change.
        expected: u64,
        /// Rows that were changed.
        found: u64,
    },
    /// The system under this engine.
    #[error("{0}")]
    System(#[from] std::io::Error),
}

/// What the server says, or below that the system; the library's own text names only the step.
fn told(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(server), _) => {
            let detail = server
                .detail()
                .map_or_else(String::new, |text| format!(" ({text})"));
            format!("{}{detail}", server.message())
        }
        (None, Some(source)) => format!("{error}: {source}"),
        (None, None) => error.to_string(),
    }
}

impl StoreError {
    /// As which fault it is counted, if it is one that passes.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            Self::Sql(error) => sql_fault(error),
            Self::Timeout(_) => Some(Fault::Timeout),
            Self::Changed { .. } => Some(Fault::Serialization),
            Self::Rows(_) | Self::Value(_) | Self::Version { .. } | Self::System(_) => None,
        }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Sql(error) if error.code() == Some(&SqlState::INVALID_CATALOG_NAME) => {
                Some("create the database first, for example with createdb")
            }
            Self::Sql(error) if sql_fault(error) == Some(Fault::Connection) => {
                Some("is the server running, and is the address right?")
            }
            Self::Version { .. } => {
                Some("use another database, or the engine that made the tables")
            }
            _ => None,
        }
    }
}

fn sql_fault(error: &tokio_postgres::Error) -> Option<Fault> {
    let Some(state) = error.code() else {
        // Without a state it is the connection, unless a value could not be read.
        return (error.is_closed() || is_io(error)).then_some(Fault::Connection);
    };
    match state.code() {
        // A key that another unit took between our look and our write could also show as a unique violation.
        "40001" | "23505" => Some(Fault::Serialization),
        "40P01" => Some(Fault::Deadlock),
        "57014" => Some(Fault::Timeout),
        "53300" => Some(Fault::Connection),
        // Connection exceptions; and the server starts, stops or was crashed.
        code if code.starts_with("08") || code.starts_with("57P") => Some(Fault::Connection),
        _ => None,
    }
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    // The library's own timeout of a connection has no source and no other mark than its text.
    let source = error.source();
    source.is_some_and(<dyn std::error::Error>::is::<std::io::Error>)
        || error.to_string() == "timeout waiting for server"
}
