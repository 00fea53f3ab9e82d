//! What the stores do on this machine beside the article's rows: durable transfers through each store, and reads from the cache.
//!
//! The article prints a peak rate and a mean time for each; by Little's law (rate times mean time) that is 28 requests in flight at its
//! PostgreSQL layer and 15 at its Redis layer, which is what this does unless told otherwise.

use crate::amount::Amount;
use crate::executor::{Executor, Refused, Setup, fresh_id};
use crate::journal::JournalError;
use crate::ledger::part::Needs;
use crate::ledger::{Account, AccountId, Command, CommandId, Ledger};
use crate::store::cache::Cache;
use crate::store::{CacheUrl, Faults, StoreUrl};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use thiserror::Error;
use tokio::runtime::Runtime;

/// What to do.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// An SQL store; `None` leaves its row out.
    pub store: Option<StoreUrl>,
    /// A cache; `None` leaves its row out.
    pub cache: Option<CacheUrl>,
    /// Transfers of each store.
    pub transfers: u64,
    /// Reads of the cache.
    pub reads: u64,
    /// Transfers under way at a time.
    pub writers: u64,
    /// Reads under way at a time.
    pub readers: u64,
}

impl Default for Experiment {
    /// 50,000 transfers, 28 at a time, and 200,000 reads, 15 at a time.
    fn default() -> Self {
        Self {
            store: None,
            cache: None,
            transfers: 50_000,
            reads: 200_000,
            writers: 28,
            readers: 15,
        }
    }
}

/// One row of the article's table, and ours.
#[derive(Debug, Clone)]
pub struct Row {
    /// What was done.
    pub what: &'static str,
    /// The article's rate in a second and its mean time; `None` where it has no row.
    pub article: Option<(f64, Duration)>,
    /// How many were answered.
    pub count: u64,
    /// From the first to the last answer.
    pub took: Duration,
    /// Times of all of them, added up.
    pub waited: Duration,
    /// Reads that the cache could not answer.
    pub missed: u64,
}

impl Row {
    /// In a second.
    pub fn rate(&self) -> f64 {
        self.count as f64 / self.took.as_secs_f64()
    }

    /// The mean time of one.
    pub fn mean(&self) -> Duration {
        self.waited.div_f64(self.count.max(1) as f64)
    }
}

