//! How fast an engine is back: the whole journal replayed, and a snapshot read instead.

use super::journal::{Experiment, LabError, drive, folder, setup};
use crate::executor::{Durability, Executor, Setup, SnapshotPolicy};
use crate::journal::JournalError;
use crate::ledger::Ledger;
use crate::ledger::part::Needs;
use std::fs;
use std::time::{Duration, Instant};

/// What came out.
#[derive(Debug, Clone, Copy)]
pub struct Replayed {
    /// Entries of the journal, the opening and funding of accounts among them.
    pub entries: u64,
    /// Opening the folder by reading, checking and applying all of them.
    pub whole: Duration,
    /// Ending it in order, with a snapshot.
    pub snapshot: Duration,
    /// Bytes of the snapshot.
    pub bytes: u64,
    /// Opening the folder by reading the snapshot, which is all of the journal.
    pub from_snapshot: Duration,
    /// Whether both gave the same ledger.
    pub same: bool,
}

/// Writes a journal of transfers and opens it both ways.
///
/// # Errors
/// What keeps the journal from being written or read.
pub fn run(experiment: &Experiment) -> Result<Replayed, LabError> {
    let experiment = Experiment {
        durability: Durability::Group,
        ..experiment.clone()
    };
    let folder = folder(&experiment);
    let without = setup(&experiment, &folder);
    let executor = Executor::start(&without)?.executor;
    drive(&executor, &experiment)?;
    executor.stop();
    drop(executor);
    let with = Setup {
        snapshots: SnapshotPolicy {
            at_end: true,
            ..without.snapshots
        },
        ..without.clone()
    };
    let (whole, entries, digest, snapshot) = open(&with)?;
    let bytes = bytes_of_snapshots(&folder)?;
    let (from_snapshot, _, again, _) = open(&with)?;
    if experiment.data.is_none() {
        // What cannot be removed is only in the way.
        let _ = fs::remove_dir_all(&folder);
    }
    Ok(Replayed {
        entries,
        whole,
        snapshot,
        bytes,
        from_snapshot,
        same: digest == again,
    })
}

/// Opens and ends it: the time to open, entries read, the ledger's digest, the time to end.
fn open(setup: &Setup) -> Result<(Duration, u64, u128, Duration), LabError> {
    let began = Instant::now();
    let started = Executor::start(setup)?;
    let opened = began.elapsed();
    let digest = started
        .executor
        .read_blocking(Needs::Totals, Ledger::digest)?;
    let entries = started.found.map_or(0, |found| found.entries);
    let began = Instant::now();
    started.executor.stop();
    Ok((opened, entries, digest, began.elapsed()))
}

fn bytes_of_snapshots(folder: &std::path::Path) -> Result<u64, LabError> {
    let mut bytes = 0;
    let shown = folder.display().to_string();
    let unread = |error| JournalError::io("read", &shown)(error);
    for entry in fs::read_dir(folder).map_err(unread)? {
        let entry = entry.map_err(unread)?;
        let name = entry.file_name();
        if std::path::Path::new(&name)
            .extension()
            .is_some_and(|end| end == "snapshot")
        {
            bytes += entry.metadata().map_err(unread)?.len();
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_give_the_same_ledger() {
        let replayed = run(&Experiment {
            entries: 700,
            batch: 90,
            data: Some(std::env::temp_dir().join(format!("lab-replay-{}", std::process::id()))),
            ..Experiment::default()
        });
        let replayed = replayed.unwrap();
        assert!(replayed.same && replayed.bytes > 0);
        assert_eq!(replayed.entries, 2700);
        let folder = std::env::temp_dir().join(format!("lab-replay-{}", std::process::id()));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
