//! The reference system under test: a token ledger over HTTP/1.1.
//!
//! A pure core ([`ledger`], [`amount`]) on a thread of its own ([`executor`]), a journal that makes it durable ([`journal`]), and a
//! shell of sockets around it: what was answered survives the end of the process, however it comes. The engine does not know that it is tested: what embeds the probe
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

pub mod allocator;
pub mod amount;
pub mod args;
pub mod audit;
pub mod codecs;
pub mod evidence;
pub mod executor;
pub mod export;
mod http;
pub mod inject;
pub mod journal;
mod json;
pub mod lab;
pub mod ledger;
mod metrics;
pub mod minting;
pub mod moment;
mod options;
mod pool;
mod proto;
mod server;
pub mod store;
pub mod switches;
pub mod webhook;

pub use options::Options;
pub use server::{Bound, Opened, ServeError, bind};
