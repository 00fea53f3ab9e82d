//! The rules on rows of a real server: the model's own steps, conflicts between writers, and a commit of unknown end.

mod conflicts;
mod lost_commits;

use super::writer::Worked;
use super::*;
use crate::executor::Refused;
use crate::ledger::part::tests::{questions, step_whole, wanted_for};
use crate::ledger::tests::NOW;
use crate::ledger::tests::model::{LIMITS, Step, any_steps, model_ledger, tokens};
use crate::ledger::{Command, Ledger};
use crate::store::StoreUrl;
use crate::store::servers::Postgres;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use std::sync::Arc;

fn setup(url: &str) -> WriterSetup {
    WriterSetup {
        url: url.parse().unwrap(),
        rules: Arc::new(Rules {
            limits: LIMITS,
            tokens: tokens(),
        }),
        faults: Arc::default(),
        injector: Arc::default(),
    }
}

fn reader(setup: &WriterSetup) -> Reader {
    let (rules, faults) = (Arc::clone(&setup.rules), Arc::clone(&setup.faults));
    Reader::new(setup.url.clone(), rules, faults)
}

async fn work(writer: &mut Writer, now_ms: u64, commands: &[Command]) -> Result<Worked, Refused> {
    writer.work(|| now_ms * 1_000_000, &[commands]).await
}

/// Every table empty, without making them anew.
async fn empty(url: &StoreUrl) {
    let (client, connection) = tokio_postgres::connect(url.as_str(), tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let tables = "token_head, token_tokens, token_accounts, token_entries, token_holds, token_allowances, token_groups";
    client
        .batch_execute(&format!("DROP TABLE IF EXISTS {tables}"))
        .await
        .unwrap();
}

/// As the model's test does with one ledger in memory, but every step is a unit of work on the server.
async fn same_as_in_memory(setup: &WriterSetup, steps: &[Step]) {
    empty(&setup.url).await;
    let mut writer = Writer::start(setup.clone()).await.unwrap();
    let (mut whole, mut now) = (model_ledger(), NOW);
    for (passed, commands) in steps {
        // A unit's time is later than that of the one before.
        now += passed + 1;
        let worked = work(&mut writer, now, commands).await.unwrap();
        let expected = step_whole(&mut whole, now, commands);
        assert_eq!(worked.outcomes, [expected], "{commands:?}");
    }
    same_answers(&mut reader(setup), &whole).await;
}

async fn same_answers(reader: &mut Reader, whole: &Ledger) {
    for (needs, question) in questions() {
        let part = reader.read(&wanted_for(&needs)).await.unwrap();
        assert_eq!(question(part.ledger()), question(whole), "{needs:?}");
    }
}

#[tokio::test]
async fn rows_do_what_a_ledger_in_memory_does() {
    let Some(postgres) = Postgres::start() else {
        return;
    };
    let setup = setup(&postgres.url());
    let mut runner = TestRunner::deterministic();
    for _ in 0..8 {
        let steps = any_steps().new_tree(&mut runner).unwrap().current();
        same_as_in_memory(&setup, &steps).await;
    }
    assert_eq!(setup.faults.each().map(|(.., count)| count).sum::<u64>(), 0);
    chain_is_whole(&setup.url).await;
}

/// Every link of every chain, computed again from the entries.
async fn chain_is_whole(url: &StoreUrl) {
    let checked = verify(url).await.unwrap();
    assert!(checked.links > 1 && checked.entries >= checked.links);
}
