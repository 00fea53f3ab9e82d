#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::amount::Amount;
use crate::evidence::Origin;
use crate::executor::{Durability, Setup};
use crate::ledger::{AccountId, Command, CommandId, Profile};
use serde_json::Value;
use std::time::Instant;

/// A folder that is gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("audit-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn log(&self) -> PathBuf {
        self.0.join("audit.ndjson")
    }

    fn executor(&self) -> Arc<Executor> {
        let setup = Setup {
            data: Some(self.0.join("journal")),
            ..Setup::default()
        };
        Arc::new(Executor::start(&setup).unwrap().executor)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Two accounts, funded; a transfer, a refused one, a freeze; in groups of one and of many.
fn drive(executor: &Executor) {
    let account = AccountId::new;
    let profile = Profile {
        level: 2,
        jurisdiction: *b"DE",
    };
    let amount = |units| Amount::from_units(units).unwrap();
    let origin = Origin {
        ip: Some([192, 0, 2, 7].into()),
        operator: Some("alice".to_owned()),
        ..Origin::default()
    };
    let singles = [
        Command::open(CommandId::new(1), account(1)).with_profile(profile),
        Command::open(CommandId::new(2), account(2)),
        Command::mint(CommandId::new(3), account(1), amount(100)),
    ];
    let batch = vec![
        Command::transfer(CommandId::new(4), account(1), account(2), amount(5)),
        Command::transfer(CommandId::new(5), account(2), account(1), amount(6)),
        Command::freeze(CommandId::new(6), account(1), amount(7)),
    ];
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(async {
        for command in singles {
            let outcome = executor.apply_from(command, origin.evidence()).await;
            assert!(outcome.unwrap().is_new());
        }
        let outcomes = executor.apply_batch_from(batch, origin.evidence()).await;
        assert_eq!(outcomes.unwrap().len(), 3);
    });
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().unwrap()
}

/// Writes the log of a halted executor to its end.
fn write(path: &Path, executor: &Arc<Executor>) {
    let log = AuditLog::start(path, Arc::clone(executor)).unwrap();
    log.stop();
    assert_eq!(log.progress().problem, None);
    assert_eq!(log.progress().sequence, executor.progress().durable);
}

#[test]
fn equals_journal() {
    let folder = Folder::new("equals");
    let executor = folder.executor();
    let log = AuditLog::start(&folder.log(), Arc::clone(&executor)).unwrap();
    drive(&executor);
    executor.halt();
    log.stop();
    let lines = lines(&folder.log());
    assert_eq!(lines.len(), 6);
    for (sequence, line) in (1..).zip(&lines) {
        assert_eq!(line["sequence"], sequence);
        for name in [
            "tx_hash",
            "operator_ip",
            "kyc_level",
            "regulatory_jurisdiction",
        ] {
            assert!(line.get(name).is_some(), "{name}: {line}");
        }
        assert!(line["time"].as_str().unwrap().ends_with('Z'));
    }
    let by = |at: usize, name: &str| lines[at][name].clone();
    assert_eq!(by(4, "status"), "insufficient_available");
    assert_eq!(
        (by(5, "kind"), by(5, "amount")),
        ("freeze".into(), "0.000000000000000007".into())
    );
    assert_eq!(
        (by(5, "kyc_level"), by(5, "regulatory_jurisdiction")),
        (2.into(), "DE".into())
    );
    assert_eq!(
        (by(5, "operator"), by(5, "operator_ip")),
        ("alice".into(), "192.0.2.7".into())
    );
    // A holder's command in an operator's batch is nobody's deed but its own.
    assert_eq!(by(3, "operator_ip"), Value::Null);
    assert_eq!(
        (by(4, "kyc_level"), by(4, "regulatory_jurisdiction")),
        (0.into(), Value::Null)
    );
    assert_eq!(by(3, "group_hash"), by(5, "group_hash"));
}

/// Whatever a crash leaves of the file, the lines are those of the journal again, each once.
#[test]
fn a_log_cut_anywhere_is_written_on() {
    let folder = Folder::new("cut");
    let executor = folder.executor();
    drive(&executor);
    executor.halt();
    write(&folder.log(), &executor);
    let whole = std::fs::read(folder.log()).unwrap();
    for length in (0..=whole.len()).step_by(41) {
        std::fs::write(folder.log(), &whole[..length]).unwrap();
        write(&folder.log(), &executor);
        assert!(std::fs::read(folder.log()).unwrap() == whole, "{length}");
    }
    std::fs::write(folder.log(), [&whole[..], b"\0\0\0\0"].concat()).unwrap();
    write(&folder.log(), &executor);
    assert_eq!(std::fs::read(folder.log()).unwrap(), whole);
}

#[test]
fn a_log_of_another_journal_is_refused() {
    let (folder, other) = (Folder::new("foreign"), Folder::new("own"));
    for folder in [&folder, &other] {
        let executor = folder.executor();
        drive(&executor);
        executor.halt();
        write(&folder.log(), &executor);
    }
    let executor = other.executor();
    let refused = AuditLog::start(&folder.log(), Arc::clone(&executor));
    assert!(matches!(
        refused,
        Err(AuditError::Foreign { sequence: 6, .. })
    ));
    let ahead = br#"{"sequence":7,"group_hash":"0x"}"#;
    std::fs::write(other.log(), [&ahead[..], b"\n"].concat()).unwrap();
    let refused = AuditLog::start(&other.log(), executor);
    assert!(matches!(
        refused,
        Err(AuditError::Foreign { sequence: 7, .. })
    ));
}

#[test]
fn without_a_journal_there_is_no_log() {
    let folder = Folder::new("none");
    let setup = Setup {
        durability: Durability::None,
        ..Setup::default()
    };
    let executor = Arc::new(Executor::start(&setup).unwrap().executor);
    let refused = AuditLog::start(&folder.log(), executor);
    assert!(matches!(refused, Err(AuditError::NoJournal)));
}

/// Commits go on while the file takes nothing, and what was not written is written later.
#[test]
fn a_file_that_takes_nothing_loses_nothing() {
    let folder = Folder::new("full");
    let executor = folder.executor();
    let (mut file, _) = LogFile::open(&folder.log()).unwrap();
    file.file = File::open(folder.log()).unwrap();
    let shared = Arc::new(Shared::default());
    let work = Work {
        file,
        tail: Tail::new(executor.folder().unwrap()),
        profiles: Profiles::default(),
        lines: Vec::new(),
        executor: Arc::clone(&executor),
        shared: Arc::clone(&shared),
    };
    let (ended, end) = channel();
    let thread = thread::spawn(move || work.run(&end));
    drive(&executor);
    let began = Instant::now();
    while shared.problem.lock().unwrap().is_none() {
        assert!(began.elapsed() < Duration::from_mins(1));
        thread::sleep(Duration::from_millis(5));
    }
    drop(ended);
    thread.join().unwrap();
    executor.halt();
    assert_eq!(std::fs::read(folder.log()).unwrap(), b"");
    write(&folder.log(), &executor);
    assert_eq!(lines(&folder.log()).len(), 6);
}
