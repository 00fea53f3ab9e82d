//! Sockets, threads and the end: binds both listeners, then serves until told to stop.

mod connections;
mod error;
mod workers;

pub use error::ServeError;

use crate::audit::AuditLog;
use crate::executor::{Begun, Executor, Setup, Started, fresh_id};
use crate::http::{self, BoundedListener, Gate, Guard, Knobs, Records, Service, Stores};
use crate::inject::Injector;
use crate::journal::{Found, JournalError};
use crate::metrics::{self, Metrics};
use crate::minting::Stage;
use crate::options::Options;
use crate::pool::BatchPool;
use crate::store::StoreUrl;
use crate::store::cache::{Cache, compare};
use crate::switches;
use axum::Router;
use probe::metrics::Registry;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use workers::Workers;

/// Binds the listeners; requests wait in the system's queue until [`Bound::run`].
///
/// # Errors
/// An address that cannot be had.
pub fn bind(options: Options) -> Result<Bound, ServeError> {
    let (listener, listen_addr) = listen(options.listen)?;
    let admin = options.admin.map(listen).transpose()?;
    Ok(Bound {
        options,
        listener,
        listen_addr,
        admin,
    })
}

/// Connections that may wait to be accepted; the system may allow fewer.
const WAITING_MAX: i32 = 4096;

fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    TcpListener::bind(address)
        .and_then(|listener| {
            listener.set_nonblocking(true)?;
            // The standard library has room for 128 that wait to be accepted; a thousand callers who come at once are not refused.
            rustix::net::listen(&listener, WAITING_MAX)?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        })
        .map_err(|source| ServeError::bind(address, source))
}

/// An engine that has its addresses and does not serve yet.
#[derive(Debug)]
pub struct Bound {
    options: Options,
    listener: TcpListener,
    listen_addr: SocketAddr,
    admin: Option<(TcpListener, SocketAddr)>,
}

impl Bound {
    /// Where traffic is served, with the port that port 0 became.
    pub fn listen_addr(&self) -> SocketAddr {
        self.listen_addr
    }

    /// Where operations are served, if they are.
    pub fn admin_addr(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(|(_, address)| *address)
    }

    /// Opens and replays the journal. Blocks the calling thread.
    ///
    /// # Errors
    /// What keeps the threads from starting, or a journal that cannot be had or trusted.
    pub fn open(self) -> Result<Opened, ServeError> {
        enable_allocation_samples(self.options.alloc_period_bytes)?;
        probe::request::set_level(self.options.request_records);
        let workers = Workers::new(self.options.worker_threads).map_err(ServeError::Runtime)?;
        let faults = self.options.faults.clone();
        let injector = Arc::new(Injector::new(faults, self.options.fault_seed));
        let registry = registry();
        let metrics = Arc::new(Metrics::new(&registry));
        let stores = stores(&self.options, workers.handle());
        metrics::watch_stores(&registry, Arc::clone(&stores.faults));
        let started = start(
            &self.options,
            &injector,
            &metrics,
            workers.handle(),
            &stores,
        )?;
        Ok(Opened {
            bound: self,
            workers,
            registry,
            metrics,
            injector,
            started,
            stores,
        })
    }

    /// [`Bound::open`] and [`Opened::run`].
    ///
    /// # Errors
    /// As both.
    pub fn run(
        self,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        self.open()?.run(shutdown)
    }
}

/// An engine whose ledger is ready.
#[derive(Debug)]
pub struct Opened {
    bound: Bound,
    workers: Workers,
    registry: Registry,
    metrics: Arc<Metrics>,
    injector: Arc<Injector>,
    started: Started,
    stores: Stores,
}

impl Opened {
    /// Where traffic is served.
    pub fn listen_addr(&self) -> SocketAddr {
        self.bound.listen_addr
    }

    /// Where operations are served, if they are.
    pub fn admin_addr(&self) -> Option<SocketAddr> {
        self.bound.admin_addr()
    }

    /// Calls `make` inside the engine's runtime, for a `shutdown` that is ready before [`Opened::run`] waits for it.
    pub fn inside<R>(&self, make: impl FnOnce() -> R) -> R {
        let _inside = self.workers.handle().enter();
        make()
    }

    /// What the journal held; `None` without a journal.
    pub fn found(&self) -> Option<&Found> {
        self.started.found.as_ref()
    }

    /// Where the replay of the journal began.
    pub fn begun(&self) -> &Begun {
        &self.started.begun
    }

    /// The folder of the journal; `None` without a journal.
    pub fn folder(&self) -> Option<&Path> {
        self.started.executor.folder()
    }

    /// The store that stands for the journal, if one does.
    pub fn store(&self) -> Option<&StoreUrl> {
        self.stores.store.as_ref()
    }

    /// Serves until `shutdown` is ready, then lets requests that are under way finish within [`Options::drain`], and makes
    /// everything durable.
    ///
    /// Blocks the calling thread; must not be called from inside an async runtime.
    ///
    /// # Errors
    /// What keeps the operations listener from starting, and an error of the journal, which ends the engine.
    pub fn run(
        self,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        let Self {
            bound,
            workers,
            registry,
            metrics,
            injector,
            started,
            stores,
        } = self;
        let executor = Arc::new(started.executor);
        metrics::watch_queues(&registry, Arc::clone(&executor));
        if let Some(cache) = &stores.cache {
            let comparing = compare(Arc::downgrade(cache), Arc::downgrade(&executor));
            workers.handle().spawn(comparing);
        }
        let audit = audit_log(&bound.options, &executor)?;
        let router = traffic(
            &bound.options,
            &registry,
            &executor,
            metrics,
            &injector,
            audit.as_ref(),
            stores,
        )?;
        let _admin = bound
            .admin
            .map(|(listener, _)| probe::admin::serve(listener, probe::admin::router(&registry)))
            .transpose()
            .map_err(ServeError::Admin)?;
        let served = workers.run(async move {
            injector.start();
            serve(
                bound.options,
                bound.listener,
                router,
                shutdown,
                started.failed,
            )
            .await
        });
        executor.halt();
        if let Some(audit) = audit {
            audit.stop();
        }
        executor.stop();
        served.map_err(ServeError::Runtime)?
    }
}

