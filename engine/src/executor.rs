//! Where commands meet the state: one thread owns the ledger, another one its journal.
//!
//! Callers put items into a bounded queue. The executor thread takes what is there, applies it, and leaves the entries as one open
//! group in a slot; the journal thread takes the group when the sync before is over, writes it and syncs. So a group holds whatever
//! arrived during one sync; when that is much, the next one is gathered for a millisecond more. An answer leaves only when its group is durable, and a read only when the state that
//! it saw is. A question whose answer is durable needs no place in the queue: who asks looks into the ledger between two rounds.

pub use item::Refused;
pub use open::Begun;
#[cfg(feature = "postgres")]
pub(crate) use record::push as push_entry;
pub(crate) use record::read as command_of;
pub use replay::verify;
pub(crate) use setup::fresh_id;
pub use setup::{Setup, Started};
pub use snapshots::SnapshotPolicy;

mod apply;
pub mod balances;
mod commit;
mod failure;
mod item;
mod keep;
mod lanes;
mod open;
mod queue;
mod record;
mod replay;
mod setup;
mod slot;
mod snapshots;
mod state;
#[cfg(feature = "postgres")]
mod store;
mod temporary;
mod waiting;

use crate::evidence::Evidence;
use crate::journal::{From, Storage};
use crate::ledger::part::Needs;
use crate::ledger::{Command, Ledger, Outcome, Sequence};
use crate::pool::BatchPool;
use balances::Balances;
use item::{Asked, Item, Question};
use queue::Queue;
use slot::Shared;
use state::State;
use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;
use tokio::sync::oneshot;
use waiting::Waiting;

/// How commands become durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// One sync for all that arrived during the one before.
    #[default]
    Group,
    /// One sync for each command or batch.
    Each,
    /// Nothing is written: what was answered is lost when the process ends.
    None,
}

impl Durability {
    /// The name of the switch's value.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Each => "each",
            Self::None => "none",
        }
    }
}

impl std::str::FromStr for Durability {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Group, Self::Each, Self::None]
            .into_iter()
            .find(|durability| durability.name() == text)
            .ok_or(())
    }
}

/// The bounds of the queue. At a bound the answer is [`Refused::Overloaded`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Items that may wait; a batch is one.
    pub items: NonZeroUsize,
    /// Commands that may wait.
    pub commands: NonZeroUsize,
}

impl Default for QueueLimits {
    /// 2,048 items, 65,536 commands.
    fn default() -> Self {
        Self {
            items: const { NonZeroUsize::new(2048).expect("not zero") },
            commands: const { NonZeroUsize::new(65_536).expect("not zero") },
        }
    }
}

/// The ledger behind its queue.
pub struct Executor {
    queue: Arc<Queue>,
    /// Of a store: questions for single rows, and for many.
    reads: Option<[Arc<Queue>; 2]>,
    /// Of a ledger in memory.
    state: Option<Arc<State>>,
    shared: Arc<Shared>,
    threads: Mutex<Threads>,
    folder_path: Option<PathBuf>,
    durability: Durability,
    balances: Balances,
    pool: Arc<BatchPool>,
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor").finish_non_exhaustive()
    }
}

/// The threads, in the order in which they end.
#[derive(Default)]
struct Threads {
    snapshots: Option<(Sender<()>, JoinHandle<()>)>,
    /// Leaves whether the ledger is as the journal has it.
    apply: Option<JoinHandle<bool>>,
    commit: Option<JoinHandle<Option<From>>>,
    keep: Option<(Sender<()>, JoinHandle<()>)>,
    reads: Vec<JoinHandle<()>>,
    /// Where a last snapshot goes, and the sequence of the one that the start read.
    snapshot: Option<(Arc<dyn Storage>, u64)>,
    folder: Option<temporary::Temporary>,
}

/// What an executor has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The last sequence that is applied.
    pub applied: u64,
    /// The last sequence that is durable.
    pub durable: u64,
    /// Groups written since the start.
    pub groups: u64,
    /// Time spent in syncs since the start, in nanoseconds.
    pub sync_ns: u64,
    /// The median of the syncs since the start, in nanoseconds; `None` before the first.
    pub sync_median_ns: Option<u64>,
    /// Commands that wait now.
    pub waiting: usize,
    /// Items refused because the queue was full, since the start.
    pub shed: u64,
}

