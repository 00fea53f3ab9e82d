//! Several writers on one database: they get into each other's way, and nothing is lost, doubled or spent twice.

use super::*;
use crate::amount::Amount;
use crate::ledger::part::{Needs, Wanted};
use crate::ledger::{AccountId, CommandId, Outcome, Sequence, Status};
use crate::store::{Fault, Place};

fn account(number: u128) -> AccountId {
    AccountId::new(number)
}

fn units(units: u128) -> Amount {
    Amount::from_units(units).unwrap()
}

fn open_and_mint(amount: u128) -> Vec<Command> {
    vec![
        Command::open(CommandId::new(1), account(1)),
        Command::open(CommandId::new(2), account(2)),
        Command::mint(CommandId::new(3), account(1), units(amount)),
    ]
}

pub(super) fn transfer(key: u128, amount: u128) -> Command {
    Command::transfer(CommandId::new(key), account(1), account(2), units(amount))
}

pub(super) async fn started(postgres: &Postgres, amount: u128) -> (WriterSetup, Writer) {
    let mut setup = setup(&postgres.url());
    setup.rules = Arc::new(Rules {
        limits: crate::ledger::Limits::default(),
        tokens: tokens(),
    });
    empty(&setup.url).await;
    let mut writer = Writer::start(setup.clone()).await.unwrap();
    work(&mut writer, NOW, &open_and_mint(amount))
        .await
        .unwrap();
    (setup, writer)
}

pub(super) async fn balances(setup: &WriterSetup) -> [u128; 2] {
    let mut wanted = Wanted::default();
    wanted.question(&Needs::Account(account(1)));
    wanted.question(&Needs::Account(account(2)));
    wanted.question(&Needs::Totals);
    let part = reader(setup).read(&wanted).await.unwrap();
    part.ledger().check().unwrap();
    [1, 2].map(|number| {
        part.ledger()
            .account(account(number))
            .unwrap()
            .balance
            .units()
    })
}

const WRITERS: u128 = 4;
const EACH: u128 = 25;

/// One engine's part: the places of its accepted transfers, and how many were refused.
async fn transfers(setup: WriterSetup, number: u128) -> (Vec<Sequence>, u128) {
    let mut writer = Writer::start(setup).await.unwrap();
    let (mut sequences, mut refused) = (Vec::new(), 0);
    for at in 0..EACH {
        let command = transfer(100 + number * EACH + at, 1);
        let outcome = loop {
            match work(&mut writer, NOW, &[command]).await {
                Ok(worked) => break worked.outcomes[0][0],
                Err(Refused::Overloaded) => {}
                Err(other) => panic!("{other}"),
            }
        };
        match outcome {
            Outcome::Recorded {
                status: Status::Ok,
                sequence,
            } => sequences.push(sequence),
            Outcome::Recorded {
                status: Status::InsufficientAvailable,
                ..
            } => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    (sequences, refused)
}

/// S32's mistakes, each of which this would show: a lost update, a deadlock, and spending what is not there.
#[tokio::test]
async fn writers_that_conflict_neither_lose_nor_double_anything() {
    let Some(postgres) = Postgres::start() else {
        return;
    };
    // Enough for all transfers but ten.
    let (setup, _first) = started(&postgres, WRITERS * EACH - 10).await;
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| {
            let setup = setup.clone();
            std::thread::spawn(move || runtime().unwrap().block_on(transfers(setup, number)))
        })
        .collect();
    let (mut sequences, mut refused) = (Vec::new(), 0);
    for writer in writers {
        let (of_one, refused_one) = writer.join().unwrap();
        sequences.extend(of_one);
        refused += refused_one;
    }
    assert_eq!(refused, 10);
    sequences.sort_unstable();
    sequences.dedup();
    assert_eq!(sequences.len() as u128, WRITERS * EACH - 10);
    assert_eq!(balances(&setup).await, [0, WRITERS * EACH - 10]);
    let conflicts = setup.faults.get(Place::Postgres, Fault::Serialization)
        + setup.faults.get(Place::Postgres, Fault::Deadlock);
    assert!(conflicts > 0, "four writers on one account must conflict");
    chain_is_whole(&setup.url).await;
}

#[tokio::test]
async fn a_writer_whose_connection_was_ended_goes_on_by_itself() {
    let Some(mut postgres) = Postgres::start() else {
        return;
    };
    let (setup, mut writer) = started(&postgres, 100).await;
    postgres.kill();
    let down = work(&mut writer, NOW, &[transfer(10, 1)]).await;
    assert_eq!(down.unwrap_err(), Refused::StoreDown);
    postgres.go_on();
    let worked = work(&mut writer, NOW, &[transfer(10, 1)]).await.unwrap();
    assert!(worked.outcomes[0][0].is_new());
    let again = work(&mut writer, NOW, &[transfer(10, 1)]).await.unwrap();
    assert!(again.outcomes[0][0].is_replayed());
    assert_eq!(balances(&setup).await, [99, 1]);
    assert!(setup.faults.get(Place::Postgres, Fault::Connection) > 0);
    assert!(setup.faults.last().is_some());
}

#[tokio::test]
async fn a_key_used_for_the_end_of_a_hold_does_not_keep_it_open() {
    let Some(postgres) = Postgres::start() else {
        return;
    };
    let (setup, mut writer) = started(&postgres, 100).await;
    let hold = CommandId::new(50);
    let taken = crate::ledger::expiry_keys(hold).take(5);
    let mut commands: Vec<_> = taken
        .map(|key| Command::transfer(key, account(1), account(2), units(1)))
        .collect();
    commands.push(Command::hold_for(
        hold,
        account(1),
        account(2),
        units(30),
        1,
    ));
    work(&mut writer, NOW, &commands).await.unwrap();
    // A second unit, long after the deadline, has nothing else to do.
    let worked = work(&mut writer, NOW + 5_000, &[]).await.unwrap();
    assert!(worked.commit.is_some());
    let mut wanted = Wanted::default();
    wanted.question(&Needs::Hold(hold));
    let part = reader(&setup).read(&wanted).await.unwrap();
    let ended = part.ledger().hold(hold).unwrap();
    assert_eq!(ended.state, crate::ledger::HoldState::Expired);
    assert_eq!(balances(&setup).await, [95, 5]);
}
