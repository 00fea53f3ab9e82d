//! The journal thread: one write and one sync for each group, then its answers.

use super::failure::Failure;
use super::item::{Completion, Refused};
use super::slot::{Open, Shared};
use crate::inject::Injector;
use crate::journal::{From, JournalError, Writer};
use crate::metrics::Metrics;
use crate::store::cache::Cache;
use std::sync::Arc;
use std::time::Instant;
use tokio::runtime::Handle;

/// Answers from which on they are sent by a worker of the runtime: there, waking a task is a push into the worker's own list. What another
/// thread wakes goes into a list that a busy worker takes one task from every fifth of a millisecond: a group of fifteen waited for three of them.
const MANY: usize = 2;

/// The writer and its surroundings on their thread.
pub(super) struct Commit {
    pub(super) writer: Writer,
    pub(super) shared: Arc<Shared>,
    pub(super) injector: Arc<Injector>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) cache: Option<Arc<Cache>>,
    pub(super) runtime: Option<Handle>,
    pub(super) failure: Arc<Failure>,
}

impl Commit {
    /// Works until there are no more groups, and says where the journal ends; `None` after an error.
    pub(super) fn run(mut self) -> Option<From> {
        while let Some(mut open) = self.shared.fetch() {
            if let Err(error) = self.commit(&mut open) {
                self.failure.stop(error);
                send(open.completions, Err(Refused::JournalFailed));
                return None;
            }
            if let Some(cache) = &self.cache {
                cache.write(&open.changed);
            }
            self.answer(open.completions);
            self.shared.give_back(open.buffer);
        }
        let position = self.writer.position();
        Some(From {
            sequence: position.next_sequence - 1,
            hash: position.previous,
        })
    }

    /// Writes and syncs; a group without entries only waited for its predecessor.
    fn commit(&mut self, open: &mut Open) -> Result<(), JournalError> {
        if open.buffer.count() == 0 {
            return Ok(());
        }
        let commands = open.buffer.count();
        self.writer.write(&mut open.buffer, open.time_ns)?;
        let (injector, writer) = (&self.injector, &mut self.writer);
        let began = Instant::now();
        self.shared.syncs.timed(|| {
            injector
                .before_sync()
                .map_err(JournalError::io("sync", "the journal"))?;
            writer.sync()
        })?;
        let took = began.elapsed();
        self.shared.count_sync(took);
        self.metrics.synced(took, commands);
        self.shared
            .set_durable(self.writer.position().next_sequence - 1);
        Ok(())
    }

    fn answer(&self, completions: Vec<Completion>) {
        match &self.runtime {
            Some(runtime) if completions.len() >= MANY => {
                let metrics = Arc::clone(&self.metrics);
                runtime.spawn(async move { confirm(completions, &metrics) });
            }
            _ => confirm(completions, &self.metrics),
        }
    }
}

/// Sends answers that wait for nothing, and empties the list.
pub(super) fn send_all(completions: &mut Vec<Completion>, runtime: Option<&Handle>) {
    match runtime {
        Some(runtime) if completions.len() >= MANY => {
            let completions = std::mem::take(completions);
            runtime.spawn(async move { send(completions, Ok(())) });
        }
        _ => completions.drain(..).for_each(|one| one.send(Ok(()))),
    }
}

/// Sends the answers of what is durable, and counts how long that took.
fn confirm(completions: Vec<Completion>, metrics: &Metrics) {
    let now = Instant::now();
    for entered in completions.iter().filter_map(Completion::entered) {
        metrics.committed(now.saturating_duration_since(entered));
    }
    send(completions, Ok(()));
}

fn send(completions: Vec<Completion>, durable: Result<(), Refused>) {
    for completion in completions {
        completion.send(durable);
    }
}