impl Progress {
    /// Commands that are applied and wait for the journal.
    pub const fn undurable(&self) -> u64 {
        self.applied.saturating_sub(self.durable)
    }
}

impl Executor {
    /// Applies one command; the answer comes when it is durable.
    ///
    /// A command that entered the queue is finished even if the caller goes away.
    ///
    /// # Errors
    /// [`Refused`]: then the outcome is recorded nowhere, or, for [`Refused::JournalFailed`] and [`Refused::Stopped`], unknown.
    pub async fn apply(&self, command: Command) -> Result<Outcome, Refused> {
        self.apply_from(command, None).await
    }

    /// As [`Executor::apply`]; who sent it is recorded with it.
    ///
    /// # Errors
    /// As [`Executor::apply`].
    pub async fn apply_from(
        &self,
        command: Command,
        evidence: Evidence,
    ) -> Result<Outcome, Refused> {
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting::begin(&self.shared.syncs);
        self.queue.push(Item::One {
            command,
            evidence,
            reply,
            entered: Instant::now(),
        })?;
        answered(answer, waiting).await
    }

    /// As [`Executor::apply_from`], for callers that wait elsewhere; whatever comes is sent there.
    pub(crate) fn apply_to(
        &self,
        command: Command,
        evidence: Evidence,
        reply: oneshot::Sender<Result<Outcome, Refused>>,
    ) {
        self.queue.push_or_refuse(Item::One {
            command,
            evidence,
            reply,
            entered: Instant::now(),
        });
    }

    /// Applies commands in order, inside one group; the outcomes come in the same order.
    ///
    /// # Errors
    /// As [`Executor::apply`], for all of them.
    pub async fn apply_batch(&self, commands: Vec<Command>) -> Result<Vec<Outcome>, Refused> {
        self.apply_batch_from(commands, None).await
    }

    /// As [`Executor::apply_batch`]; who sent it is recorded with those commands that take an operator.
    ///
    /// # Errors
    /// As [`Executor::apply`].
    pub async fn apply_batch_from(
        &self,
        commands: Vec<Command>,
        evidence: Evidence,
    ) -> Result<Vec<Outcome>, Refused> {
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting::begin(&self.shared.syncs);
        self.queue.push(Item::Many {
            commands,
            evidence,
            reply,
            entered: Instant::now(),
        })?;
        answered(answer, waiting).await
    }

