//! Why an engine does not serve.

use crate::audit::AuditError;
use crate::journal::JournalError;
use std::io;
use std::net::SocketAddr;
use thiserror::Error;

/// Why an engine could not start.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Somebody listens there.
    #[error("address {address} is in use")]
    AddressInUse {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The system refuses the address.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// Another part of this process samples allocations with another period.
    #[error("cannot sample allocations: {0}")]
    Allocations(#[from] probe::alloc::EnableError),
    /// The operations listener cannot start.
    #[error("cannot serve operations: {0}")]
    Admin(#[source] io::Error),
    /// The journal cannot be had or trusted.
    #[error("cannot start from the journal: {0}")]
    Start(#[source] JournalError),
    /// The journal could not be written any more: nothing that was not acknowledged before is.
    #[error("stopped, because the journal failed: {0}")]
    Journal(#[source] JournalError),
    /// The audit log cannot be had.
    #[error("{0}")]
    Audit(#[from] AuditError),
    /// The store cannot be reached, or is not one of this engine's.
    #[cfg(feature = "postgres")]
    #[error("cannot start from the store: {0}")]
    Store(#[source] crate::store::postgres::StoreError),
    /// The worker threads cannot start.
    #[error("cannot run the worker threads: {0}")]
    Runtime(#[source] io::Error),
}

impl ServeError {
    pub(super) fn bind(address: SocketAddr, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::AddrInUse {
            Self::AddressInUse { address }
        } else {
            Self::Bind { address, source }
        }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::AddressInUse { .. } => {
                Some("stop what listens there, or choose another port; port 0 takes a free one")
            }
            Self::Bind { source, .. } => match source.kind() {
                io::ErrorKind::PermissionDenied => {
                    Some("ports below 1024 need a privilege; choose a higher one")
                }
                io::ErrorKind::AddrNotAvailable => Some("this machine does not have that address"),
                _ => None,
            },
            Self::Start(error) | Self::Journal(error) | Self::Audit(AuditError::Journal(error)) => {
                error.hint()
            }
            #[cfg(feature = "postgres")]
            Self::Store(error) => error.hint(),
            Self::Audit(AuditError::Foreign { .. }) => Some(
                "move the file away: the log of this journal is then written from its beginning",
            ),
            Self::Audit(AuditError::NoJournal) => {
                Some("leave out --journal none and --store, or --audit-log")
            }
            Self::Audit(AuditError::Io { .. })
            | Self::Allocations(_)
            | Self::Admin(_)
            | Self::Runtime(_) => None,
        }
    }
}
