//! An answer means durable; what is not durable is not answered; and nobody waits for ever.

mod snapshots;

use super::*;
use crate::inject::Injector;
use crate::journal::Storage;
use crate::journal::storage::sim::Sim;
use crate::ledger::{AccountId, CommandId, Limits, Sequence, Status};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

fn on(sim: &Sim, durability: Durability) -> Started {
    let storage: Arc<dyn Storage> = Arc::new(sim.clone());
    let setup = Setup {
        durability,
        limits: Limits::default(),
        injector: Arc::new(Injector::default()),
        ..Setup::default()
    };
    Executor::on_storage(&setup, &storage).unwrap()
}

fn open(number: u128) -> Command {
    Command::open(CommandId::new(number), AccountId::new(number))
}

fn recorded(number: u64) -> Outcome {
    Outcome::Recorded {
        status: Status::Ok,
        sequence: Sequence::new(number).unwrap(),
    }
}

/// Polls once.
async fn is_ready<F: Future>(mut future: Pin<&mut F>) -> bool {
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await
}

/// Until the ledger has an entry; a question before that does not see it.
async fn until_applied(executor: &Executor, sequence: u64) {
    while executor.progress().applied < sequence {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_crash_at_once() {
    for durability in [Durability::Group, Durability::Each] {
        let sim = Sim::default();
        let running = on(&sim, durability);
        for number in 1..=20 {
            let answer = running.executor.apply(open(number)).await;
            assert_eq!(answer, Ok(recorded(number as u64)));
            let again = on(&sim.crash(number as u64), durability);
            assert!(again.found.unwrap().last_sequence >= number as u64);
            let replayed = again.executor.apply(open(number)).await.unwrap();
            assert!(replayed.is_replayed(), "{replayed:?}");
        }
    }
}

#[tokio::test]
async fn answers_come_in_any_number_and_each_has_its_own() {
    let sim = Sim::default();
    let executor = Arc::new(on(&sim, Durability::Group).executor);
    let callers: Vec<_> = (1..=500)
        .map(|number| {
            let executor = Arc::clone(&executor);
            tokio::spawn(async move { executor.apply(open(number)).await })
        })
        .collect();
    let mut sequences = Vec::new();
    for caller in callers {
        match caller.await.unwrap() {
            Ok(Outcome::Recorded { sequence, .. }) => sequences.push(sequence.get()),
            other => panic!("{other:?}"),
        }
    }
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=500).collect::<Vec<_>>());
    executor.stop();
    assert_eq!(
        on(&sim, Durability::Group).found.unwrap().last_sequence,
        500
    );
}

#[tokio::test]
async fn neither_a_command_nor_a_read_is_answered_before_the_sync() {
    let sim = Sim::default();
    let running = on(&sim, Durability::Group);
    sim.hold_syncs(true);
    let mut applied = pin!(running.executor.apply(open(1)));
    assert!(!is_ready(applied.as_mut()).await);
    until_applied(&running.executor, 1).await;
    let (asked, was_asked) = std::sync::mpsc::channel();
    let mut read = pin!(running.executor.read(Needs::Sums, move |ledger| {
        asked.send(()).unwrap();
        ledger.last_sequence()
    }));
    assert!(!is_ready(read.as_mut()).await);
    let mut replayed = pin!(running.executor.apply(open(1)));
    assert!(!is_ready(replayed.as_mut()).await);
    was_asked.recv().unwrap();
    // The ledger has answered both; only the sync is missing.
    assert!(!is_ready(applied.as_mut()).await && !is_ready(read.as_mut()).await);
    sim.hold_syncs(false);
    assert_eq!(applied.await, Ok(recorded(1)));
    assert_eq!(read.await, Ok(Sequence::new(1)));
    assert!(replayed.await.unwrap().is_replayed());
}

#[tokio::test]
async fn a_read_of_durable_state_needs_no_sync() {
    let sim = Sim::default();
    let running = on(&sim, Durability::Group);
    running.executor.apply(open(1)).await.unwrap();
    let syncs = running.executor.progress().groups;
    let last = running
        .executor
        .read(Needs::Sums, Ledger::last_sequence)
        .await
        .unwrap();
    assert_eq!(last, Sequence::new(1));
    assert_eq!(running.executor.progress().groups, syncs);
}

