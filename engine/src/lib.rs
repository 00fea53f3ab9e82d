//! The reference system under test: a token ledger over HTTP/1.1.
//!
//! A pure core ([`ledger`], [`amount`]) behind one lock ([`executor`]), and a shell of sockets around it. In memory only in this
//! version: what was answered is lost when the process ends. The engine does not know that it is tested: what embeds the probe
//! here is what any service would embed.
//!
//! ```no_run
//! # fn main() -> Result<(), engine::ServeError> {
//! let bound = engine::bind(engine::Options::default())?;
//! let address = bound.listen_addr();
//! bound.run(std::future::pending())?;
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

pub mod amount;
pub mod executor;
mod http;
pub mod inject;
pub mod journal;
mod json;
pub mod ledger;
mod metrics;
mod options;
mod proto;
mod server;

pub use options::Options;
pub use server::{Bound, ServeError, bind};
