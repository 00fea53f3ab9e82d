//! Where a ledger lies when it does not lie in memory, and a cache beside it.
//!
//! A store keeps rows and decides nothing: the rules run on a [part](crate::ledger::part) of the rows.

pub use faults::{Fault, Faults, Place};
pub use url::{CacheUrl, StoreUrl, UrlError};

pub mod cache;
mod faults;
#[cfg(feature = "postgres")]
pub mod postgres;
mod url;
