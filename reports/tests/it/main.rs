//! What the crate promises: contracts that scripts read, and pages that stand by themselves.
#![allow(clippy::unwrap_used, reason = "tests")]

mod backfill;
mod gate;
mod page;
mod realistic;
mod schema;
