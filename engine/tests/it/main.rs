//! The engine as its callers see it: over sockets.
#![allow(clippy::unwrap_used, reason = "tests")]

mod airdrops;
mod batch;
mod binary;
mod commands;
mod child;
mod concurrency;
mod crash;
mod errors;
mod faults;
mod operations;
mod roles;
mod recovery;
mod routes;
mod server;
mod shutdown;
