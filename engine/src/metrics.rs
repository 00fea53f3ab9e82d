//! The engine's families of the catalog.
//!
//! All series exist from the start, and handles are kept by position, so that counting neither looks up nor allocates. What the
//! ledger answers is counted by the thread that applies it: then the counters equal the journal, whoever waits for an answer.

mod labels;

use crate::executor::{Executor, Refused};
use crate::ledger::{Chain, Command, Kind, Levels, Outcome, Status};
use crate::store::Faults;
use labels::{position, reason, status};
use probe::metrics::{Counter, Gauge, Histogram, Registry};
use record::catalog::{
    CATALOG, CHAINS, LEDGER_STATUSES, Owner, SHED_REASONS, SURFACES, TOKEN_COMMIT, TOKEN_DUPLICATE,
    TOKEN_FROZEN, TOKEN_JOURNAL_GROUP, TOKEN_JOURNAL_SYNC, TOKEN_OPEN_HOLDS, TOKEN_OPERATION,
    TOKEN_QUEUE, TOKEN_REQUEST, TOKEN_SHED, TOKEN_STORE_FAULT, TOKEN_SUPPLY, TOKEN_TRANSFER,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// One counter for each of [`LEDGER_STATUSES`].
type ByStatus = [Counter; LEDGER_STATUSES.len()];

/// The part of the HTTP interface that a request came in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// One command, or a question about one thing.
    Single,
    /// Many commands at once.
    Batch,
    /// What operators and auditors ask.
    Admin,
    /// Deliveries of others.
    Webhook,
}

impl Surface {
    const fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Batch => "batch",
            Self::Admin => "admin",
            Self::Webhook => "webhook",
        }
    }
}

/// The series of one engine.
#[derive(Debug)]
pub struct Metrics {
    /// By the number of the chain and the position of the kind in [`Kind::ALL`]; kinds that count as transfers share theirs.
    by_kind: [[ByStatus; Kind::ALL.len()]; CHAINS.len()],
    replayed: Counter,
    mismatch: Counter,
    shed: [Counter; SHED_REASONS.len()],
    requests: [Histogram; SURFACES.len()],
    commit: Histogram,
    sync: Histogram,
    group: Histogram,
    supply: Gauge,
    frozen: Gauge,
    open_holds: Gauge,
}

impl Default for Metrics {
    /// Series that nobody reads.
    fn default() -> Self {
        Self::new(&Registry::new())
    }
}

impl Metrics {
    /// Registers all families of the engine, with every series at 0.
    pub fn new(registry: &Registry) -> Self {
        let ours = CATALOG
            .iter()
            .filter(|family| family.owner == Owner::Engine);
        for family in ours {
            registry.precreate(family);
        }
        let counter = |chain: Chain, kind: Kind, status: &str| match kind {
            Kind::Transfer | Kind::TransferFrom | Kind::Post => {
                registry.counter(&TOKEN_TRANSFER, &[chain.name(), status])
            }
            _ => registry.counter(&TOKEN_OPERATION, &[chain.name(), kind.name(), status]),
        };
        let duplicate = |result| registry.counter(&TOKEN_DUPLICATE, &["api", result]);
        let local = Chain::Local.name();
        Self {
            by_kind: Chain::ALL.map(|chain| {
                Kind::ALL.map(|kind| by_status(|status| counter(chain, kind, status)))
            }),
            replayed: duplicate("replayed"),
            mismatch: duplicate("mismatch"),
            shed: std::array::from_fn(|at| registry.counter(&TOKEN_SHED, &[SHED_REASONS[at]])),
            requests: std::array::from_fn(|at| registry.histogram(&TOKEN_REQUEST, &[SURFACES[at]])),
            commit: registry.histogram(&TOKEN_COMMIT, &[]),
            sync: registry.histogram(&TOKEN_JOURNAL_SYNC, &[]),
            group: registry.histogram(&TOKEN_JOURNAL_GROUP, &[]),
            supply: registry.gauge(&TOKEN_SUPPLY, &[local]),
            frozen: registry.gauge(&TOKEN_FROZEN, &[local]),
            open_holds: registry.gauge(&TOKEN_OPEN_HOLDS, &[local]),
        }
    }

