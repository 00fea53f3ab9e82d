//! A cache of accounts in Redis, written after the truth and never instead of it.
//!
//! What became durable is handed to a bounded queue and written from there (the article's asynchronous double write). Each entry has a
//! version and a checksum: the checksum finds damage, the version finds staleness, and a script in Redis writes only over smaller
//! versions. No decision about money reads the cache.
//!
//! This engine knows the accounts whose newest state Redis is not known to have, because it waits, was dropped or could not be sent.
//! Reads of those go to the store: an engine never answers from the cache with less than it has acknowledged itself. What another engine
//! on the same store wrote may show here later, but no later than the time to live of an entry.

pub use compare::compare;
pub use value::Value;

mod compare;
mod known;
mod redis;
mod tasks;
mod value;

use super::{CacheUrl, Fault, Faults, Place};
use crate::ledger::{Account, AccountId};
use known::Known;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::runtime::Handle;
use tokio::sync::{Notify, mpsc, oneshot};

/// How long an entry lives without being written.
pub const TIME_TO_LIVE: Duration = Duration::from_mins(1);
/// Look-ups that may wait; beyond that the store is read.
const LOOKUPS_MAX: usize = 4096;
/// How long a look-up may take before the store is read instead.
const LOOKUP_PATIENCE: Duration = Duration::from_millis(100);

/// A look-up on its way.
struct Lookup {
    account: AccountId,
    reply: oneshot::Sender<Option<Value>>,
}

/// The cache of one engine.
pub struct Cache {
    url: CacheUrl,
    /// Which ledger its entries belong to: those of another one must not be found.
    ledger: OnceLock<u128>,
    known: Mutex<Known>,
    filled: Notify,
    lookups: mpsc::Sender<Lookup>,
    down: AtomicBool,
    faults: Arc<Faults>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as u64)
}

impl Cache {
    /// A cache whose work is done on that runtime. Redis need not be there: the engine works without it, and looks again.
    pub fn start(url: CacheUrl, faults: Arc<Faults>, runtime: &Handle) -> Arc<Self> {
        let (lookups, waiting) = mpsc::channel(LOOKUPS_MAX);
        let cache = Arc::new(Self {
            url,
            ledger: OnceLock::new(),
            known: Mutex::default(),
            filled: Notify::new(),
            lookups,
            down: AtomicBool::new(false),
            faults,
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        });
        runtime.spawn(tasks::write(Arc::downgrade(&cache)));
        runtime.spawn(tasks::look_up(Arc::downgrade(&cache), waiting));
        cache
    }

    /// Says which ledger this is; before that nothing is cached.
    pub fn belongs_to(&self, ledger: u128) {
        // A second ledger for one engine does not exist.
        let _ = self.ledger.set(ledger);
    }

    /// Takes accounts that changed and are durable. Never waits: at the bound the oldest write is left out and counted.
    pub fn write(&self, accounts: &[Account]) {
        if accounts.is_empty() {
            return;
        }
        let dropped = self.known().add(accounts, Instant::now());
        self.faults
            .count_many(Place::Redis, Fault::Dropped, dropped);
        self.filled.notify_one();
    }

    /// What the cache has about an account; `None` sends the reader to the store.
    pub async fn get(&self, account: AccountId) -> Option<Value> {
        let found = self.look_up(account).await;
        let counter = if found.is_some() {
            &self.hits
        } else {
            &self.misses
        };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    async fn look_up(&self, account: AccountId) -> Option<Value> {
        if self.is_down() || !self.known().may_be_read(account, Instant::now()) {
            return None;
        }
        let (reply, answer) = oneshot::channel();
        self.lookups.try_send(Lookup { account, reply }).ok()?;
        if let Ok(answered) = tokio::time::timeout(LOOKUP_PATIENCE, answer).await {
            return answered.ok().flatten();
        }
        self.fault(Fault::Timeout);
        None
    }

    /// Look-ups that were answered, and those that were not, since the start.
    pub fn looked_up(&self) -> (u64, u64) {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        (load(&self.hits), load(&self.misses))
    }

    /// Writes that wait or are on their way.
    pub fn waiting(&self) -> usize {
        self.known().waiting()
    }

    /// Where it is, without the login.
    pub fn url(&self) -> &CacheUrl {
        &self.url
    }

    /// Whether Redis could not be reached last time.
    pub fn is_down(&self) -> bool {
        self.down.load(Ordering::Relaxed)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fault(&self, fault: Fault) {
        self.faults.count(Place::Redis, fault);
    }

    /// The key of an account; `None` before the ledger is known.
    fn key(&self, account: AccountId) -> Option<String> {
        let ledger = self.ledger.get()?;
        Some(format!("{}{account}", Self::prefix(*ledger)))
    }

    fn prefix(ledger: u128) -> String {
        format!("token:{ledger:032x}:")
    }
}

#[cfg(test)]
mod tests;
