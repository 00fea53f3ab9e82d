//! Load: the rows that commands and questions name, in one exchange, and what those rows name in a second one if there is any.

use super::session::Session;
use super::types::Uuid;
use super::{StoreError, audit, rows};
use crate::ledger::part::{Needs, Rows, Wanted};
use crate::ledger::{AccountId, CommandId, Sequence, expiry_keys};
use std::collections::BTreeSet;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};

/// Begins a unit of work.
pub(super) const BEGIN_UNIT: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE";
/// Begins a read: one snapshot. Units of work follow each other, so every snapshot is a state between two of them.
pub(super) const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Holds ended in one unit of work.
const DUE_AT_ONCE: i64 = 256;
/// Keys looked up at a time for the end of a hold; callers have hardly ever used the first.
const KEYS_AT_ONCE: usize = 2;

/// Rows, and the time of the last unit of work in nanoseconds.
pub(super) struct Loaded {
    pub(super) rows: Rows,
    pub(super) time_ns: u64,
}

impl Session {
    /// Begins, and loads what is wanted; with a time also the holds that are over by then.
    pub(super) async fn load(
        &self,
        begin: &str,
        wanted: &Wanted,
        due_ms: Option<u64>,
    ) -> Result<Loaded, StoreError> {
        let mut loaded = self.first(begin, wanted, due_ms).await?;
        if !loaded.rows.holds.is_empty() {
            self.behind_holds(wanted, &mut loaded.rows).await?;
        }
        for page in &wanted.pages {
            self.page(page, &mut loaded.rows).await?;
        }
        unique(&mut loaded.rows);
        Ok(loaded)
    }

    /// Everything that is known by its key. All of it is sent before the first answer is waited for.
    async fn first(
        &self,
        begin: &str,
        wanted: &Wanted,
        due_ms: Option<u64>,
    ) -> Result<Loaded, StoreError> {
        let sent = &self.statements;
        let begin = async { Ok::<_, StoreError>(self.client.batch_execute(begin).await?) };
        let head = async { Ok(self.client.query_one(&sent.head, &[]).await?) };
        let accounts = account_ids(wanted.accounts.iter().copied());
        let holds: Vec<_> = wanted.holds.iter().map(|id| Uuid(id.get())).collect();
        let ids: Vec<_> = wanted.ids.iter().map(|id| Uuid(id.get())).collect();
        let ((), head, tokens, accounts, by_address, holds, due, allowances, entries) = tokio::try_join!(
            biased;
            begin,
            head,
            self.rows(&sent.tokens, &[]),
            self.rows_of(&sent.accounts, &accounts),
            self.by_address(wanted),
            self.rows_of(&sent.holds, &holds),
            self.due(due_ms),
            self.allowances(wanted),
            self.rows_of(&sent.entries, &ids),
        )?;
        let (head, time_ns) = rows::head(&head)?;
        let rows = Rows {
            head,
            tokens: all(&tokens, rows::token)?,
            accounts: all(accounts.iter().chain(&by_address), rows::account)?,
            holds: all(holds.iter().chain(&due), rows::hold)?,
            allowances: all(&allowances, rows::allowance)?,
            entries: all(&entries, rows::entry)?,
            audit: None,
        };
        Ok(Loaded { rows, time_ns })
    }

    pub(super) async fn rows(
        &self,
        statement: &Statement,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, StoreError> {
        Ok(self.client.query(statement, values).await?)
    }

    /// The rows with these ids; nothing is asked for none.
    async fn rows_of(&self, statement: &Statement, ids: &[Uuid]) -> Result<Vec<Row>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.rows(statement, &[&ids]).await
    }

    /// Accounts whose token and address are among the wanted ones; a pair that nobody wants does no harm.
    async fn by_address(&self, wanted: &Wanted) -> Result<Vec<Row>, StoreError> {
        if wanted.addresses.is_empty() {
            return Ok(Vec::new());
        }
        let pairs = || wanted.addresses.iter();
        let tokens: Vec<_> = pairs().map(|(token, _)| token.0.cast_signed()).collect();
        let addresses: Vec<_> = pairs().map(|(_, address)| address.as_slice()).collect();
        self.rows(&self.statements.accounts_by_address, &[&tokens, &addresses])
            .await
    }

    async fn due(&self, due_ms: Option<u64>) -> Result<Vec<Row>, StoreError> {
        let Some(due_ms) = due_ms else {
            return Ok(Vec::new());
        };
        let due_ms = due_ms.cast_signed();
        self.rows(&self.statements.holds_due, &[&due_ms, &DUE_AT_ONCE])
            .await
    }

