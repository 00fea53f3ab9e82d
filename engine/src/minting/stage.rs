//! The queue `minting` and the threads behind it.

use super::{MintWork, Minting};
use crate::evidence::Evidence;
use crate::executor::{Executor, Refused};
use crate::ledger::{AccountId, Command, Outcome};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use tokio::sync::oneshot;

/// Mints that may wait for one thread.
const QUEUE: usize = 1024;

/// A mint, and where the ledger's answer goes.
type Job = (Command, Evidence, oneshot::Sender<Result<Outcome, Refused>>);

/// Where mints are prepared.
#[derive(Debug)]
pub(crate) struct Stage {
    work: MintWork,
    executor: Arc<Executor>,
    threads: Vec<(SyncSender<Job>, JoinHandle<()>)>,
    waiting: Arc<AtomicUsize>,
}

impl Stage {
    /// The stage in front of an executor.
    ///
    /// # Errors
    /// A thread that cannot be started.
    pub(crate) fn new(
        minting: Minting,
        work: MintWork,
        executor: &Arc<Executor>,
    ) -> io::Result<Self> {
        let waiting = Arc::new(AtomicUsize::new(0));
        let count = match minting {
            Minting::Inline => 0,
            Minting::Pool(threads) => threads.get(),
        };
        let start = |number| start(number, work, executor, &waiting);
        Ok(Self {
            work,
            executor: Arc::clone(executor),
            threads: (0..count).map(start).collect::<io::Result<_>>()?,
            waiting,
        })
    }

    /// Prepares a mint and applies it; the answer comes when it is durable.
    ///
    /// # Errors
    /// As [`Executor::apply`], and [`Refused::Overloaded`] when too many mints wait.
    pub(crate) async fn apply(
        &self,
        command: Command,
        evidence: Evidence,
    ) -> Result<Outcome, Refused> {
        if self.threads.is_empty() {
            self.work.run().await;
            return self.executor.apply_from(command, evidence).await;
        }
        let (reply, answer) = oneshot::channel();
        let account = command.credit().map_or(0, AccountId::get);
        let (thread, _) = &self.threads[route(account, self.threads.len())];
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if let Err(refused) = thread.try_send((command, evidence, reply)) {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(match refused {
                TrySendError::Full(_) => Refused::Overloaded,
                TrySendError::Disconnected(_) => Refused::Stopped,
            });
        }
        answer.await.unwrap_or(Err(Refused::Stopped))
    }

    /// Mints that wait for a thread now.
    pub(crate) const fn waiting(&self) -> &Arc<AtomicUsize> {
        &self.waiting
    }
}

/// The thread of an account: always the same. Ids may count up in either half.
fn route(account: u128, threads: usize) -> usize {
    let folded = (account >> 64) as u64 ^ account as u64;
    // Fibonacci hashing, so that ids in steps of the number of threads spread as well.
    let spread = folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    spread as usize % threads
}

fn start(
    number: usize,
    work: MintWork,
    executor: &Arc<Executor>,
    waiting: &Arc<AtomicUsize>,
) -> io::Result<(SyncSender<Job>, JoinHandle<()>)> {
    let (queue, jobs) = sync_channel(QUEUE);
    let (executor, waiting) = (Arc::clone(executor), Arc::clone(waiting));
    let thread = thread::Builder::new()
        .name(format!("engine-mint-{number}"))
        .spawn(move || {
            probe::thread::enter();
            prepare_all(&jobs, work, &executor, &waiting);
            probe::thread::exit();
        })?;
    Ok((queue, thread))
}

fn prepare_all(jobs: &Receiver<Job>, work: MintWork, executor: &Executor, waiting: &AtomicUsize) {
    while let Ok((command, evidence, reply)) = jobs.recv() {
        waiting.fetch_sub(1, Ordering::Relaxed);
        work.block();
        executor.apply_to(command, evidence, reply);
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for (queue, thread) in self.threads.drain(..) {
            drop(queue);
            // A panic was said on standard error already.
            let _ = thread.join();
        }
    }
}
