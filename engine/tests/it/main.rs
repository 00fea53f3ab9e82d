//! The engine as its callers see it: over sockets.
#![allow(clippy::unwrap_used, reason = "tests")]

mod airdrops;
mod batch;
mod binary;
mod child;
mod commands;
mod concurrency;
mod counters;
mod crash;
mod errors;
mod faults;
mod knobs;
mod operations;
mod recovery;
mod roles;
mod routes;
mod server;
mod shutdown;
