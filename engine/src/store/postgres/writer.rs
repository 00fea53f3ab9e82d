//! The one writer of an engine: units of work, tried again when they could not be serialised, and settled when the connection broke
//! while they were committed.

use super::chain::{Chain, Link};
use super::load::BEGIN_UNIT;
use super::save::Unit;
use super::session::{Session, bounded};
use super::types::Uuid;
use super::{Rules, StoreError};
use crate::executor::{Refused, fresh_id};
use crate::inject::Injector;
use crate::journal::EngineId;
use crate::ledger::part::{Part, Wanted};
use crate::ledger::{Account, Command, Levels, Outcome};
use crate::store::{Fault, Faults, Place, StoreUrl};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often a unit of work is tried.
const TRIES: u32 = 10;
/// The first wait before another try is up to this, every further one up to twice as long.
const BACKOFF: Duration = Duration::from_millis(2);
/// No wait is longer.
const BACKOFF_MAX: Duration = Duration::from_millis(200);
/// Tries to find out whether a unit was committed.
const SETTLE_TRIES: u32 = 8;

/// What a writer is started with.
#[derive(Debug, Clone)]
pub struct WriterSetup {
    /// Where.
    pub url: StoreUrl,
    /// By which rules.
    pub rules: Arc<Rules>,
    /// Where faults are counted.
    pub faults: Arc<Faults>,
    /// Faults on demand.
    pub injector: Arc<Injector>,
}

/// What a unit of work did.
#[derive(Debug, Clone, Default)]
pub struct Worked {
    /// The outcomes of each task.
    pub outcomes: Vec<Vec<Outcome>>,
    /// Commands that ended holds whose time was over, each with its outcome.
    pub expired: Vec<(Command, Outcome)>,
    /// Accounts as they are now, of those that changed.
    pub accounts: Vec<Account>,
    /// The last sequence.
    pub last_sequence: u64,
    /// Entries that were written.
    pub entries: u32,
    /// How much there is of everything now.
    pub levels: Levels,
    /// How long the commit took; `None` if there was nothing to write.
    pub commit: Option<Duration>,
}

/// Writes units of work on one connection.
pub struct Writer {
    setup: WriterSetup,
    ledger: u128,
    session: Option<Session>,
    chain: Chain,
}

/// A try that did not end well.
struct Failed {
    error: StoreError,
    /// It could not even connect.
    unreached: bool,
    /// What was being committed when it failed.
    pending: Option<Box<Pending>>,
}

struct Pending {
    worked: Worked,
    engine: EngineId,
    number: u64,
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self {
            error,
            unreached: false,
            pending: None,
        }
    }
}

impl Writer {
    /// Connects, and makes the tables that are missing.
    ///
    /// # Errors
    /// A server that cannot be reached, or tables that are not those of this engine.
    pub async fn start(setup: WriterSetup) -> Result<Self, StoreError> {
        let (session, ledger) = Session::found(&setup.url, &setup.rules).await?;
        Ok(Self {
            setup,
            ledger,
            session: Some(session),
            chain: Chain::new(fresh_id()),
        })
    }

    /// The id of the ledger in the store.
    pub const fn ledger(&self) -> u128 {
        self.ledger
    }

    /// Does one unit of work: first the holds whose time is over, then the tasks, each applied as a batch.
    ///
    /// # Errors
    /// [`Refused::Overloaded`] when it could not be serialised with others, [`Refused::StoreDown`] when nothing was recorded, and
    /// [`Refused::StoreLost`] when that is not known.
    pub async fn work(
        &mut self,
        now_ns: impl Fn() -> u64,
        tasks: &[&[Command]],
    ) -> Result<Worked, Refused> {
        let wanted = wanted(tasks);
        let mut tries = 1;
        loop {
            let failed = match self.attempt(now_ns(), &wanted, tasks).await {
                Ok(worked) => return Ok(worked),
                Err(failed) => failed,
            };
            if let Some(ended) = self.handle(failed, tries).await {
                return ended;
            }
            tries += 1;
        }
    }

    /// What follows from a failed try: an end, or `None` for another try.
    async fn handle(&mut self, failed: Failed, tries: u32) -> Option<Result<Worked, Refused>> {
        let fault = failed.error.fault();
        self.setup.faults.note(failed.error.to_string());
        if let Some(fault) = fault {
            self.setup.faults.count(Place::Postgres, fault);
        }
        match fault {
            Some(Fault::Serialization | Fault::Deadlock) => {
                self.roll_back().await;
                if tries == TRIES {
                    return Some(Err(Refused::Overloaded));
                }
                tokio::time::sleep(full_jitter(tries)).await;
                None
            }
            Some(Fault::Connection | Fault::Timeout) => {
                self.session = None;
                if let Some(pending) = failed.pending {
                    return match self.is_committed(&pending).await {
                        Some(true) => Some(Ok(pending.worked)),
                        Some(false) if tries < TRIES => None,
                        _ => Some(Err(Refused::StoreLost)),
                    };
                }
                // A connection that broke while nobody looked is worth one more try.
                let again = fault == Some(Fault::Connection) && !failed.unreached && tries < 3;
                (!again).then_some(Err(Refused::StoreDown))
            }
            _ => {
                self.roll_back().await;
                Some(Err(Refused::StoreDown))
            }
        }
    }

