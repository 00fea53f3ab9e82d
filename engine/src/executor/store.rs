//! An executor whose ledger lies in an SQL store: one thread writes units of work, one answers questions for single rows, and one
//! those for many, so that an audit does not hold up a balance.

use super::apply::{Ending, now_ns};
use super::item::{Completion, Item, Refused};
use super::queue::Queue;
use super::setup::{Parts, spawn};
use super::{Executor, Setup, Started, Threads};
use crate::inject::Injector;
use crate::ledger::part::Wanted;
use crate::ledger::{Command, Outcome, TokenId, TokenSpec};
use crate::metrics::Metrics;
use crate::store::StoreUrl;
use crate::store::cache::Cache;
use crate::store::postgres::{Reader, Rules, StoreError, Worked, Writer, WriterSetup, runtime};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::Runtime;

/// Items of one unit of work; more wait for the next one.
const UNIT_ITEMS: usize = 512;
/// Between two looks for holds whose time is over while nothing arrives.
const PATIENCE: Duration = Duration::from_secs(1);

impl Executor {
    /// Connects to the store, makes its tables if they are missing, and starts the threads. Blocks meanwhile.
    ///
    /// # Errors
    /// A store that cannot be reached or is not one of this engine's.
    pub fn on_store(setup: &Setup, url: &StoreUrl) -> Result<Started, StoreError> {
        let rules = Arc::new(Rules {
            limits: setup.limits,
            tokens: vec![TokenSpec::plain(TokenId::FIRST, setup.limits.supply_cap)],
        });
        let faults = Arc::clone(&setup.faults);
        let writer = WriterSetup {
            url: url.clone(),
            rules: Arc::clone(&rules),
            faults: Arc::clone(&faults),
            injector: Arc::clone(&setup.injector),
        };
        let own = runtime()?;
        let writer = own.block_on(Writer::start(writer))?;
        if let Some(cache) = &setup.cache {
            cache.belongs_to(writer.ledger());
        }
        let mut parts = Parts::new(setup);
        let write = Write {
            runtime: own,
            writer,
            queue: Arc::clone(&parts.queue),
            shared: Arc::clone(&parts.shared),
            injector: Arc::clone(&setup.injector),
            metrics: Arc::clone(&setup.metrics),
            cache: setup.cache.clone(),
        };
        let write = spawn("engine-store", move || {
            write.run();
            false
        })?;
        let reads = [(); 2].map(|()| Arc::new(Queue::new(setup.queue)));
        let mut threads = Threads {
            apply: Some(write),
            ..Threads::default()
        };
        for (queue, name) in reads.iter().zip(["engine-rows", "engine-pages"]) {
            let reader = Reader::new(url.clone(), Arc::clone(&rules), Arc::clone(&faults));
            threads.reads.push(read(name, reader, queue)?);
        }
        parts.reads = Some(reads);
        Ok(parts.started(setup, threads, None))
    }
}

/// The writer and its surroundings on their thread.
struct Write {
    runtime: Runtime,
    writer: Writer,
    queue: Arc<Queue>,
    shared: Arc<super::slot::Shared>,
    injector: Arc<Injector>,
    metrics: Arc<Metrics>,
    cache: Option<Arc<Cache>>,
}

impl Write {
    fn run(mut self) {
        let (queue, shared) = (Arc::clone(&self.queue), Arc::clone(&self.shared));
        let _ending = Ending(&queue, &shared);
        let mut items = Vec::new();
        while queue.take(&mut items, UNIT_ITEMS, Some(PATIENCE)) {
            self.injector.before_round();
            let tasks: Vec<&[Command]> = items.iter().map(Item::commands_of).collect();
            let worked = self.runtime.block_on(self.writer.work(now_ns, &tasks));
            match worked {
                Ok(worked) => self.answer(&mut items, worked),
                Err(refused) => items.drain(..).for_each(|item| item.refuse(refused)),
            }
        }
    }

    /// It is committed: counted, told to the cache, and only then answered.
    fn answer(&self, items: &mut Vec<Item>, worked: Worked) {
        self.shared.set_applied(worked.last_sequence);
        self.shared.set_durable(worked.last_sequence);
        self.metrics.set_levels(&worked.levels);
        if let Some(commit) = worked.commit {
            self.shared.count_sync(commit);
            self.metrics.synced(commit, worked.entries);
        }
        for (command, outcome) in &worked.expired {
            self.metrics.count(command, outcome);
        }
        if let Some(cache) = &self.cache {
            cache.write(&worked.accounts);
        }
        for (item, outcomes) in items.drain(..).zip(worked.outcomes) {
            self.metrics.count_batch(item.commands_of(), &outcomes);
            let Some(completion) = completion(item, outcomes) else {
                continue;
            };
            if let Some(entered) = completion.entered() {
                self.metrics.committed(entered.elapsed());
            }
            completion.send(Ok(()));
        }
    }
}

/// The answer of an item; `None` if it was refused.
fn completion(item: Item, outcomes: Vec<Outcome>) -> Option<Completion> {
    match (item, outcomes.first().copied()) {
        (Item::One { reply, entered, .. }, Some(outcome)) => {
            Some(Completion::One(reply, outcome, entered))
        }
        (Item::Many { reply, entered, .. }, _) => Some(Completion::Many(reply, outcomes, entered)),
        // One command has one outcome, and questions have a queue of their own.
        (item, _) => {
            item.refuse(Refused::Stopped);
            None
        }
    }
}

/// Answers questions until the queue is closed and empty.
fn read(name: &str, mut reader: Reader, queue: &Arc<Queue>) -> Result<JoinHandle<()>, StoreError> {
    let (own, queue) = (runtime()?, Arc::clone(queue));
    let work = move || {
        let mut items = Vec::new();
        while queue.take(&mut items, UNIT_ITEMS, None) {
            let mut wanted = Wanted::default();
            for item in &items {
                if let Item::Read { needs, .. } = item {
                    wanted.question(needs);
                }
            }
            match own.block_on(reader.read(&wanted)) {
                Ok(part) => items.drain(..).for_each(|item| {
                    if let Item::Read { mut asked, .. } = item {
                        asked.ask(part.ledger());
                        asked.answer(Ok(()));
                    }
                }),
                Err(refused) => items.drain(..).for_each(|item| item.refuse(refused)),
            }
        }
        queue.refuse_rest();
    };
    Ok(spawn(name, work)?)
}
