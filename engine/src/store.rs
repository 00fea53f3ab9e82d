//! Where a ledger lies when it does not lie in memory, and a cache beside it.
//!
//! A store keeps rows and decides nothing: the rules run on a [part](crate::ledger::part) of the rows.

pub use faults::{Fault, Faults, Place};
pub use url::{CacheUrl, StoreUrl, UrlError};

pub mod cache;
mod faults;
#[cfg(feature = "postgres")]
#[expect(
    clippy::large_futures,
    reason = "they live on the store's own threads, once for each unit of work or connection"
)]
pub mod postgres;
mod url;

#[cfg(test)]
#[path = "../tests/it/servers.rs"]
#[allow(dead_code, reason = "the tests over sockets use the rest")]
mod servers;
