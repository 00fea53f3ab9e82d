//! `loadtest dashboards …`: the files around Grafana and Prometheus, servers to look at them with, and past runs for these servers.

mod backfill;
mod export;
mod programs;
mod stack;
mod up;

pub(super) use backfill::backfill;
pub(super) use export::export;
pub(super) use up::up;

/// Where the files and data of a monitoring stack are kept unless a flag says otherwise.
pub(crate) const STACK: &str = "target/loadtest/stack";