/// Why there is no result.
#[derive(Debug, Error)]
pub enum LabError {
    /// The journal of the embedded ledger.
    #[error("{0}")]
    Journal(#[from] JournalError),
    /// The SQL store.
    #[cfg(feature = "postgres")]
    #[error("the store: {0}")]
    Store(#[from] crate::store::postgres::StoreError),
    /// The executor gave up.
    #[error("the executor refused: {0}")]
    Refused(#[from] Refused),
    /// No threads.
    #[error("cannot start threads: {0}")]
    Threads(#[from] io::Error),
    /// A caller ended before its time.
    #[error("a caller did not come back: {0}")]
    Caller(#[from] tokio::task::JoinError),
}

/// Accounts that are transferred between and read.
const ACCOUNTS: u64 = 1000;

/// Does it.
///
/// # Errors
/// A store that cannot be used.
pub fn run(experiment: &Experiment) -> Result<Vec<Row>, LabError> {
    let runtime = Runtime::new()?;
    let faults = Arc::default();
    let mut rows = vec![transfers(&runtime, experiment, &faults, None)?];
    if let Some(url) = &experiment.store {
        rows.push(transfers(&runtime, experiment, &faults, Some(url))?);
    }
    if let Some(url) = &experiment.cache {
        rows.push(reads(&runtime, experiment, &faults, url)?);
    }
    Ok(rows)
}

fn start(setup: &Setup, store: Option<&StoreUrl>) -> Result<Executor, LabError> {
    #[cfg(feature = "postgres")]
    if let Some(url) = store {
        return Ok(Executor::on_store(setup, url)?.executor);
    }
    let _ = store;
    Ok(Executor::start(setup)?.executor)
}

/// Ids that no earlier run has used: the store may have its rows.
#[derive(Debug, Clone, Copy)]
struct Ids(u128);

impl Ids {
    fn fresh() -> Self {
        Self(u128::from_be_bytes(fresh_id().0) & !u128::from(u64::MAX))
    }

    fn account(self, number: u64) -> AccountId {
        AccountId::new(self.0 | u128::from(number % ACCOUNTS + 1))
    }

    fn command(self, number: u64) -> CommandId {
        CommandId::new(self.0 | u128::from(number + 1))
    }
}

async fn prepare(executor: &Executor, ids: Ids) -> Result<u64, Refused> {
    let plenty = Amount::from_units(1_000_000_000_000).unwrap_or(Amount::MAX);
    let open = |number| Command::open(ids.command(number), ids.account(number));
    let mint = |number| Command::mint(ids.command(ACCOUNTS + number), ids.account(number), plenty);
    let commands = (0..ACCOUNTS).map(open).chain((0..ACCOUNTS).map(mint));
    executor.apply_batch(commands.collect()).await?;
    Ok(2 * ACCOUNTS)
}

fn transfers(
    runtime: &Runtime,
    experiment: &Experiment,
    faults: &Arc<Faults>,
    store: Option<&StoreUrl>,
) -> Result<Row, LabError> {
    let setup = Setup {
        faults: Arc::clone(faults),
        runtime: Some(runtime.handle().clone()),
        ..Setup::default()
    };
    let executor = Arc::new(start(&setup, store)?);
    let ids = Ids::fresh();
    let used = runtime.block_on(prepare(&executor, ids))?;
    let one = Amount::from_units(1).unwrap_or(Amount::ZERO);
    let call = {
        let executor = Arc::clone(&executor);
        move |number: u64| {
            let (from, to) = (ids.account(number), ids.account(number * 7 + 1));
            let to = if from == to {
                ids.account(number * 7 + 2)
            } else {
                to
            };
            let transfer = Command::transfer(ids.command(used + number), from, to, one);
            let executor = Arc::clone(&executor);
            async move { executor.apply(transfer).await.map(|_| true) }
        }
    };
    let (took, waited, _) =
        runtime.block_on(drive(experiment.transfers, experiment.writers, call))?;
    executor.stop();
    let is_sql = store.is_some();
    Ok(Row {
        what: if is_sql {
            "PostgreSQL, durable transfers"
        } else {
            "embedded, durable transfers"
        },
        article: is_sql.then_some((3_200.0, Duration::from_micros(8_700))),
        count: experiment.transfers,
        took,
        waited,
        missed: 0,
    })
}

fn reads(
    runtime: &Runtime,
    experiment: &Experiment,
    faults: &Arc<Faults>,
    url: &CacheUrl,
) -> Result<Row, LabError> {
    let cache = Cache::start(url.clone(), Arc::clone(faults), runtime.handle());
    let ids = Ids::fresh();
    cache.belongs_to(ids.0);
    let setup = Setup {
        faults: Arc::clone(faults),
        cache: Some(Arc::clone(&cache)),
        runtime: Some(runtime.handle().clone()),
        ..Setup::default()
    };
    let executor = Arc::new(start(&setup, None)?);
    runtime.block_on(prepare(&executor, ids))?;
    let call = {
        let (executor, cache) = (Arc::clone(&executor), Arc::clone(&cache));
        move |number: u64| {
            let (executor, cache) = (Arc::clone(&executor), Arc::clone(&cache));
            async move { read(&executor, &cache, ids.account(number)).await }
        }
    };
    let (took, waited, missed) =
        runtime.block_on(drive(experiment.reads, experiment.readers, call))?;
    executor.stop();
    Ok(Row {
        what: "Redis, cached reads",
        article: Some((12_500.0, Duration::from_micros(1_200))),
        count: experiment.reads,
        took,
        waited,
        missed,
    })
}

/// As a request does: from the cache, and what it lacks from the ledger.
async fn read(executor: &Executor, cache: &Cache, id: AccountId) -> Result<bool, Refused> {
    if cache.get(id).await.is_some() {
        return Ok(true);
    }
    let question = move |ledger: &Ledger| ledger.account(id);
    let found: Option<Account> = executor.read(Needs::Account(id), question).await?;
    cache.write(found.as_slice());
    Ok(false)
}

/// Calls numbers 0 to `count` from `callers` tasks that wait for each answer: time in all, time of all calls added up, and how many
/// answered `false`.
async fn drive<F: Future<Output = Result<bool, Refused>> + Send>(
    count: u64,
    callers: u64,
    call: impl Fn(u64) -> F + Clone + Send + 'static,
) -> Result<(Duration, Duration, u64), LabError> {
    let next = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let tasks: Vec<_> = (0..callers.max(1))
        .map(|_| {
            let (next, call) = (Arc::clone(&next), call.clone());
            tokio::spawn(async move {
                let (mut waited, mut no) = (Duration::ZERO, 0);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return Ok::<_, Refused>((waited, no));
                    }
                    let sent = Instant::now();
                    no += u64::from(!call(number).await?);
                    waited += sent.elapsed();
                }
            })
        })
        .collect();
    let (mut waited, mut no) = (Duration::ZERO, 0);
    for task in tasks {
        let (of_one, no_of_one) = task.await??;
        waited += of_one;
        no += no_of_one;
    }
    Ok((began.elapsed(), waited, no))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_servers_there_is_the_embedded_row() {
        let rows = run(&Experiment {
            transfers: 300,
            ..Experiment::default()
        });
        let rows = rows.unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].count, rows[0].article), (300, None));
        assert!(rows[0].rate() > 0.0 && rows[0].mean() > Duration::ZERO);
    }

    #[test]
    fn a_cache_that_is_not_there_costs_its_hits_and_nothing_else() {
        let rows = run(&Experiment {
            cache: Some("redis://127.0.0.1:1".parse().unwrap()),
            transfers: 10,
            reads: 200,
            ..Experiment::default()
        });
        let rows = rows.unwrap();
        assert_eq!((rows[1].count, rows[1].missed), (200, 200));
    }
}
