//! The ledger in PostgreSQL, or in what speaks its protocol: the same rules, decided here, on rows loaded for a few commands.
//!
//! A unit of work is load, decide, store: one `SERIALIZABLE` exchange for all commands that waited. It is tried again when it could
//! not be serialised. Nothing is used that CockroachDB or YugabyteDB lack: no extensions, no `FOR UPDATE`, no SQL sequences, no advisory
//! locks, no notifications.
//!
//! Sequences have no gaps, so every unit changes the one row of `token_head`: engines on one database take turns there, and each of
//! them is safe whatever the others do. A hold whose time is over ends in whichever unit comes first. Inside one engine a single
//! thread writes, so nothing conflicts with itself.
//!
//! Every unit adds a row to `token_groups`: a link in the hash chain of this connection, by the journal's own rules, and the proof
//! that the unit was committed, which is asked for when the connection breaks during `COMMIT`.

pub use error::StoreError;
pub use reader::Reader;
pub use session::runtime;
pub use verify::{Verified, verify, verify_blocking};
pub use writer::{Worked, Writer, WriterSetup};

mod audit;
mod chain;
mod error;
mod load;
mod reader;
mod rows;
mod save;
mod schema;
mod session;
mod statements;
mod types;
mod verify;
mod writer;

use crate::ledger::{Limits, TokenSpec};

/// What is the same for all connections of one engine.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Bounds of the whole ledger.
    pub limits: Limits,
    /// Its tokens.
    pub tokens: Vec<TokenSpec>,
}

#[cfg(test)]
mod tests;
