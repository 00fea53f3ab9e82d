//! How long the regulator's export takes: freezes among other entries, written by an executor, exported from its journal, verified.

use super::journal::LabError;
use crate::amount::Amount;
use crate::evidence::{Evidence, Origin, SigningKey};
use crate::executor::{Executor, Setup};
use crate::export::{Fault, Query, Summary, Trust, export_folder, verify};
use crate::ledger::{AccountId, Command, CommandId, Profile};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What to do.
#[derive(Debug, Clone)]
pub struct Experiment {
    /// Freezes.
    pub records: u64,
    /// Entries for each freeze, itself included.
    pub among: u64,
    /// An empty or missing folder; `None` takes a temporary one. Journal and export stay where a folder is named.
    pub data: Option<PathBuf>,
}

impl Default for Experiment {
    /// A million freezes among ten times as many entries.
    fn default() -> Self {
        Self {
            records: 1_000_000,
            among: 10,
            data: None,
        }
    }
}

/// What came out.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// What was exported.
    pub summary: Summary,
    /// From opening the journal to the last byte written.
    pub export: Duration,
    /// Checking all of it.
    pub verify: Duration,
}

/// Seconds of the article's export; how many operations it had is not said.
pub const ARTICLE: Duration = Duration::from_secs(17);

const ACCOUNTS: u64 = 1000;
const BATCH: u64 = 8000;

/// Does it.
///
/// # Errors
/// What keeps the journal or the export from being written or read.
pub fn run(experiment: &Experiment) -> Result<Measured, LabError> {
    let folder = match &experiment.data {
        Some(folder) => folder.clone(),
        None => std::env::temp_dir().join(format!("token-engine-export-{}", std::process::id())),
    };
    let measured = measure(experiment, &folder);
    if experiment.data.is_none() {
        // What cannot be removed is only in the way.
        let _ = std::fs::remove_dir_all(&folder);
    }
    measured
}

fn measure(experiment: &Experiment, folder: &Path) -> Result<Measured, LabError> {
    fill(experiment, folder)?;
    let path = folder.join("export.ndjson");
    let key = SigningKey::new(&[1; 32]);
    let began = Instant::now();
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    let summary = export_folder(folder, &Query::default(), Some(&key), &mut out)?;
    out.flush()?;
    let export = began.elapsed();
    let began = Instant::now();
    let trust = Trust {
        engine: Some(key.public()),
        operator: None,
    };
    let mut input = BufReader::with_capacity(1 << 20, File::open(&path)?);
    let verified = verify(&mut input, &trust)?;
    let same = verified.records == summary.records && summary.records == experiment.records;
    if !same {
        let what = format!(
            "{} records were made, {} exported",
            experiment.records, verified.records
        );
        return Err(Fault { line: 0, what }.into());
    }
    Ok(Measured {
        summary,
        export,
        verify: began.elapsed(),
    })
}

/// Makes the journal: accounts that are known, funded, and frozen a little at a time, with transfers between.
fn fill(experiment: &Experiment, folder: &Path) -> Result<(), LabError> {
    let setup = Setup {
        data: Some(folder.to_owned()),
        ..Setup::default()
    };
    let executor = Executor::start(&setup)?.executor;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let among = experiment.among.max(1);
    let entries = experiment.records * among;
    runtime.block_on(async {
        executor.apply_batch_from(prepare(), evidence()).await?;
        let mut first = 0;
        while first < entries {
            let last = entries.min(first + BATCH);
            let commands = (first..last).map(|number| command(number, among)).collect();
            executor.apply_batch_from(commands, evidence()).await?;
            first = last;
        }
        Ok::<_, LabError>(())
    })?;
    executor.stop();
    Ok(())
}

/// What an operator's entry carries, at its usual size.
fn evidence() -> Evidence {
    Origin {
        ip: Some(Ipv4Addr::new(192, 0, 2, 1).into()),
        operator: Some("operator".to_owned()),
        proof: Some("idp:0190c0de-0000-7000-8000-000000000001".to_owned()),
        signature: Some([7; 64]),
        ..Origin::default()
    }
    .evidence()
}

fn account(number: u64) -> AccountId {
    AccountId::new(u128::from(number % ACCOUNTS + 1))
}

fn prepare() -> Vec<Command> {
    let profile = Profile {
        level: 2,
        jurisdiction: *b"DE",
    };
    let opens = (0..ACCOUNTS).map(|number| {
        let id = CommandId::new(account(number).get());
        Command::open(id, account(number)).with_profile(profile)
    });
    let mints = (0..ACCOUNTS).map(|number| {
        let id = CommandId::new(u128::from(ACCOUNTS + 1 + number));
        let amount = Amount::from_units(1 << 60).unwrap_or(Amount::MAX);
        Command::mint(id, account(number), amount)
    });
    opens.chain(mints).collect()
}

fn command(number: u64, among: u64) -> Command {
    let (id, one) = (
        super::scattered_key(number),
        Amount::from_units(1).unwrap_or(Amount::ZERO),
    );
    if number.is_multiple_of(among) {
        Command::freeze(id, account(number / among), one)
    } else {
        Command::transfer(id, account(number), account(number + 1), one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_freeze_is_exported_and_verified() {
        for among in [1, 7] {
            let measured = run(&Experiment {
                records: 300,
                among,
                data: None,
            });
            let summary = measured.unwrap().summary;
            assert_eq!(summary.records, 300);
            assert_eq!(summary.entries, 2 * ACCOUNTS + 300 * among);
        }
    }
}