    async fn attempt(
        &mut self,
        now_ns: u64,
        wanted: &Wanted,
        tasks: &[&[Command]],
    ) -> Result<Worked, Failed> {
        self.connect().await?;
        let Some(session) = &self.session else {
            return Ok(Worked::default());
        };
        let due_ms = Some(now_ns / 1_000_000);
        let loaded = bounded(session.load(BEGIN_UNIT, wanted, due_ms)).await?;
        let before = loaded.rows.head.entries;
        let time_ns = now_ns.max(loaded.time_ns + 1);
        let rules = &self.setup.rules;
        let mut part =
            Part::new(rules.limits, rules.tokens.clone(), loaded.rows).map_err(StoreError::from)?;
        let now_ms = time_ns / 1_000_000;
        let expired = part.expire(now_ms);
        let outcomes = apply(&mut part, now_ms, tasks);
        let changes = part.changes();
        let changed = changes.changed.iter().map(|(account, _)| *account);
        let opened = changes.opened.iter().map(|(account, _)| *account);
        let mut worked = Worked {
            outcomes,
            expired,
            accounts: changed.chain(opened).collect(),
            last_sequence: changes.head.entries.into(),
            entries: changes.entries.len() as u32,
            levels: part.ledger().levels(),
            commit: None,
        };
        if changes.is_empty() {
            commit(session).await?;
            return Ok(worked);
        }
        let link = self.chain.link(&changes.entries, time_ns);
        let unit = Unit {
            changes: &changes,
            before,
            time_ns,
            engine: self.chain.engine,
            link: &link,
        };
        bounded(session.save(&unit)).await?;
        let began = Instant::now();
        self.setup
            .injector
            .before_sync()
            .map_err(StoreError::from)?;
        let committed = commit(session).await;
        worked.commit = Some(began.elapsed());
        match committed {
            Ok(()) => {
                self.chain.advance(&link);
                Ok(worked)
            }
            Err(error) => Err(self.pending(error, worked, &link)),
        }
    }

    fn pending(&self, error: StoreError, worked: Worked, link: &Link) -> Failed {
        Failed {
            error,
            unreached: false,
            pending: Some(Box::new(Pending {
                worked,
                engine: self.chain.engine,
                number: link.number,
            })),
        }
    }

    /// Has a connection that is open, as far as one can know.
    async fn connect(&mut self) -> Result<(), Failed> {
        if self
            .session
            .as_ref()
            .is_some_and(|session| !session.is_closed())
        {
            return Ok(());
        }
        if self.session.take().is_some() {
            self.setup.faults.count(Place::Postgres, Fault::Connection);
        }
        match Session::open(&self.setup.url).await {
            Ok(session) => {
                self.session = Some(session);
                self.chain = Chain::new(fresh_id());
                Ok(())
            }
            Err(error) => Err(Failed {
                error,
                unreached: true,
                pending: None,
            }),
        }
    }

    async fn roll_back(&mut self) {
        if let Some(session) = &self.session {
            let rolled_back = async { Ok(session.client.batch_execute("ROLLBACK").await?) };
            if bounded(rolled_back).await.is_err() {
                self.session = None;
            }
        }
    }

    /// Whether a unit is in the store; `None` if nobody can say. A unit that is not there may still arrive: then the next try
    /// meets its keys, or cannot be serialised with it.
    async fn is_committed(&mut self, pending: &Pending) -> Option<bool> {
        let engine = Uuid(u128::from_be_bytes(pending.engine.0));
        let number = pending.number.cast_signed();
        for tries in 1..=SETTLE_TRIES {
            tokio::time::sleep(full_jitter(tries)).await;
            if self.connect().await.is_err() {
                continue;
            }
            let session = self.session.as_ref()?;
            let statement = &session.statements.is_committed;
            match bounded(session.rows(statement, &[&engine, &number])).await {
                Ok(rows) => return Some(!rows.is_empty()),
                Err(_) => self.session = None,
            }
        }
        None
    }
}

/// Everything that the tasks read.
fn wanted(tasks: &[&[Command]]) -> Wanted {
    let mut wanted = Wanted::default();
    for command in tasks.iter().copied().flatten() {
        wanted.command(command);
    }
    wanted
}

fn apply(part: &mut Part, now_ms: u64, tasks: &[&[Command]]) -> Vec<Vec<Outcome>> {
    let one = |task: &&[Command]| {
        let mut outcomes = Vec::with_capacity(task.len());
        part.ledger_mut().apply_batch(now_ms, task, &mut outcomes);
        outcomes
    };
    tasks.iter().map(one).collect()
}

async fn commit(session: &Session) -> Result<(), StoreError> {
    bounded(async { Ok(session.client.batch_execute("COMMIT").await?) }).await
}

/// Anything up to a bound that doubles with every try: those who met once should not meet again.
fn full_jitter(tries: u32) -> Duration {
    let most = BACKOFF
        .saturating_mul(1 << (tries - 1).min(16))
        .min(BACKOFF_MAX);
    let drawn = RandomState::new().hash_one(tries) as u32;
    most.mul_f64(f64::from(drawn) / f64::from(u32::MAX))
}
