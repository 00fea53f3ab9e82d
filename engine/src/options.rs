//! What an engine is started with.

use crate::evidence::{PublicKey, SigningKey};
use crate::executor::{Durability, QueueLimits, SnapshotPolicy};
use crate::inject::Fault;
use crate::ledger::{Limits, TokenSpec};
use crate::store::{CacheUrl, StoreUrl};
use crate::switches::Switches;
use crate::webhook::Provider;
use probe::request::Level;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// The switches of one engine process.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where traffic and `/healthz` are served; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where `/healthz`, `/metrics` and `/debug/pprof` are served; `None` serves them nowhere.
    pub admin: Option<SocketAddr>,
    /// Threads that serve traffic.
    pub worker_threads: NonZeroUsize,
    /// Distance between two allocation samples in allocated bytes; 0 samples none.
    pub alloc_period_bytes: usize,
    /// What the probe keeps of each request: label, record and stall ledger.
    pub request_records: Level,
    /// Open traffic connections; at the bound accepting waits.
    pub connections_max: NonZeroUsize,
    /// How long the head of a request may take from its first byte on.
    pub head_time: Duration,
    /// How long requests that are under way may take after the shutdown began.
    pub drain: Duration,
    /// Bounds of the ledger.
    pub limits: Limits,
    /// How commands become durable.
    pub durability: Durability,
    /// The folder of the journal, made if it does not exist; `None` uses a new one under the system's temporary folder and removes
    /// it at an orderly end.
    pub data: Option<PathBuf>,
    /// The tokens; none for one plain token. A folder is opened only with the tokens that it was made with.
    pub tokens: Vec<TokenSpec>,
    /// When snapshots are made, besides at an orderly end.
    pub snapshots: SnapshotPolicy,
    /// Where rows lie instead of memory and a journal; then [`Options::data`] and [`Options::durability`] mean nothing.
    pub store: Option<StoreUrl>,
    /// A cache of accounts for reads that ask for it.
    pub cache: Option<CacheUrl>,
    /// Bounds of the executor's queue.
    pub queue: QueueLimits,
    /// The knobs.
    pub switches: Switches,
    /// What an operator's requests carry as bearer token; `None` takes everybody for an operator.
    pub operator_token: Option<String>,
    /// The operator's name in audit fields.
    pub operator_name: String,
    /// What the commands of operators must be signed for; `None` takes them unsigned.
    pub operator_key: Option<PublicKey>,
    /// Where the audit log is written; `None` writes none.
    pub audit_log: Option<PathBuf>,
    /// What the regulator's exports are signed with; `None` leaves them unsigned.
    pub export_key: Option<SigningKey>,
    /// Who may deliver webhooks.
    pub webhooks: Vec<Provider>,
    /// Faults on demand.
    pub faults: Vec<Fault>,
    /// Where draws of the faults start.
    pub fault_seed: u64,
}

impl Default for Options {
    /// `127.0.0.1:8080`, no operations listener, one thread for each core, the probe's usual sampling, 4,096 connections, 5 s; group
    /// commit into a temporary folder, no faults.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            admin: None,
            worker_threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            alloc_period_bytes: probe::alloc::DEFAULT_PERIOD_BYTES as usize,
            request_records: Level::Usual,
            connections_max: const { NonZeroUsize::new(4096).expect("not zero") },
            head_time: Duration::from_secs(5),
            drain: Duration::from_secs(5),
            limits: Limits::default(),
            durability: Durability::default(),
            data: None,
            tokens: Vec::new(),
            snapshots: SnapshotPolicy::default(),
            store: None,
            cache: None,
            queue: QueueLimits::default(),
            switches: Switches::default(),
            operator_token: None,
            operator_name: "operator".to_owned(),
            operator_key: None,
            audit_log: None,
            export_key: None,
            webhooks: Vec::new(),
            faults: Vec::new(),
            fault_seed: 0,
        }
    }
}

impl Options {
    /// The options in force, by the name of their flag: what `/v1/info` shows, so that a record says what was measured. Where
    /// something listens or lies is no switch, and a token is nobody's business.
    pub fn in_force(&self) -> Vec<(&'static str, String)> {
        let store = self.store.as_ref().map_or("embedded", |_| "postgres");
        let cache = self.cache.as_ref().map_or("none", |_| "redis");
        let mut all = vec![
            ("journal", self.durability.name().to_owned()),
            ("threads", self.worker_threads.to_string()),
            ("queue-items", self.queue.items.to_string()),
            ("queue-commands", self.queue.commands.to_string()),
            ("alloc-period", self.alloc_period_bytes.to_string()),
            ("request-records", self.request_records.name().to_owned()),
            ("snapshot-segments", self.snapshots.segments.to_string()),
            ("store", store.to_owned()),
            ("cache", cache.to_owned()),
        ];
        all.extend(self.switches.values());
        all
    }
}
