//! What all handlers share.

use super::error::ApiError;
use crate::executor::{Executor, Refused};
use crate::inject::Injector;
use crate::ledger::{Command, Ledger, Limits, Outcome, Role};
use crate::metrics::Metrics;
use std::sync::Arc;

/// The ledger behind its queue, its counters, and the bounds to show.
#[derive(Debug)]
pub struct Service {
    executor: Arc<Executor>,
    metrics: Arc<Metrics>,
    limits: Limits,
    connections_max: usize,
    operator_token: Option<String>,
    injector: Arc<Injector>,
}

impl Service {
    /// A service over an executor whose ledger has these limits.
    pub fn new(
        executor: Arc<Executor>,
        metrics: Arc<Metrics>,
        limits: Limits,
        connections_max: usize,
        operator_token: Option<String>,
        injector: Arc<Injector>,
    ) -> Self {
        Self {
            executor,
            metrics,
            limits,
            connections_max,
            operator_token,
            injector,
        }
    }

    /// Applies a command.
    pub(super) async fn apply(&self, command: &Command) -> Result<Outcome, ApiError> {
        self.taken(self.executor.apply(*command).await, 1)
    }

    /// Applies commands in order; the outcomes come in the same order.
    pub(super) async fn apply_batch(
        &self,
        commands: Vec<Command>,
    ) -> Result<Vec<Outcome>, ApiError> {
        let count = commands.len() as u64;
        self.taken(self.executor.apply_batch(commands).await, count)
    }

    /// Counts commands, or a read, that were not taken.
    fn taken<T>(&self, result: Result<T, Refused>, count: u64) -> Result<T, ApiError> {
        result.map_err(|refused| {
            self.metrics.refused(refused, count);
            ApiError::from(refused)
        })
    }

    /// What a sender with that bearer token may do: without any token on our side everybody is an operator, and whoever shows
    /// none is a holder.
    pub(super) fn role_of(&self, shown: Option<&[u8]>) -> Result<Role, ApiError> {
        match (&self.operator_token, shown) {
            (None, _) => Ok(Role::Operator),
            (Some(_), None) => Ok(Role::Holder),
            (Some(token), Some(shown)) if same_bytes(token.as_bytes(), shown) => Ok(Role::Operator),
            (Some(_), Some(_)) => Err(ApiError::unauthorized("the bearer token is not known")),
        }
    }

    /// Asks the ledger something.
    pub(super) async fn read<R: Send + 'static>(
        &self,
        question: impl FnOnce(&Ledger) -> R + Send + 'static,
    ) -> Result<R, ApiError> {
        self.taken(self.executor.read(question).await, 1)
    }

    pub(super) fn executor(&self) -> &Executor {
        &self.executor
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.metrics
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

/// Whether two texts are equal, in a time that tells nothing about where they differ.
fn same_bytes(one: &[u8], other: &[u8]) -> bool {
    let differing = one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && std::hint::black_box(differing) == 0
}
