//! What all handlers share.

use super::error::ApiError;
use crate::executor::Executor;
use crate::inject::Injector;
use crate::ledger::{Command, Ledger, Limits, Outcome};
use crate::metrics::Metrics;
use std::sync::Arc;

/// The ledger behind its queue, its counters, and the bounds to show.
#[derive(Debug)]
pub struct Service {
    executor: Arc<Executor>,
    metrics: Metrics,
    limits: Limits,
    connections_max: usize,
    injector: Arc<Injector>,
}

impl Service {
    /// A service over an executor whose ledger has these limits.
    pub fn new(
        executor: Arc<Executor>,
        metrics: Metrics,
        limits: Limits,
        connections_max: usize,
        injector: Arc<Injector>,
    ) -> Self {
        Self {
            executor,
            metrics,
            limits,
            connections_max,
            injector,
        }
    }

    /// Applies a command and counts the outcome.
    pub(super) async fn apply(&self, command: &Command) -> Result<Outcome, ApiError> {
        let outcome = self.executor.apply(*command).await?;
        self.metrics.count(command.kind(), &outcome);
        Ok(outcome)
    }

    /// Asks the ledger something.
    pub(super) async fn read<R: Send + 'static>(
        &self,
        question: impl FnOnce(&Ledger) -> R + Send + 'static,
    ) -> Result<R, ApiError> {
        Ok(self.executor.read(question).await?)
    }

    pub(super) fn executor(&self) -> &Executor {
        &self.executor
    }

    pub(super) fn injector(&self) -> &Injector {
        &self.injector
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) fn connections_max(&self) -> usize {
        self.connections_max
    }
}
