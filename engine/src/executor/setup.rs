//! Brings an executor up: opens the journal, replays it, starts the threads.

use super::apply::{Apply, now_ns};
use super::balances::Balances;
use super::commit::Commit;
use super::failure::Failure;
use super::keep::Keep;
use super::lanes::Lanes;
use super::open::{Begun, Opened, empty, open};
use super::queue::Queue;
use super::slot::Shared;
use super::snapshots::{SnapshotPolicy, Snapshots};
use super::state::State;
use super::temporary::Temporary;
use super::{Durability, Executor, QueueLimits, Threads};
use crate::inject::Injector;
use crate::journal::{Disk, EngineId, Found, JournalError, Recovered, Storage};
use crate::ledger::{Ledger, Limits, TokenSpec};
use crate::metrics::Metrics;
use crate::pool::BatchPool;
use crate::store::Faults;
use crate::store::cache::Cache;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// What an executor is started with.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// The folder of the journal; `None` makes one under the system's temporary folder and removes it at the end.
    pub data: Option<PathBuf>,
    /// How commands become durable.
    pub durability: Durability,
    /// How balances are kept.
    pub balances: Balances,
    /// Vectors to use again.
    pub pool: Arc<BatchPool>,
    /// Bounds of the queue.
    pub queue: QueueLimits,
    /// Bounds of the ledger.
    pub limits: Limits,
    /// Its tokens; none for one plain token. A journal is opened only with the tokens that it was made with.
    pub tokens: Vec<TokenSpec>,
    /// When snapshots are made.
    pub snapshots: SnapshotPolicy,
    /// Faults on demand.
    pub injector: Arc<Injector>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Where faults of stores are counted.
    pub faults: Arc<Faults>,
    /// What is told about accounts that changed, once that is durable.
    pub cache: Option<Arc<Cache>>,
    /// Where answers of large groups are sent from; `None` sends them from the journal's thread.
    pub runtime: Option<Handle>,
}

/// An executor that is up.
#[derive(Debug)]
pub struct Started {
    /// It.
    pub executor: Executor,
    /// What its journal held; `None` without a journal.
    pub found: Option<Found>,
    /// Where its replay began.
    pub begun: Begun,
    /// Ready with the journal's first error, after which nothing is acknowledged any more.
    pub failed: oneshot::Receiver<JournalError>,
}

/// Bits that differ from start to start: the standard library seeds its hashers from the system's generator.
pub(super) fn random(salt: u8) -> u64 {
    RandomState::new().hash_one(salt)
}

pub(crate) fn fresh_id() -> EngineId {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&random(1).to_le_bytes());
    id[8..].copy_from_slice(&random(2).to_le_bytes());
    EngineId(id)
}

pub(super) fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    let on_thread = move || {
        // The probe's profiles cover the threads that it knows.
        probe::thread::enter();
        // What woke it goes on first, and more work is there when its turn comes.
        probe::thread::work_in_batches();
        let left = work();
        probe::thread::exit();
        left
    };
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(on_thread)
}

fn journal_thread<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, JournalError> {
    spawn(name, work).map_err(JournalError::io("start", name))
}

impl Executor {
    /// Opens the journal, replays it and starts the threads. Blocks meanwhile.
    ///
    /// # Errors
    /// A journal that cannot be had or trusted.
    pub fn start(setup: &Setup) -> Result<Started, JournalError> {
        if setup.durability == Durability::None {
            return Self::in_memory(setup);
        }
        let folder = match &setup.data {
            Some(_) => None,
            None => Some(Temporary::create(&std::env::temp_dir())?),
        };
        let path = folder.as_ref().map_or_else(
            || setup.data.clone().unwrap_or_default(),
            Temporary::journal,
        );
        let storage: Arc<dyn Storage> = Arc::new(Disk::open(&path)?);
        let mut started = Self::on_storage(setup, &storage)?;
        started.executor.folder_path = Some(path);
        let threads = started.executor.threads.get_mut();
        let threads = threads.unwrap_or_else(PoisonError::into_inner);
        if folder.is_none() && setup.snapshots.at_end {
            threads.snapshot = Some((storage, started.begun.snapshot));
        }
        threads.folder = folder;
        Ok(started)
    }

