//! What all rows add up to, by the database and not by what was counted on the way.

use super::StoreError;
use super::session::Session;
use super::types::Numeric;
use crate::ledger::TokenId;
use crate::ledger::part::Audit;
use tokio_postgres::Row;

const ACCOUNTS: &str =
    "SELECT token, count(*), sum(balance), sum(frozen_balance), sum(held_balance)
     FROM token_accounts GROUP BY token";
const HOLDS: &str = "SELECT token, count(*) FROM token_holds WHERE state = 0 GROUP BY token";
const ENTRIES: &str = "SELECT count(*) FROM token_entries";
const WRONG: &str = "SELECT count(*) FROM token_accounts a LEFT JOIN
     (SELECT debit, sum(amount) AS held FROM token_holds WHERE state = 0 GROUP BY debit) h ON h.debit = a.id
     WHERE a.held_balance <> coalesce(h.held, 0)";

/// Passes over all accounts, entries and pending holds.
pub(super) async fn add_up(session: &Session) -> Result<Audit, StoreError> {
    let client = &session.client;
    let (accounts, holds, entries, wrong) = tokio::try_join!(
        client.query(ACCOUNTS, &[]),
        client.query(HOLDS, &[]),
        client.query_one(ENTRIES, &[]),
        client.query_one(WRONG, &[]),
    )?;
    let mut audit = Audit {
        entries: count(&entries, 0)?,
        held_wrong: count(&wrong, 0)?,
        ..Audit::default()
    };
    for row in &accounts {
        let sums = audit.sums.entry(token(row)?).or_default();
        sums.accounts = count(row, 1)?;
        sums.balances = row.try_get::<_, Numeric>(2)?.0;
        sums.frozen = row.try_get::<_, Numeric>(3)?.0;
        sums.held = row.try_get::<_, Numeric>(4)?.0;
    }
    for row in &holds {
        audit.sums.entry(token(row)?).or_default().open_holds = count(row, 1)?;
    }
    Ok(audit)
}

fn token(row: &Row) -> Result<TokenId, StoreError> {
    let number: i32 = row.try_get(0)?;
    Ok(TokenId(number.cast_unsigned()))
}

fn count<T: TryFrom<i64>>(row: &Row, at: usize) -> Result<T, StoreError> {
    let number: i64 = row.try_get(at)?;
    T::try_from(number).map_err(|_| StoreError::Value("more rows than a ledger may have"))
}
