//! The engine as its callers see it: over sockets.
#![allow(clippy::unwrap_used, reason = "tests")]

mod admission;
mod airdrops;
mod audit;
mod batch;
mod binary;
mod caches;
mod child;
mod commands;
mod concurrency;
mod counters;
mod crash;
mod errors;
mod export;
mod faults;
mod knobs;
mod openapi;
mod operations;
mod recovery;
mod roles;
mod routes;
mod server;
mod servers;
mod shutdown;
#[cfg(feature = "postgres")]
mod stores;
mod webhooks;
