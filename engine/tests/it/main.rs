//! The engine as its callers see it: over sockets.
#![allow(clippy::unwrap_used, reason = "tests")]

mod airdrops;
mod batch;
mod binary;
mod commands;
mod concurrency;
mod errors;
mod operations;
mod roles;
mod routes;
mod server;
mod shutdown;