#[tokio::test]
async fn a_durable_answer_is_read_where_it_is_asked_and_what_takes_longer_is_not() {
    let sim = Sim::default();
    let running = on(&sim, Durability::Group);
    running.executor.apply(open(1)).await.unwrap();
    let asked_on = |needs| {
        running
            .executor
            .read(needs, |_| std::thread::current().id())
    };
    let here = std::thread::current().id();
    assert_eq!(asked_on(Needs::Sums).await, Ok(here));
    assert_ne!(asked_on(Needs::Totals).await, Ok(here));
    running.executor.halt();
    assert_eq!(asked_on(Needs::Sums).await, Err(Refused::Stopping));
}

#[tokio::test]
async fn a_read_waits_for_the_entry_that_it_rests_on_and_for_no_other() {
    let sim = Sim::default();
    let running = on(&sim, Durability::Group);
    running.executor.apply(open(1)).await.unwrap();
    sim.hold_syncs(true);
    let mut second = pin!(running.executor.apply(open(2)));
    assert!(!is_ready(second.as_mut()).await);
    until_applied(&running.executor, 2).await;
    let account = |number| {
        running
            .executor
            .read_seen(Needs::Account(AccountId::new(number)), move |ledger| {
                let account = ledger.account(AccountId::new(number));
                (account, account.map(|account| account.sequence))
            })
    };
    let first = account(1).await.unwrap().unwrap();
    assert_eq!(first.sequence, Sequence::FIRST);
    // The other account is changed by what is not synced yet.
    let mut waits = pin!(account(2));
    assert!(!is_ready(waits.as_mut()).await);
    assert!(
        account(1).await.unwrap().is_some(),
        "asked behind it, and not held up"
    );
    assert!(!is_ready(waits.as_mut()).await && !is_ready(second.as_mut()).await);
    sim.hold_syncs(false);
    assert!(second.await.unwrap().is_new());
    assert!(waits.await.unwrap().is_some());
}

#[tokio::test]
async fn after_a_failed_sync_nothing_is_acknowledged() {
    let sim = Sim::default();
    let running = on(&sim, Durability::Group);
    running.executor.apply(open(1)).await.unwrap();
    sim.fail_sync(1);
    let refused = Err(Refused::JournalFailed);
    assert_eq!(running.executor.apply(open(2)).await, refused);
    assert_eq!(running.executor.apply(open(1)).await, refused);
    let error = running.failed.await.unwrap();
    assert!(error.to_string().contains("the disk is gone"), "{error}");
    running.executor.stop();
    // Only what was acknowledged must be there.
    let found = on(&sim.crash(1), Durability::Group).found.unwrap();
    assert!((1..=2).contains(&found.last_sequence));
}

