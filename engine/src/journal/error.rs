//! Why a journal cannot be read or written.

use std::io;
use thiserror::Error;

/// Why a journal cannot be read or written.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The system refuses.
    #[error("cannot {action} {name}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        name: String,
        /// What the system says.
        source: io::Error,
    },
    /// Another process has the directory.
    #[error("the journal in {0} is in use by another process")]
    InUse(String),
    /// Bytes that a crash cannot explain.
    #[error("{name} is damaged at byte {offset}: {what}")]
    Damaged {
        /// The file.
        name: String,
        /// Where.
        offset: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// Cutting the damaged end would lose what was known to be durable.
    #[error(
        "the journal is whole up to sequence {found} only, but {watermark} was durable: what was acknowledged is damaged in {name} \
         at byte {offset}"
    )]
    BelowWatermark {
        /// The last readable sequence.
        found: u64,
        /// The sequence that was durable.
        watermark: u64,
        /// The segment that should have more.
        name: String,
        /// Where its readable part ends.
        offset: u64,
    },
    /// The journal begins with other definitions than those that were asked for.
    #[error("the journal begins with other definitions")]
    OtherDefinitions {
        /// Those it has; empty if it has none.
        found: Vec<u8>,
    },
    /// The same for tokens, in words.
    #[error("the journal in this folder is that of {found}, not of {asked}")]
    OtherTokens {
        /// Its tokens.
        found: String,
        /// The tokens that were asked for.
        asked: String,
    },
    /// Tokens that no ledger can have.
    #[error("{0}")]
    Tokens(String),
    /// Replay gave another outcome than the one recorded.
    #[error("divergence at sequence {sequence}: {what}")]
    Divergence {
        /// The entry.
        sequence: u64,
        /// Both outcomes.
        what: String,
    },
}

impl JournalError {
    /// Wraps an error of the system.
    pub(crate) fn io(action: &'static str, name: &str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            action,
            name: name.to_owned(),
            source,
        }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                Some("the next segment of 64 MiB finds no room: free some space")
            }
            Self::Io { .. } | Self::Tokens(_) => None,
            Self::InUse(_) => Some("stop the other engine, or choose another directory"),
            Self::OtherDefinitions { .. } | Self::OtherTokens { .. } => Some(
                "tokens are fixed when a folder is made: start with the same --token flags as then, or choose another folder",
            ),
            Self::Damaged { .. } | Self::BelowWatermark { .. } => {
                Some("nothing was changed; restore the directory from a copy")
            }
            Self::Divergence { .. } => Some(
                "the journal was written under other limits or by another version of the rules",
            ),
        }
    }
}
