#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::amount::Amount;
use crate::executor::{Durability, Executor, Setup};
use crate::ledger::part::Needs;
use crate::ledger::{AccountId, Command, CommandId, Sequence, Status};
use std::sync::Arc;
use std::sync::atomic::Ordering;

fn executor() -> Arc<Executor> {
    let setup = Setup {
        durability: Durability::None,
        ..Setup::default()
    };
    Arc::new(Executor::start(&setup).unwrap().executor)
}

fn mint(key: u128, account: u128, units: u128) -> Command {
    let amount = Amount::from_units(units).unwrap();
    Command::mint(CommandId::new(key), AccountId::new(account), amount)
}

async fn opened(accounts: u128) -> Arc<Executor> {
    let executor = executor();
    let open = |number| Command::open(CommandId::new(number), AccountId::new(number));
    executor
        .apply_batch((1..=accounts).map(open).collect())
        .await
        .unwrap();
    executor
}

#[tokio::test]
async fn mints_to_one_account_stay_in_their_order() {
    for minting in ["inline", "single", "pool:3"] {
        let executor = opened(5).await;
        let work = "cpu:20us".parse().unwrap();
        let stage = Stage::new(minting.parse().unwrap(), work, &executor).unwrap();
        let mints = (0..60).map(|at| stage.apply(mint(100 + at, at % 5 + 1, at + 1), None));
        // The first poll of each sends it, in this order.
        let mut waiting: Vec<_> = mints.map(Box::pin).collect();
        let mut places = Vec::new();
        for future in &mut waiting {
            let first = std::future::poll_fn(|context| {
                std::task::Poll::Ready(future.as_mut().poll(context))
            });
            places.push(match first.await {
                std::task::Poll::Ready(outcome) => Some(outcome.unwrap()),
                std::task::Poll::Pending => None,
            });
        }
        for (place, future) in places.iter_mut().zip(waiting) {
            if place.is_none() {
                *place = Some(future.await.unwrap());
            }
        }
        let places: Vec<_> = places.into_iter().flatten().collect();
        assert!(
            places
                .iter()
                .all(|outcome| outcome.status() == Status::Ok && outcome.is_new())
        );
        for account in 0..5 {
            let own = places.iter().skip(account).step_by(5);
            let sequences: Vec<_> = own
                .map(|outcome| outcome.sequence().map(Sequence::get))
                .collect();
            assert!(sequences.is_sorted(), "{minting}: {sequences:?}");
        }
        let totals = executor
            .read(Needs::Totals, |ledger| ledger.check().unwrap())
            .await
            .unwrap();
        assert_eq!((totals.mints, totals.tokens[0].minted), (60, 60 * 61 / 2));
        assert_eq!(stage.waiting().load(Ordering::Relaxed), 0);
    }
}

#[tokio::test]
async fn a_full_queue_refuses_and_records_nothing() {
    let executor = opened(1).await;
    let work = MintWork::Wait(std::time::Duration::from_millis(2));
    let stage = Stage::new(Minting::Pool(NonZeroUsize::MIN), work, &executor).unwrap();
    let stage = Arc::new(stage);
    let mints: Vec<_> = (0..1100)
        .map(|at| {
            let stage = Arc::clone(&stage);
            tokio::spawn(async move { stage.apply(mint(100 + at, 1, 1), None).await })
        })
        .collect();
    let (mut ok, mut refused) = (0, 0);
    for mint in mints {
        match mint.await.unwrap() {
            Ok(_) => ok += 1,
            Err(error) => {
                assert_eq!(error, crate::executor::Refused::Overloaded);
                refused += 1;
            }
        }
    }
    assert!(refused > 0 && ok >= 1024, "{ok} {refused}");
    let totals = executor
        .read(Needs::Totals, |ledger| ledger.check().unwrap())
        .await
        .unwrap();
    assert_eq!(totals.mints, ok);
}

#[tokio::test]
async fn sequences_and_keys_of_mints_survive_a_restart() {
    let folder = std::env::temp_dir().join(format!("engine-minting-{}", std::process::id()));
    let setup = Setup {
        data: Some(folder.clone()),
        ..Setup::default()
    };
    let mut last = 0;
    for round in 0..3 {
        let executor = Arc::new(Executor::start(&setup).unwrap().executor);
        let stage =
            Stage::new(Minting::Pool(NonZeroUsize::MIN), MintWork::None, &executor).unwrap();
        if round == 0 {
            let open = Command::open(CommandId::new(1), AccountId::new(1));
            executor.apply(open).await.unwrap();
        }
        let first = stage.apply(mint(2, 1, 1), None).await.unwrap();
        assert_eq!(
            first.is_replayed(),
            round > 0,
            "an issued mint is not issued again"
        );
        let next = stage.apply(mint(100 + round, 1, 1), None).await.unwrap();
        let place = next.sequence().unwrap().get();
        assert!(next.is_new() && place > last, "{place} after {last}");
        last = place;
        drop(stage);
        executor.stop();
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
