//! What all handlers share.

use super::body::Form;
use super::error::ApiError;
use crate::codecs::ProtobufReader;
use crate::executor::{Executor, Refused};
use crate::inject::Injector;
use crate::ledger::{Command, Kind, Ledger, Limits, Outcome, Role};
use crate::metrics::Metrics;
use crate::minting::Stage;
use crate::pool::BatchPool;
use crate::switches::Switches;
use axum::http::StatusCode;
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
    knobs: Knobs,
}

/// What may be chosen at the start.
#[derive(Debug)]
pub struct Knobs {
    /// Where mints are prepared.
    pub stage: Stage,
    /// All switches, to read and to show.
    pub switches: Switches,
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
        knobs: Knobs,
    ) -> Self {
        Self {
            executor,
            metrics,
            limits,
            connections_max,
            operator_token,
            injector,
            knobs,
        }
    }

    /// Applies a command.
    pub(super) async fn apply(&self, command: &Command) -> Result<Outcome, ApiError> {
        let applied = match command.kind() {
            Kind::Mint => self.knobs.stage.apply(*command).await,
            _ => self.executor.apply(*command).await,
        };
        self.taken(applied, 1)
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

    pub(super) fn pool(&self) -> &BatchPool {
        self.executor.pool()
    }

    /// What reads protobuf; only asked where it is read.
    pub(super) fn protobuf_reader(&self) -> ProtobufReader {
        let reader = self.knobs.switches.codecs.protobuf;
        reader.unwrap_or(ProtobufReader::Prost)
    }

    /// Refuses a form that is not read.
    pub(super) fn check_form(&self, form: Form) -> Result<(), ApiError> {
        let codecs = &self.knobs.switches.codecs;
        let is_read = match form {
            Form::Json => codecs.json,
            Form::Protobuf => codecs.protobuf.is_some(),
            Form::Raw => codecs.raw,
        };
        if is_read {
            return Ok(());
        }
        let message = format!(
            "this engine was started to read {codecs} only, not {}",
            form.media_type()
        );
        Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "form_unknown",
            message,
        ))
    }

    pub(super) fn switches(&self) -> &Switches {
        &self.knobs.switches
    }

    pub(super) fn stage(&self) -> &Stage {
        &self.knobs.stage
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
