//! The probe at work: this binary installs its allocator, profiles itself and serves itself over HTTP.
#![allow(clippy::unwrap_used, reason = "tests")]

mod admin;
mod alloc;
mod codec;
mod contract;
mod cpu;
mod http;
mod own;
mod request;
mod tail;
mod waiting;

#[global_allocator]
static ALLOCATOR: probe::ProfAlloc<std::alloc::System> = probe::ProfAlloc::new(std::alloc::System);

/// The period of all sampling in this process, in bytes.
const PERIOD_BYTES: u64 = 4096;