    async fn allowances(&self, wanted: &Wanted) -> Result<Vec<Row>, StoreError> {
        if wanted.allowances.is_empty() {
            return Ok(Vec::new());
        }
        let owners = account_ids(wanted.allowances.iter().map(|(owner, _)| *owner));
        let spenders = account_ids(wanted.allowances.iter().map(|(_, spender)| *spender));
        self.rows(&self.statements.allowances, &[&owners, &spenders])
            .await
    }

    /// The accounts of holds, and for each hold at least one key that its end can have.
    async fn behind_holds(&self, wanted: &Wanted, rows: &mut Rows) -> Result<(), StoreError> {
        let of_holds: BTreeSet<_> = rows
            .holds
            .iter()
            .flat_map(|(_, hold)| [hold.debit, hold.credit])
            .filter(|account| !wanted.accounts.contains(account))
            .collect();
        let accounts = account_ids(of_holds.into_iter());
        let found = self.rows_of(&self.statements.accounts, &accounts).await?;
        rows.accounts.extend(all(&found, rows::account)?);
        let mut open: Vec<CommandId> = rows.holds.iter().map(|(_, hold)| hold.id).collect();
        let mut tried = 0;
        while !open.is_empty() {
            let next = |hold: &CommandId| expiry_keys(*hold).skip(tried).take(KEYS_AT_ONCE);
            let ids: Vec<_> = open
                .iter()
                .flat_map(next)
                .map(|id| Uuid(id.get()))
                .collect();
            let found = self.rows_of(&self.statements.entries, &ids).await?;
            let found = all(&found, rows::entry)?;
            let used: BTreeSet<_> = found
                .iter()
                .map(|(_, entry)| entry.command().id())
                .collect();
            rows.entries.extend(found);
            open.retain(|hold| next(hold).all(|key| used.contains(&key)));
            tried += KEYS_AT_ONCE;
        }
        Ok(())
    }

    async fn page(&self, page: &Needs, rows: &mut Rows) -> Result<(), StoreError> {
        match *page {
            Needs::Accounts { after, limit } => {
                let after = Uuid(after.map_or(0, AccountId::get));
                let found = self
                    .rows(&self.statements.accounts_after, &[&after, &more(limit)])
                    .await?;
                rows.accounts.extend(all(&found, rows::account)?);
            }
            Needs::Journal { from, limit } => {
                let from = from.get().cast_signed();
                let found = self
                    .rows(&self.statements.entries_from, &[&from, &more(limit)])
                    .await?;
                rows.entries.extend(all(&found, rows::entry)?);
            }
            Needs::Statement {
                account,
                before,
                limit,
            } => self.statement(account, before, limit, rows).await?,
            Needs::Totals => rows.audit = Some(audit::add_up(self).await?),
            // The others name single rows.
            _ => {}
        }
        Ok(())
    }

    /// One entry more than shown, to know whether older ones follow, and the one that the page starts behind.
    async fn statement(
        &self,
        account: AccountId,
        before: Option<Sequence>,
        limit: usize,
        rows: &mut Rows,
    ) -> Result<(), StoreError> {
        let known = rows.accounts.iter().find(|(row, _)| row.id == account);
        let Some(newest) = known.map(|(row, _)| row.sequence) else {
            return Ok(());
        };
        let start = before.unwrap_or(newest).get().cast_signed();
        let account = Uuid(account.get());
        let steps = i32::try_from(limit).unwrap_or(i32::MAX - 2) + 2;
        let found = self
            .rows(&self.statements.walk, &[&account, &start, &steps])
            .await?;
        rows.entries.extend(all(&found, rows::entry)?);
        Ok(())
    }
}

/// The limit of a page that shows whether more follow.
fn more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1
}

fn account_ids(accounts: impl Iterator<Item = AccountId>) -> Vec<Uuid> {
    accounts.map(|account| Uuid(account.get())).collect()
}

fn all<'a, T>(
    rows: impl IntoIterator<Item = &'a Row>,
    read: impl Fn(&Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    rows.into_iter().map(read).collect()
}

/// Every row once: they were asked for in several ways.
fn unique(rows: &mut Rows) {
    rows.accounts
        .sort_unstable_by_key(|(account, _)| account.id);
    rows.accounts.dedup_by_key(|(account, _)| account.id);
    rows.holds.sort_unstable_by_key(|(_, hold)| hold.sequence);
    rows.holds.dedup_by_key(|(_, hold)| hold.sequence);
    rows.entries.sort_unstable_by_key(|(sequence, _)| *sequence);
    rows.entries.dedup_by_key(|(sequence, _)| *sequence);
}