    /// Counts an answer of the ledger to a command.
    pub fn count(&self, command: &Command, outcome: &Outcome) {
        self.count_many(command, outcome, 1);
    }

    /// The same for commands in their order; a counter is touched once for a run of equal answers.
    pub fn count_batch(&self, commands: &[Command], outcomes: &[Outcome]) {
        let mut pairs = commands.iter().zip(outcomes).peekable();
        while let Some((command, outcome)) = pairs.next() {
            let mut count = 1;
            let alike = |(next, other): &(&Command, &Outcome)| {
                next.kind() == command.kind()
                    && next.chain() == command.chain()
                    && outcome.is_new()
                    && other.is_new()
                    && other.status() == outcome.status()
            };
            while pairs.next_if(alike).is_some() {
                count += 1;
            }
            self.count_many(command, outcome, count);
        }
    }

    fn count_many(&self, command: &Command, outcome: &Outcome, count: u64) {
        let Some(status) = status(outcome) else {
            return self.shed(outcome.status(), count);
        };
        match outcome {
            Outcome::Replayed { .. } => self.replayed.add(count),
            Outcome::Reused { .. } => self.mismatch.add(count),
            Outcome::Recorded { .. } | Outcome::Unrecorded(_) => {}
        }
        let by_kind = &self.by_kind[usize::from(command.chain().number())];
        // Numbers of kinds are from 1 without gaps.
        let by_status = &by_kind[usize::from(command.kind().number() - 1)];
        by_status[position(LEDGER_STATUSES, status)].add(count);
    }

    /// Counts commands that a status of the service kept from being decided; other statuses are counted elsewhere.
    pub fn shed(&self, status: Status, count: u64) {
        if let Some(reason) = reason(status) {
            self.shed[position(SHED_REASONS, reason)].add(count);
        }
    }

    /// Counts commands that the executor refused.
    pub fn refused(&self, refused: Refused, count: u64) {
        if let Some(status) = refused.status() {
            self.shed(status, count);
        }
    }

    /// A request of that part of the interface was answered.
    pub fn answered(&self, surface: Surface, took: Duration) {
        self.requests[position(SURFACES, surface.name())].observe(took);
    }

    /// A command or batch became durable so long after it had entered the queue.
    pub fn committed(&self, took: Duration) {
        self.commit.observe(took);
    }

    /// A group became durable.
    pub fn synced(&self, took: Duration, commands: u32) {
        self.sync.observe(took);
        self.group.observe_count(commands.into());
    }

    /// How much there is of everything now; all tokens of this version live on this ledger alone.
    pub fn set_levels(&self, levels: &Levels) {
        self.supply.set(levels.supply);
        self.frozen.set(levels.frozen);
        self.open_holds.set(levels.open_holds as f64);
    }
}

/// Has the queues measured at each scrape, without a place in any of them.
pub fn watch_queues(registry: &Registry, executor: Arc<Executor>) {
    let gauge = |queue| registry.gauge(&TOKEN_QUEUE, &[queue]);
    let (waiting, journal) = (gauge("executor"), gauge("journal"));
    registry.on_scrape(move || {
        let progress = executor.progress();
        waiting.set(progress.waiting as f64);
        journal.set(progress.undurable() as f64);
    });
}

/// Has the faults of stores, which are counted where they are met, copied at each scrape.
pub fn watch_stores(registry: &Registry, faults: Arc<Faults>) {
    let counters: Vec<_> = faults
        .each()
        .map(|(store, kind, _)| registry.counter(&TOKEN_STORE_FAULT, &[store, kind]))
        .collect();
    registry.on_scrape(move || {
        for (counter, (.., count)) in counters.iter().zip(faults.each()) {
            counter.raise_to(count as f64);
        }
    });
}

/// Has the mints that wait for a thread shown at each scrape.
pub fn watch_minting(registry: &Registry, waiting: Arc<AtomicUsize>) {
    let gauge = registry.gauge(&TOKEN_QUEUE, &["minting"]);
    registry.on_scrape(move || gauge.set(waiting.load(Ordering::Relaxed) as f64));
}

fn by_status(counter: impl Fn(&str) -> Counter) -> ByStatus {
    std::array::from_fn(|position| counter(LEDGER_STATUSES[position]))
}

#[cfg(test)]
mod tests;
