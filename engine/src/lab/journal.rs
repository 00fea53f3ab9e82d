//! What durability costs: sealing a group, batches through executor and journal to the disk, and the replay of what was written.

use crate::amount::Amount;
use crate::executor::{Durability, Executor, Refused, Setup, SnapshotPolicy};
use crate::export::{ExportError, Fault};
use crate::journal::{EngineId, GroupBuffer, JournalError, Merkle, Stamp};
use crate::ledger::{AccountId, Command, CommandId};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use thiserror::Error;

/// What to do.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// Transfers in all.
    pub entries: u64,
    /// Transfers of a batch.
    pub batch: u64,
    /// Batches that wait at a time.
    pub callers: u64,
    /// How the batches become durable.
    pub durability: Durability,
    /// An empty or missing folder; `None` takes a temporary one. The journal stays where a folder is named.
    pub data: Option<PathBuf>,
}

impl Default for Experiment {
    /// A million transfers in batches of 8,000, two of them at a time.
    fn default() -> Self {
        Self {
            entries: 1_000_000,
            batch: 8_000,
            callers: 2,
            durability: Durability::Group,
            data: None,
        }
    }
}

/// What came out.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// Root, hash and checksum, for one entry of a group of `batch`.
    pub seal_per_entry: Duration,
    /// Transfers acknowledged.
    pub entries: u64,
    /// From the first batch sent to the last one acknowledged.
    pub durable: Duration,
    /// Groups written meanwhile.
    pub groups: u64,
    /// The mean of their syncs.
    pub sync: Duration,
    /// Reading, checking and applying all of it again; `None` when it was nowhere.
    pub replay: Option<Duration>,
}

/// Why there is no result.
#[derive(Debug, Error)]
pub enum LabError {
    /// The journal.
    #[error("{0}")]
    Journal(#[from] JournalError),
    /// The executor gave up.
    #[error("the executor refused: {0}")]
    Refused(#[from] Refused),
    /// No threads, or no file.
    #[error("the system refuses: {0}")]
    System(#[from] io::Error),
    /// No export.
    #[error("{0}")]
    Write(#[from] ExportError),
    /// An export that does not hold.
    #[error("the export is not whole: {0}")]
    Export(#[from] Fault),
}

const ACCOUNTS: u64 = 1000;

/// Does it.
///
/// # Errors
/// What keeps the journal from being written or read.
pub fn run(experiment: &Experiment) -> Result<Measured, LabError> {
    let folder = folder(experiment);
    let setup = setup(experiment, &folder);
    let seal_per_entry = seal(experiment.batch);
    let executor = Executor::start(&setup)?.executor;
    let before = executor.progress();
    let durable = drive(&executor, experiment)?;
    let after = executor.progress();
    executor.stop();
    let replay = replay(&setup)?;
    if experiment.data.is_none() {
        // What cannot be removed is only in the way.
        let _ = std::fs::remove_dir_all(&folder);
    }
    let groups = after.groups - before.groups;
    Ok(Measured {
        seal_per_entry,
        entries: experiment.entries,
        durable,
        groups,
        sync: Duration::from_nanos((after.sync_ns - before.sync_ns) / groups.max(1)),
        replay,
    })
}

/// Where the journal lies.
pub(super) fn folder(experiment: &Experiment) -> PathBuf {
    match &experiment.data {
        Some(folder) => folder.clone(),
        None => std::env::temp_dir().join(format!("token-engine-lab-{}", std::process::id())),
    }
}

/// An engine that leaves no snapshots: its journal is to be replayed whole.
pub(super) fn setup(experiment: &Experiment, folder: &Path) -> Setup {
    Setup {
        data: Some(folder.to_owned()),
        durability: experiment.durability,
        snapshots: SnapshotPolicy {
            segments: 0,
            at_end: false,
            ..SnapshotPolicy::default()
        },
        ..Setup::default()
    }
}

/// The best of ten, because everything that disturbs makes it slower.
fn seal(batch: u64) -> Duration {
    let mut merkle = Merkle::default();
    let mut buffer = GroupBuffer::default();
    let once = |_| {
        buffer.clear();
        for sequence in 1..=batch.max(1) {
            let stamp = Stamp {
                sequence,
                status: 0,
                flags: 0,
                role: 0,
            };
            buffer.push(&[sequence as u8; 128], stamp, &[]);
        }
        let began = Instant::now();
        std::hint::black_box(buffer.seal(EngineId([1; 16]), 1, &[0; 32], &mut merkle));
        began.elapsed()
    };
    let best = (0..10).map(once).min().unwrap_or_default();
    best / batch.max(1) as u32
}

/// Opens and funds accounts, then sends all transfers; the time of the transfers.
pub(super) fn drive(executor: &Executor, experiment: &Experiment) -> Result<Duration, LabError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        executor.apply_batch(prepare()).await?;
        let began = Instant::now();
        let callers =
            (0..experiment.callers.max(1)).map(|caller| call(executor, experiment, caller));
        for answered in join(callers.collect()).await {
            answered?;
        }
        Ok(began.elapsed())
    })
}

fn prepare() -> Vec<Command> {
    let opens = (1..=ACCOUNTS).map(|number| {
        let number = u128::from(number);
        Command::open(CommandId::new(number), AccountId::new(number))
    });
    let mints = (1..=ACCOUNTS).map(|number| {
        let key = CommandId::new(u128::from(ACCOUNTS + number));
        let amount = Amount::from_units(1_000_000_000_000).unwrap_or(Amount::MAX);
        Command::mint(key, AccountId::new(u128::from(number)), amount)
    });
    opens.chain(mints).collect()
}

/// Every so many-th batch, one after the other.
async fn call(executor: &Executor, experiment: &Experiment, caller: u64) -> Result<(), Refused> {
    let batch = experiment.batch.max(1);
    let batches = experiment.entries.div_ceil(batch);
    for number in (caller..batches).step_by(experiment.callers.max(1) as usize) {
        let first = number * batch;
        let last = experiment.entries.min(first + batch);
        let commands = (first..last).map(transfer).collect();
        executor.apply_batch(commands).await?;
    }
    Ok(())
}

fn transfer(number: u64) -> Command {
    let account = |number: u64| AccountId::new(u128::from(number % ACCOUNTS + 1));
    let one = Amount::from_units(1).unwrap_or(Amount::ZERO);
    Command::transfer(
        super::scattered_key(number),
        account(number),
        account(number * 7 + 1),
        one,
    )
}

/// Waits for all.
async fn join<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = futures.into_iter().map(|one| Some(Box::pin(one))).collect();
    let mut done: Vec<_> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (one, output) in waiting.iter_mut().zip(&mut done) {
            if let Some(future) = one
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *output = Some(value);
                *one = None;
            }
        }
        if waiting.iter().all(Option::is_none) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

fn replay(setup: &Setup) -> Result<Option<Duration>, LabError> {
    if setup.durability == Durability::None {
        return Ok(None);
    }
    let began = Instant::now();
    let started = Executor::start(setup)?;
    let took = began.elapsed();
    started.executor.stop();
    Ok(Some(took))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_be_durable_ends_with_all_entries_acknowledged() {
        for durability in [Durability::Group, Durability::Each, Durability::None] {
            let measured = run(&Experiment {
                entries: 500,
                batch: 70,
                callers: 3,
                durability,
                data: None,
            });
            let measured = measured.unwrap();
            assert_eq!(measured.entries, 500);
            assert_eq!(measured.replay.is_some(), durability != Durability::None);
            assert_eq!(measured.groups > 0, durability != Durability::None);
        }
    }
}