fn enable_allocation_samples(period_bytes: usize) -> Result<(), ServeError> {
    match period_bytes {
        0 => Ok(()),
        period => Ok(probe::alloc::enable(period as u64)?),
    }
}

fn registry() -> Registry {
    let registry = Registry::new();
    probe::process::register(&registry);
    probe::live::register(&registry);
    probe::runtime::register(&registry, env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    registry
}

/// What is used beside memory and a journal.
fn stores(options: &Options, runtime: &Handle) -> Stores {
    let faults = Arc::default();
    let cache = options
        .cache
        .clone()
        .map(|url| Cache::start(url, Arc::clone(&faults), runtime));
    Stores {
        store: options.store.clone(),
        cache,
        faults,
    }
}

/// The executor over what its journal or its store holds.
fn start(
    options: &Options,
    injector: &Arc<Injector>,
    metrics: &Arc<Metrics>,
    runtime: &Handle,
    stores: &Stores,
) -> Result<Started, ServeError> {
    let setup = Setup {
        data: options.data.clone(),
        durability: options.durability,
        queue: options.queue,
        balances: options.switches.balances,
        pool: Arc::new(BatchPool::new(options.switches.pool)),
        limits: options.limits,
        tokens: options.tokens.clone(),
        snapshots: options.snapshots,
        injector: Arc::clone(injector),
        metrics: Arc::clone(metrics),
        faults: Arc::clone(&stores.faults),
        cache: stores.cache.clone(),
        runtime: Some(runtime.clone()),
    };
    #[cfg(feature = "postgres")]
    if let Some(url) = &stores.store {
        return Executor::on_store(&setup, url).map_err(ServeError::Store);
    }
    if let Some(cache) = &stores.cache {
        // Entries of a ledger that ended, or of one that lies elsewhere, are not this one's.
        cache.belongs_to(u128::from_be_bytes(fresh_id().0));
    }
    Executor::start(&setup).map_err(ServeError::Start)
}

/// The routes over the ledger, counted into the registry.
fn traffic(
    options: &Options,
    registry: &Registry,
    executor: &Arc<Executor>,
    metrics: Arc<Metrics>,
    injector: &Arc<Injector>,
    audit: Option<&Arc<AuditLog>>,
    stores: Stores,
) -> Result<Router, ServeError> {
    let switches = &options.switches;
    switches::expose(registry, switches, options.durability, executor.pool());
    let stage = Stage::new(switches.minting, switches.mint_work, executor);
    let stage = stage.map_err(ServeError::Runtime)?;
    metrics::watch_minting(registry, Arc::clone(stage.waiting()));
    let service = Service::new(
        Arc::clone(executor),
        metrics,
        options,
        gate(options),
        Records {
            audit: audit.cloned(),
            export_key: options.export_key.clone(),
        },
        Knobs {
            stage,
            switches: switches.clone(),
            injector: Arc::clone(injector),
        },
        stores,
    );
    // The outermost, so that it sees all of a request.
    let layer = probe::http::layer(registry).with_ledger(registry);
    Ok(http::router(Arc::new(service)).layer(layer))
}

/// The audit log, if there is to be one.
fn audit_log(
    options: &Options,
    executor: &Arc<Executor>,
) -> Result<Option<Arc<AuditLog>>, ServeError> {
    let started = options
        .audit_log
        .as_deref()
        .map(|path| AuditLog::start(path, Arc::clone(executor)));
    Ok(started.transpose()?.map(Arc::new))
}

fn gate(options: &Options) -> Gate {
    let token = options.operator_token.as_deref();
    Gate {
        guard: Guard::new(token, &options.operator_name, options.operator_key),
        providers: options.webhooks.clone(),
    }
}

/// Serves until the shutdown, and then until the last request is answered or the drain time is over.
async fn serve(
    options: Options,
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
    failed: oneshot::Receiver<JournalError>,
) -> Result<(), ServeError> {
    let listener = tokio::net::TcpListener::from_std(listener).map_err(ServeError::Runtime)?;
    let listener = BoundedListener::new(listener, options.connections_max, options.head_time);
    let (stop, stopping) = oneshot::channel();
    let shutdown = async move {
        shutdown.await;
        // The receiver is only gone when serving is over.
        let _ = stop.send(());
    };
    let drained = async {
        if stopping.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(options.drain).await;
    };
    tokio::select! {
        () = connections::serve(listener, router, shutdown) => Ok(()),
        () = drained => Ok(()),
        error = journal_failed(failed) => Err(ServeError::Journal(error)),
    }
}

/// Ready a moment after the journal failed: those who waited for it get to hear so.
async fn journal_failed(failed: oneshot::Receiver<JournalError>) -> JournalError {
    match failed.await {
        Ok(error) => {
            tokio::time::sleep(LAST_WORDS).await;
            error
        }
        // The executor ended in order, or it stands with a broken invariant and says so at every request.
        Err(_) => std::future::pending().await,
    }
}

/// Time for answers that are under way when the journal has failed.
const LAST_WORDS: Duration = Duration::from_millis(200);
