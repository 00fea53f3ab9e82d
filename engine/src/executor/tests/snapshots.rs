//! A snapshot and the tail behind it give the ledger that the whole journal gives, and a folder keeps its tokens.

use super::*;
use crate::executor::open as opening;
use crate::executor::snapshots;
use crate::executor::temporary::Temporary;
use crate::journal::{EngineId, JournalError};
use crate::ledger::TokenSpec;

const LIMITS: Limits = Limits {
    accounts_max: 100_000,
    entries_max: 1_000_000,
    open_holds_max: 1000,
    allowances_max: 1000,
    supply_cap: crate::amount::Amount::MAX,
};

fn reopened(sim: &Sim, tokens: &[TokenSpec]) -> Result<opening::Opened, JournalError> {
    let storage: Arc<dyn Storage> = Arc::new(sim.clone());
    opening::open(&storage, EngineId([7; 16]), LIMITS, tokens)
}

/// Opens accounts from `first` on, each in a group of its own.
async fn fill(sim: &Sim, first: u128, count: u128) {
    let running = on(sim, Durability::Group);
    for number in first..first + count {
        running.executor.apply(open(number)).await.unwrap();
    }
}

/// Leaves a snapshot of all that is there, as an orderly end in a folder does.
fn snapshot(sim: &Sim) {
    let opened = reopened(sim, &[]).unwrap();
    let position = opened.recovered.writer.position();
    let end = From {
        sequence: position.next_sequence - 1,
        hash: position.previous,
    };
    snapshots::store(sim, end, &opened.ledger).unwrap();
}

fn names(sim: &Sim) -> Vec<String> {
    let mut names = sim.names().unwrap();
    names.retain(|name| name.ends_with(".snapshot"));
    names.sort_unstable();
    names
}

#[tokio::test]
async fn a_snapshot_and_its_tail_are_the_whole_journal() {
    let sim = Sim::default();
    fill(&sim, 1, 150).await;
    snapshot(&sim);
    fill(&sim, 151, 30).await;
    let whole = sim.copy();
    for name in names(&sim) {
        whole.remove(&name).unwrap();
    }
    let (with, without) = (reopened(&sim, &[]).unwrap(), reopened(&whole, &[]).unwrap());
    assert_eq!((with.begun.snapshot, without.begun.snapshot), (150, 0));
    assert_eq!(with.recovered.found.entries, 30);
    assert_eq!(with.recovered.found.head, without.recovered.found.head);
    assert_eq!(with.ledger.digest(), without.ledger.digest());
    // Keys are kept as well: a repeated command is a replay.
    let running = on(&sim, Durability::Group);
    assert!(running.executor.apply(open(3)).await.unwrap().is_replayed());
}

#[tokio::test]
async fn a_damaged_snapshot_falls_back_to_the_one_before_and_then_to_the_journal() {
    let sim = Sim::default();
    fill(&sim, 1, 40).await;
    snapshot(&sim);
    fill(&sim, 41, 40).await;
    snapshot(&sim);
    fill(&sim, 81, 5).await;
    let digest = reopened(&sim, &[]).unwrap().ledger.digest();
    let names = names(&sim);
    for (damaged, from) in [(1, 40), (0, 0)] {
        sim.tamper(&names[damaged], |bytes| bytes[200] ^= 1);
        let opened = reopened(&sim, &[]).unwrap();
        assert_eq!(opened.begun.snapshot, from);
        assert_eq!(opened.begun.bad.len(), 2 - damaged);
        assert_eq!(opened.ledger.digest(), digest);
    }
}

#[tokio::test]
async fn a_snapshot_of_what_the_journal_does_not_have_refuses_to_start() {
    let sim = Sim::default();
    fill(&sim, 1, 10).await;
    let before = sim.copy();
    fill(&sim, 11, 10).await;
    snapshot(&sim);
    let name = &names(&sim)[0];
    let bytes = sim.read(name).unwrap();
    let mut file = before.create(name, 0).unwrap();
    file.write_at(0, &bytes).unwrap();
    file.sync().unwrap();
    let error = reopened(&before, &[])
        .err()
        .expect("ten entries are missing");
    assert!(
        matches!(
            error,
            JournalError::BelowWatermark {
                found: 10,
                watermark: 20,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn the_thread_makes_a_snapshot_of_the_segments_that_were_ended() {
    let sim = Sim::default();
    let storage: Arc<dyn Storage> = Arc::new(sim.clone());
    let setup = Setup {
        limits: LIMITS,
        snapshots: SnapshotPolicy {
            segments: 2,
            ..SnapshotPolicy::default()
        },
        ..Setup::default()
    };
    let running = Executor::on_storage(&setup, &storage).unwrap();
    for number in 1..=300 {
        running.executor.apply(open(number)).await.unwrap();
    }
    while names(&sim).is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    drop(running);
    let opened = reopened(&sim, &[]).unwrap();
    assert!(opened.begun.snapshot > 0 && opened.begun.snapshot < 300);
    assert_eq!(opened.ledger.last_sequence(), Sequence::new(300));
}

#[tokio::test]
async fn an_orderly_end_leaves_a_snapshot_in_a_folder_that_stays() {
    let folder = Temporary::create(&std::env::temp_dir()).unwrap();
    let setup = Setup {
        data: Some(folder.journal()),
        ..Setup::default()
    };
    let running = Executor::start(&setup).unwrap();
    running.executor.apply(open(1)).await.unwrap();
    running.executor.stop();
    drop(running);
    let running = Executor::start(&setup).unwrap();
    assert_eq!(running.begun.snapshot, 1);
    assert_eq!(running.found.as_ref().unwrap().entries, 0);
    drop(running);
    let (found, _) = verify(&folder.journal(), Limits::default()).unwrap();
    assert_eq!(found.last_sequence, 1);
}

#[tokio::test]
async fn a_folder_keeps_the_tokens_that_it_was_made_with() {
    let euro: Vec<TokenSpec> = vec!["2:EUR,decimals=2".parse().unwrap()];
    let sim = Sim::default();
    drop(reopened(&sim, &euro).unwrap());
    drop(reopened(&sim, &euro).unwrap());
    let error = reopened(&sim, &[]).err().expect("other tokens");
    assert!(
        error.to_string().contains("is that of token 2 EUR")
            && error.to_string().contains("not of token 1 REF"),
        "{error}"
    );
    assert!(error.hint().is_some_and(|hint| hint.contains("--token")));
    // The same with a snapshot, which is read before the journal's beginning.
    let plain = Sim::default();
    fill(&plain, 1, 3).await;
    snapshot(&plain);
    let error = reopened(&plain, &euro).err().expect("other tokens");
    assert!(
        error.to_string().contains("is that of token 1 REF"),
        "{error}"
    );
}

#[tokio::test]
async fn verify_finds_a_snapshot_of_another_history() {
    let folder = Temporary::create(&std::env::temp_dir()).unwrap();
    let setup = Setup {
        data: Some(folder.journal()),
        ..Setup::default()
    };
    let running = Executor::start(&setup).unwrap();
    running.executor.apply(open(1)).await.unwrap();
    drop(running);
    let disk = crate::journal::Disk::existing(&folder.journal()).unwrap();
    let other = crate::ledger::Ledger::new(Limits::default());
    let strange = From {
        sequence: 1,
        hash: [1; 32],
    };
    snapshots::store(&disk, strange, &other).unwrap();
    drop(disk);
    let error = verify(&folder.journal(), Limits::default()).expect_err("another history");
    assert!(
        matches!(error, JournalError::Divergence { sequence: 1, .. }),
        "{error}"
    );
}
