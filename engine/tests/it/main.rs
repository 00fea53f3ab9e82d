//! The engine as its callers see it: over sockets.
#![allow(clippy::unwrap_used, reason = "tests")]

mod binary;
mod concurrency;
mod errors;
mod operations;
mod routes;
mod server;
mod shutdown;
