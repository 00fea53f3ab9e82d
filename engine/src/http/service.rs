//! What all handlers share.

use super::error::ApiError;
use crate::executor::Executor;
use crate::ledger::{Command, Ledger, Limits, Outcome};
use crate::metrics::Metrics;
use std::sync::Arc;

/// The ledger behind its lock, its counters, and the bounds to show.
#[derive(Debug)]
pub struct Service {
    executor: Arc<Executor>,
    metrics: Metrics,
    limits: Limits,
    connections_max: usize,
}

impl Service {
    /// A service over an executor whose ledger has these limits.
    pub fn new(
        executor: Arc<Executor>,
        metrics: Metrics,
        limits: Limits,
        connections_max: usize,
    ) -> Self {
        Self {
            executor,
            metrics,
            limits,
            connections_max,
        }
    }

    /// Applies a command and counts the outcome.
    pub(super) fn apply(&self, command: &Command) -> Result<Outcome, ApiError> {
        let outcome = self.executor.apply(command)?;
        self.metrics.count(command.kind(), &outcome);
        Ok(outcome)
    }

    /// Asks the ledger something.
    pub(super) fn read<R>(&self, question: impl FnOnce(&Ledger) -> R) -> Result<R, ApiError> {
        Ok(self.executor.read(question)?)
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) fn connections_max(&self) -> usize {
        self.connections_max
    }
}