    /// As [`Executor::start`], on any storage.
    pub(super) fn on_storage(
        setup: &Setup,
        storage: &Arc<dyn Storage>,
    ) -> Result<Started, JournalError> {
        let Opened {
            ledger,
            recovered,
            begun,
        } = open(storage, fresh_id(), setup.limits, &setup.tokens)?;
        let Recovered {
            writer,
            watermark,
            found,
        } = recovered;
        let mut parts = Parts::new(setup);
        parts.shared.set_durable(found.last_sequence);
        let keep = Keep {
            watermark,
            reserve: writer.reserve(),
            shared: Arc::clone(&parts.shared),
            queue: Arc::clone(&parts.queue),
            failure: Arc::clone(&parts.failure),
        };
        let time_ns = writer.position().time_ns;
        let commit = Commit {
            writer,
            shared: Arc::clone(&parts.shared),
            injector: Arc::clone(&setup.injector),
            metrics: Arc::clone(&setup.metrics),
            cache: setup.cache.clone(),
            runtime: setup.runtime.clone(),
            failure: Arc::clone(&parts.failure),
        };
        let snapshots = Snapshots {
            storage: Arc::clone(storage),
            limits: setup.limits,
            tokens: setup.tokens.clone(),
            policy: setup.snapshots,
            failure: Arc::clone(&parts.failure),
            last: begun.snapshot,
        };
        let (ended, end) = channel();
        let (stopped, stop) = channel();
        let commit = journal_thread("engine-journal", move || commit.run())?;
        let keep = journal_thread("engine-keeper", move || keep.run(&end))?;
        let threads = Threads {
            apply: Some(parts.apply(setup, ledger, time_ns)?),
            commit: Some(commit),
            keep: Some((ended, keep)),
            snapshots: Some((
                stopped,
                journal_thread("engine-snapshot", move || snapshots.run(&stop))?,
            )),
            ..Threads::default()
        };
        Ok(parts.started(setup, threads, Some((found, begun))))
    }

    fn in_memory(setup: &Setup) -> Result<Started, JournalError> {
        let mut parts = Parts::new(setup);
        let ledger = empty(setup.limits, &setup.tokens)?;
        let threads = Threads {
            apply: Some(parts.apply(setup, ledger, now_ns())?),
            ..Threads::default()
        };
        Ok(parts.started(setup, threads, None))
    }
}

/// What exists before the threads do.
pub(super) struct Parts {
    pub(super) queue: Arc<Queue>,
    /// Of a store: questions for single rows, and for many.
    pub(super) reads: Option<[Arc<Queue>; 2]>,
    /// Of a ledger in memory.
    state: Option<Arc<State>>,
    pub(super) shared: Arc<Shared>,
    failure: Arc<Failure>,
    failed: oneshot::Receiver<JournalError>,
}

impl Parts {
    pub(super) fn new(setup: &Setup) -> Self {
        let queue = Arc::new(Queue::new(setup.queue));
        let shared = Arc::new(Shared::default());
        let (listener, failed) = oneshot::channel();
        let failure = Arc::new(Failure {
            queue: Arc::clone(&queue),
            shared: Arc::clone(&shared),
            listener: Mutex::new(Some(listener)),
        });
        Self {
            queue,
            reads: None,
            state: None,
            shared,
            failure,
            failed,
        }
    }

    fn apply(
        &mut self,
        setup: &Setup,
        ledger: Ledger,
        time_ns: u64,
    ) -> Result<JoinHandle<bool>, JournalError> {
        let lanes = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let lanes = Lanes::new(setup.balances, lanes, &ledger, &setup.pool);
        let lanes = lanes.map_err(JournalError::io("start", "engine-lane"))?;
        let state = Arc::new(State::new(ledger));
        self.state = Some(Arc::clone(&state));
        let apply = Apply {
            pool: Arc::clone(&setup.pool),
            lanes,
            state,
            queue: Arc::clone(&self.queue),
            shared: Arc::clone(&self.shared),
            injector: Arc::clone(&setup.injector),
            metrics: Arc::clone(&setup.metrics),
            cache: setup.cache.clone(),
            durability: setup.durability,
            runtime: setup.runtime.clone(),
            ready: Vec::new(),
            time_ns,
        };
        journal_thread("engine-executor", move || apply.run())
    }

    pub(super) fn started(
        self,
        setup: &Setup,
        threads: Threads,
        found: Option<(Found, Begun)>,
    ) -> Started {
        let (found, begun) = found.unzip();
        Started {
            executor: Executor {
                queue: self.queue,
                reads: self.reads,
                state: self.state,
                shared: self.shared,
                threads: Mutex::new(threads),
                folder_path: None,
                durability: setup.durability,
                balances: setup.balances,
                pool: Arc::clone(&setup.pool),
            },
            found,
            begun: begun.unwrap_or_default(),
            failed: self.failed,
        }
    }
}
