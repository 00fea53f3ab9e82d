//! Tables: made at the start if they are missing, and the same on every server that speaks the protocol.

use super::StoreError;
use super::session::Connection;
use super::types::{Numeric, Uuid};
use crate::executor::fresh_id;
use crate::ledger::TokenSpec;
use crate::store::Fault;

/// The version of the tables that this engine reads and writes.
const VERSION: i32 = 1;
/// Two engines that start at one time may get into each other's way; a table is there after the second try.
const TRIES: u32 = 5;

/// One statement each, so that servers which commit every change of a table by itself do the same.
const TABLES: [&str; 10] = [
    "CREATE TABLE IF NOT EXISTS token_head (
        one smallint PRIMARY KEY CHECK (one = 1),
        schema_version int NOT NULL,
        ledger uuid NOT NULL,
        entries bigint NOT NULL CHECK (entries >= 0),
        time_ns bigint NOT NULL,
        allowances bigint NOT NULL CHECK (allowances >= 0),
        opens bigint NOT NULL,
        mints bigint NOT NULL,
        transfers bigint NOT NULL,
        others bigint NOT NULL,
        refused bigint NOT NULL)",
    "CREATE TABLE IF NOT EXISTS token_tokens (
        id int PRIMARY KEY,
        is_paused boolean NOT NULL,
        supply numeric(36,18) NOT NULL,
        balances numeric(36,18) NOT NULL,
        frozen numeric(36,18) NOT NULL,
        held numeric(36,18) NOT NULL,
        minted numeric(40,18) NOT NULL,
        burned numeric(40,18) NOT NULL,
        accounts bigint NOT NULL,
        open_holds bigint NOT NULL,
        CHECK (supply >= 0 AND supply = balances AND minted - burned = supply),
        CHECK (frozen >= 0 AND held >= 0 AND frozen + held <= balances))",
    "CREATE TABLE IF NOT EXISTS token_accounts (
        id uuid PRIMARY KEY,
        token int NOT NULL,
        balance numeric(36,18) NOT NULL,
        frozen_balance numeric(36,18) NOT NULL,
        held_balance numeric(36,18) NOT NULL,
        version bigint NOT NULL,
        kyc_level smallint NOT NULL,
        jurisdiction varchar(2) NOT NULL,
        state smallint NOT NULL,
        sequence bigint NOT NULL,
        address bytea,
        updated_at timestamptz NOT NULL,
        CHECK (balance >= 0 AND frozen_balance >= 0 AND held_balance >= 0),
        CHECK (balance >= frozen_balance + held_balance))",
    "CREATE UNIQUE INDEX IF NOT EXISTS token_accounts_address
        ON token_accounts (token, address) WHERE address IS NOT NULL",
    "CREATE TABLE IF NOT EXISTS token_entries (
        id uuid PRIMARY KEY,
        sequence bigint NOT NULL,
        kind smallint NOT NULL,
        status smallint NOT NULL,
        role smallint NOT NULL,
        token int NOT NULL,
        debit uuid,
        credit uuid,
        amount numeric(36,18),
        debit_balance numeric(36,18),
        debit_previous bigint,
        credit_balance numeric(36,18),
        credit_previous bigint,
        record bytea NOT NULL)",
    "CREATE UNIQUE INDEX IF NOT EXISTS token_entries_sequence ON token_entries (sequence)",
    "CREATE TABLE IF NOT EXISTS token_holds (
        id uuid PRIMARY KEY,
        token int NOT NULL,
        debit uuid NOT NULL,
        credit uuid NOT NULL,
        amount numeric(36,18) NOT NULL,
        deadline_ms bigint NOT NULL,
        sequence bigint NOT NULL,
        state smallint NOT NULL)",
    "CREATE INDEX IF NOT EXISTS token_holds_due
        ON token_holds (deadline_ms, sequence) WHERE state = 0",
    "CREATE TABLE IF NOT EXISTS token_allowances (
        owner uuid NOT NULL,
        spender uuid NOT NULL,
        amount numeric(36,18),
        PRIMARY KEY (owner, spender))",
    "CREATE TABLE IF NOT EXISTS token_groups (
        engine uuid NOT NULL,
        number bigint NOT NULL,
        first_sequence bigint NOT NULL,
        entries bigint NOT NULL,
        time_ns bigint NOT NULL,
        previous bytea NOT NULL,
        hash bytea NOT NULL,
        PRIMARY KEY (engine, number))",
];

const FIRST: &str = "INSERT INTO token_head VALUES (1, $1, $2, 0, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT (one) DO NOTHING";
const TOKEN: &str = "INSERT INTO token_tokens VALUES ($1, false, $2, $2, $2, $2, $2, $2, 0, 0)
     ON CONFLICT (id) DO NOTHING";

/// Makes what is missing, and refuses tables of another version; the id of the ledger in them.
pub(super) async fn prepare(
    connection: &Connection,
    tokens: &[TokenSpec],
) -> Result<u128, StoreError> {
    for statement in TABLES {
        retried(async || connection.client.batch_execute(statement).await).await?;
    }
    let ledger = Uuid(u128::from_be_bytes(fresh_id().0));
    retried(async || {
        let made = connection.client.execute(FIRST, &[&VERSION, &ledger]).await;
        made.map(drop)
    })
    .await?;
    for token in tokens {
        let number = token.id.0.cast_signed();
        let zero = Numeric(0);
        retried(async || {
            let made = connection.client.execute(TOKEN, &[&number, &zero]).await;
            made.map(drop)
        })
        .await?;
    }
    let kept = "SELECT schema_version, ledger FROM token_head WHERE one = 1";
    let kept = connection.client.query_one(kept, &[]).await?;
    let found = kept.try_get(0)?;
    if found == VERSION {
        Ok(kept.try_get::<_, Uuid>(1)?.0)
    } else {
        Err(StoreError::Version {
            found,
            known: VERSION,
        })
    }
}

async fn retried(
    step: impl AsyncFn() -> Result<(), tokio_postgres::Error>,
) -> Result<(), StoreError> {
    let mut tries = 1;
    loop {
        let Err(error) = step().await else {
            return Ok(());
        };
        let error = StoreError::from(error);
        let passes = matches!(error.fault(), Some(Fault::Serialization | Fault::Deadlock));
        if !passes || tries == TRIES {
            return Err(error);
        }
        tries += 1;
    }
}