#[tokio::test]
async fn a_broken_invariant_answers_everybody_and_later_callers() {
    let running = on(&Sim::default(), Durability::Group);
    running.executor.apply(open(1)).await.unwrap();
    let broken = running
        .executor
        .read(Needs::Totals, |_| panic!("an invariant breaks"));
    assert_eq!(broken.await, Err::<(), _>(Refused::Stopped));
    let stopped = running.executor.read(Needs::Sums, |_| ()).await;
    assert_eq!(stopped, Err(Refused::Stopped));
    assert_eq!(running.executor.apply(open(2)).await, Err(Refused::Stopped));
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_and_recovers() {
    let storage: Arc<dyn Storage> = Arc::new(Sim::default());
    let setup = Setup {
        queue: QueueLimits {
            items: NonZeroUsize::new(3).unwrap(),
            commands: NonZeroUsize::new(10).unwrap(),
        },
        ..Setup::default()
    };
    let executor = Executor::on_storage(&setup, &storage).unwrap().executor;
    let (go, gate) = std::sync::mpsc::channel::<()>();
    let (began, has_begun) = std::sync::mpsc::channel();
    let mut blocker = pin!(executor.read(Needs::Totals, move |_| {
        began.send(()).unwrap();
        gate.recv().unwrap();
    }));
    assert!(!is_ready(blocker.as_mut()).await);
    has_begun.recv().unwrap();
    let batch = (11..20).map(open).collect();
    let mut large = pin!(executor.apply_batch(batch));
    assert!(!is_ready(large.as_mut()).await);
    let two_more = executor.apply_batch(vec![open(1), open(2)]).await;
    assert_eq!(two_more, Err(Refused::Overloaded), "ten commands at most");
    let mut tenth = pin!(executor.apply(open(20)));
    assert!(!is_ready(tenth.as_mut()).await);
    assert_eq!(executor.apply(open(21)).await, Err(Refused::Overloaded));
    assert_eq!(executor.progress().shed, 2);
    go.send(()).unwrap();
    blocker.await.unwrap();
    assert_eq!(large.await.unwrap().len(), 9);
    assert_eq!(tenth.await, Ok(recorded(10)));
    assert_eq!(executor.apply(open(21)).await, Ok(recorded(11)));
}

#[tokio::test]
async fn each_syncs_once_a_command_and_once_a_batch() {
    let running = on(&Sim::default(), Durability::Each);
    let (one, two, batch) = tokio::join!(
        running.executor.apply(open(1)),
        running.executor.apply(open(2)),
        running.executor.apply_batch((3..=9).map(open).collect()),
    );
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(batch.unwrap()[6], recorded(9));
    assert_eq!(running.executor.progress().groups, 3);
}

#[tokio::test]
async fn commands_that_wait_for_a_sync_share_the_next_one() {
    let sim = Sim::default();
    let running = on(&sim, Durability::Group);
    sim.hold_syncs(true);
    let mut first = pin!(running.executor.apply(open(1)));
    assert!(!is_ready(first.as_mut()).await);
    // The first group is under way before the others are there.
    while running.executor.progress().waiting > 0 || !sim.has_writes() {
        std::thread::yield_now();
    }
    let rest = running.executor.apply_batch((2..=50).map(open).collect());
    let mut rest = pin!(rest);
    let mut last = pin!(running.executor.apply(open(51)));
    assert!(!is_ready(rest.as_mut()).await && !is_ready(last.as_mut()).await);
    while running.executor.progress().waiting > 0 {
        std::thread::yield_now();
    }
    sim.hold_syncs(false);
    first.await.unwrap();
    rest.await.unwrap();
    assert_eq!(last.await, Ok(recorded(51)));
    assert!(running.executor.progress().groups <= 3);
}

#[tokio::test]
async fn without_a_journal_answers_come_and_nothing_is_written() {
    let setup = Setup {
        durability: Durability::None,
        ..Setup::default()
    };
    let running = Executor::start(&setup).unwrap();
    assert_eq!(running.executor.apply(open(1)).await, Ok(recorded(1)));
    assert!(running.found.is_none() && running.executor.folder().is_none());
    assert_eq!(running.executor.progress().groups, 0);
}

#[tokio::test]
async fn a_temporary_folder_goes_at_the_end_and_a_named_one_stays() {
    let running = Executor::start(&Setup::default()).unwrap();
    running.executor.apply(open(1)).await.unwrap();
    let made = running.executor.folder().unwrap().to_owned();
    assert!(made.is_dir());
    running.executor.stop();
    assert!(!made.exists());

    let setup = || Setup {
        data: Some(made.clone()),
        ..Setup::default()
    };
    let running = Executor::start(&setup()).unwrap();
    running.executor.apply(open(1)).await.unwrap();
    let second = Executor::start(&setup()).expect_err("the folder is locked");
    assert!(second.to_string().contains("in use by another process"));
    drop(running);
    assert!(made.is_dir());
    let (found, totals) = verify(&made, Limits::default()).unwrap();
    assert_eq!((found.last_sequence, totals.accounts), (1, 1));
    std::fs::remove_dir_all(made).unwrap();
}

#[tokio::test]
async fn after_a_stop_there_are_no_answers_but_the_reason() {
    let running = on(&Sim::default(), Durability::Group);
    running.executor.stop();
    let refused = running.executor.apply(open(1)).await;
    assert_eq!(refused, Err(Refused::Stopping));
}