    /// Asks the ledger something; no command is applied until `question` returns, so it should only copy.
    ///
    /// `needs` says what the question reads: of a ledger in a store nothing else is there.
    ///
    /// # Errors
    /// As [`Executor::apply`].
    pub async fn read<R: Send + 'static>(
        &self,
        needs: Needs,
        question: impl FnOnce(&Ledger) -> R + Send + 'static,
    ) -> Result<R, Refused> {
        self.read_seen(needs, resting_on_all(question)).await
    }

    /// As [`Executor::read`], for a question that also says which entry its answer rests on: the answer waits for that entry to be
    /// durable, and not for others behind it.
    ///
    /// # Errors
    /// As [`Executor::apply`].
    pub async fn read_seen<R: Send + 'static>(
        &self,
        needs: Needs,
        question: impl FnOnce(&Ledger) -> (R, Option<Sequence>) + Send + 'static,
    ) -> Result<R, Refused> {
        let mut question = Question::new(question);
        if self.is_at_hand(&needs, &mut question) {
            return question.answer();
        }
        let (reply, answer) = oneshot::channel();
        let reply = move |result| drop(reply.send(result));
        let waiting = Waiting::begin(&self.shared.syncs);
        self.ask(needs, question.sent_to(reply))?;
        answered(answer, waiting).await
    }

    /// As [`Executor::read`], for callers who may block.
    ///
    /// # Errors
    /// As [`Executor::apply`].
    pub fn read_blocking<R: Send + 'static>(
        &self,
        needs: Needs,
        question: impl FnOnce(&Ledger) -> R + Send + 'static,
    ) -> Result<R, Refused> {
        let (reply, answer) = std::sync::mpsc::sync_channel(1);
        let reply = move |result| drop(reply.send(result));
        let question = Question::new(resting_on_all(question));
        self.ask(needs, question.sent_to(reply))?;
        answer.recv().unwrap_or(Err(Refused::Stopped))
    }

    /// Asks at once, if that is possible without waiting and short; whether the answer may leave at once, too. A balance that another
    /// thread reads costs a request as much again as reading, parsing and answering it.
    fn is_at_hand<F, R>(&self, needs: &Needs, question: &mut Question<F, R>) -> bool
    where
        F: FnOnce(&Ledger) -> (R, Option<Sequence>),
    {
        let Some(state) = self.state.as_ref().filter(|_| needs.is_bounded()) else {
            return false;
        };
        let Some(ledger) = state.at_hand() else {
            return false;
        };
        question.ask(&ledger) <= self.shared.durable() && self.queue.is_open()
    }

    fn ask(&self, needs: Needs, asked: Box<dyn Asked>) -> Result<(), Refused> {
        let queue = match &self.reads {
            Some(reads) => &reads[usize::from(needs.is_wide())],
            None => &self.queue,
        };
        queue.push(Item::Read { needs, asked })
    }

    /// Whether commands are taken: cheap, and without a place in the queue, so that it can be asked under overload.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self) -> Result<(), Refused> {
        self.queue.closed().map_or(Ok(()), Err)
    }

    /// What was done so far.
    pub fn progress(&self) -> Progress {
        let (waiting, shed) = self.queue.depth();
        self.shared.progress(waiting, shed)
    }

    /// Takes no more, finishes what was taken, makes it durable, ends the threads, and leaves a snapshot in a folder that stays. Blocks
    /// until then. The journal stays where it is.
    pub fn halt(&self) {
        for queue in self.reads.iter().flatten().chain([&self.queue]) {
            queue.close(Refused::Stopping);
        }
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((ended, thread)) = threads.snapshots.take() {
            drop(ended);
            let _ = thread.join();
        }
        // A panic of a thread has been answered with `Stopped` already.
        let apply = threads.apply.take().map(JoinHandle::join);
        let state = self
            .state
            .as_ref()
            .filter(|_| matches!(apply, Some(Ok(true))));
        for thread in threads.reads.drain(..) {
            let _ = thread.join();
        }
        let end = threads.commit.take().and_then(|thread| thread.join().ok());
        if let Some((ended, thread)) = threads.keep.take() {
            drop(ended);
            let _ = thread.join();
        }
        if let (Some(state), Some(Some(end)), Some((storage, last))) =
            (state, end, threads.snapshot.take())
            && end.sequence > last
        {
            // Without it the next start takes longer, and nothing else.
            let _ = snapshots::store(storage.as_ref(), end, &state.look());
        }
    }

    /// [`Executor::halt`], and then removes a journal that was temporary.
    pub fn stop(&self) {
        self.halt();
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        drop(threads.folder.take());
    }

    /// How commands become durable.
    pub const fn durability(&self) -> Durability {
        self.durability
    }

    /// Vectors to use again: of what is asked, and of what is answered.
    pub const fn pool(&self) -> &Arc<BatchPool> {
        &self.pool
    }

    /// How balances are kept.
    pub const fn balances(&self) -> Balances {
        self.balances
    }

    /// The folder of the journal; `None` without one.
    pub fn folder(&self) -> Option<&Path> {
        self.folder_path.as_deref()
    }
}

/// The answer, and what was waited for until it came.
async fn answered<T>(
    answer: oneshot::Receiver<Result<T, Refused>>,
    waiting: Waiting<'_>,
) -> Result<T, Refused> {
    let answer = answer.await;
    waiting.end();
    answer.unwrap_or(Err(Refused::Stopped))
}

/// A question whose answer may rest on any entry.
fn resting_on_all<R>(
    question: impl FnOnce(&Ledger) -> R + Send + 'static,
) -> impl FnOnce(&Ledger) -> (R, Option<Sequence>) + Send + 'static {
    move |ledger| (question(ledger), ledger.last_sequence())
}

impl Drop for Executor {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests;
