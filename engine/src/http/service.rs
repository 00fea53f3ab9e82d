//! What all handlers share.

use super::body::Form;
use super::clients::{Clients, Underway};
use super::error::ApiError;
use super::guard::Guard;
use crate::audit::AuditLog;
use crate::codecs::ProtobufReader;
use crate::evidence::{Evidence, SigningKey};
use crate::executor::{Executor, Refused};
use crate::inject::Injector;
use crate::ledger::part::Needs;
use crate::ledger::{Command, Kind, Ledger, Limits, Outcome, Sequence, Status};
use crate::metrics::Metrics;
use crate::minting::Stage;
use crate::options::Options;
use crate::pool::BatchPool;
use crate::store::cache::Cache;
use crate::store::{Faults, StoreUrl};
use crate::switches::Switches;
use crate::webhook::Provider;
use axum::extract::Request;
use axum::http::StatusCode;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The ledger behind its queue, its counters, and the bounds to show.
#[derive(Debug)]
pub struct Service {
    executor: Arc<Executor>,
    metrics: Arc<Metrics>,
    limits: Limits,
    connections_max: usize,
    gate: Gate,
    records: Records,
    /// One export at a time: it reads the whole journal.
    exports: Arc<Semaphore>,
    clients: Clients,
    in_force: BTreeMap<&'static str, String>,
    knobs: Knobs,
    stores: Stores,
}

/// What may be chosen at the start.
#[derive(Debug)]
pub struct Knobs {
    /// Where mints are prepared.
    pub stage: Stage,
    /// All switches, to read and to show.
    pub switches: Switches,
    /// Faults on demand.
    pub injector: Arc<Injector>,
}

/// What is kept besides the ledger for those who look after it.
#[derive(Debug)]
pub struct Records {
    /// The audit log.
    pub audit: Option<Arc<AuditLog>>,
    /// What exports are signed with.
    pub export_key: Option<SigningKey>,
}

/// Who may come in.
#[derive(Debug)]
pub struct Gate {
    /// Operators.
    pub guard: Guard,
    /// Those that deliver webhooks.
    pub providers: Vec<Provider>,
}

/// What stands behind the ledger, or beside it.
#[derive(Debug, Default)]
pub struct Stores {
    /// Where rows lie; `None` for memory and a journal.
    pub store: Option<StoreUrl>,
    /// A cache of accounts.
    pub cache: Option<Arc<Cache>>,
    /// Faults of both.
    pub faults: Arc<Faults>,
}

impl Service {
    /// A service over an executor that was started with these options.
    pub fn new(
        executor: Arc<Executor>,
        metrics: Arc<Metrics>,
        options: &Options,
        gate: Gate,
        records: Records,
        knobs: Knobs,
        stores: Stores,
    ) -> Self {
        Self {
            executor,
            metrics,
            limits: options.limits,
            connections_max: options.connections_max.get(),
            gate,
            records,
            exports: Arc::new(Semaphore::new(1)),
            clients: Clients::new(&options.queue),
            in_force: options.in_force().into_iter().collect(),
            knobs,
            stores,
        }
    }

    /// Counts a request of a client until what is returned is dropped; refuses it if the client has too much under way.
    pub(super) fn enter(&self, request: &Request) -> Result<Option<Underway>, ApiError> {
        self.clients.enter(request).inspect_err(|_| {
            self.metrics.shed(Status::ClientLimited, 1);
        })
    }

    /// Applies a command, recorded with who sent it.
    pub(super) async fn apply(
        &self,
        command: &Command,
        evidence: Evidence,
    ) -> Result<Outcome, ApiError> {
        let applied = match command.kind() {
            Kind::Mint => self.knobs.stage.apply(*command, evidence).await,
            _ => self.executor.apply_from(*command, evidence).await,
        };
        self.taken(applied, 1)
    }

    /// Applies commands in order; the outcomes come in the same order.
    pub(super) async fn apply_batch(
        &self,
        commands: Vec<Command>,
        evidence: Evidence,
    ) -> Result<Vec<Outcome>, ApiError> {
        let count = commands.len() as u64;
        let applied = self.executor.apply_batch_from(commands, evidence).await;
        self.taken(applied, count)
    }

    /// Counts commands, or a read, that were not taken.
    fn taken<T>(&self, result: Result<T, Refused>, count: u64) -> Result<T, ApiError> {
        result.map_err(|refused| {
            self.metrics.refused(refused, count);
            ApiError::from(refused)
        })
    }

    pub(super) fn records(&self) -> &Records {
        &self.records
    }

    /// The right to export, until it is dropped.
    pub(super) fn begin_export(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        Arc::clone(&self.exports)
            .try_acquire_owned()
            .map_err(|_| ApiError::busy("another export is under way"))
    }

    pub(super) fn guard(&self) -> &Guard {
        &self.gate.guard
    }

    /// The one that delivers under that name.
    pub(super) fn provider(&self, name: &str) -> Option<&Provider> {
        let mut providers = self.gate.providers.iter();
        providers.find(|provider| provider.name() == name)
    }

    /// Asks the ledger something.
    pub(super) async fn read<R: Send + 'static>(
        &self,
        needs: Needs,
        question: impl FnOnce(&Ledger) -> R + Send + 'static,
    ) -> Result<R, ApiError> {
        self.taken(self.executor.read(needs, question).await, 1)
    }

    /// Asks the ledger something that rests on a certain entry: the answer waits for no other.
    pub(super) async fn read_seen<R: Send + 'static>(
        &self,
        needs: Needs,
        question: impl FnOnce(&Ledger) -> (R, Option<Sequence>) + Send + 'static,
    ) -> Result<R, ApiError> {
        self.taken(self.executor.read_seen(needs, question).await, 1)
    }

    pub(super) fn executor(&self) -> &Executor {
        &self.executor
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    pub(super) fn injector(&self) -> &Injector {
        &self.knobs.injector
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

    /// Every option that changes what the engine does, by the name of its flag.
    pub(super) fn in_force(&self) -> &BTreeMap<&'static str, String> {
        &self.in_force
    }

    pub(super) fn stores(&self) -> &Stores {
        &self.stores
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) fn connections_max(&self) -> usize {
        self.connections_max
    }
}
