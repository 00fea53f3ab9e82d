//! Questions to the ledger: pages and single answers, each bounded by its caller's limit.

use super::command::Allowance;
use super::{Account, AccountId, CommandId, Entry, Hold, Kind, Ledger, Sequence};
use crate::amount::Amount;
use thiserror::Error;

/// Movements that a page has room for from the start: as many as nearly every caller asks for.
const ROOM: usize = 64;

/// Some accounts in order of id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPage {
    /// The accounts.
    pub accounts: Vec<Account>,
    /// The last of them if more follow.
    pub next: Option<AccountId>,
}

/// Some entries in order.
#[derive(Debug, Clone)]
pub struct JournalPage {
    /// The entries with their places.
    pub entries: Vec<(Sequence, Entry)>,
    /// The place of the entry that follows, if there is one yet.
    pub next: Option<Sequence>,
}

/// One movement as one of its accounts sees it.
#[derive(Debug, Clone, Copy)]
pub struct StatementLine {
    /// Its place.
    pub sequence: Sequence,
    /// The movement.
    pub entry: Entry,
    /// The account's balance after it.
    pub balance: Amount,
}

/// Some movements of one account, newest first.
#[derive(Debug, Clone)]
pub struct StatementPage {
    /// The movements.
    pub lines: Vec<StatementLine>,
    /// The place of the last of them if older ones follow.
    pub next: Option<Sequence>,
}

/// Why there is no statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StatementError {
    /// No such account.
    #[error("the account does not exist")]
    AccountUnknown,
    /// A page starts where another ended, so that its cost does not depend on how much lies between.
    #[error(
        "\"before\" must be the sequence of an entry of this account, such as \"next\" of an earlier page"
    )]
    BeforeUnknown,
}

impl Ledger {
    /// The account of that id.
    pub fn account(&self, id: AccountId) -> Option<Account> {
        self.state.accounts.find(id).copied()
    }

    /// At most `limit` accounts in order of id, starting behind `after`.
    pub fn accounts(&self, after: Option<AccountId>, limit: usize) -> AccountPage {
        let mut rest = self.state.accounts.after(after);
        let accounts: Vec<_> = rest.by_ref().take(limit).copied().collect();
        let next = rest.next().and(accounts.last()).map(|account| account.id);
        AccountPage { accounts, next }
    }

    /// How much `spender` may move out of `owner`'s account; `None` if there is no such owner.
    pub fn allowance(&self, owner: AccountId, spender: AccountId) -> Option<Allowance> {
        let owner = self.state.accounts.slot(owner)?;
        let kept = self.state.allowances.get(&(owner, spender)).copied();
        Some(kept.unwrap_or(Allowance::Limited(Amount::ZERO)))
    }

    /// The accounts that the entry at `sequence` opened or changed, as they are now.
    pub fn accounts_of(&self, sequence: Sequence) -> impl Iterator<Item = Account> {
        let entry = self.entries.get(sequence);
        let opened = entry.and_then(|entry| {
            let account = entry.command().debit();
            account.filter(|account| entry.opened(*account))
        });
        let (debit, credit) = entry.map_or((None, None), |entry| entry.sides());
        let sides = [debit, credit].into_iter().flatten();
        sides
            .map(|side| side.account)
            .chain(opened)
            .filter_map(|account| self.account(account))
    }

    /// The hold of that id.
    pub fn hold(&self, id: CommandId) -> Option<Hold> {
        let kept = self.state.holds.get(self.state.holds.slot(id)?);
        let account = |slot| self.state.accounts.get(slot).id;
        Some(Hold {
            id,
            debit: account(kept.debit),
            credit: account(kept.credit),
            amount: kept.amount,
            deadline_ms: kept.deadline_ms,
            sequence: kept.sequence,
            state: kept.state,
        })
    }

    /// The entry of that key.
    pub fn entry(&self, id: CommandId) -> Option<(Sequence, Entry)> {
        let sequence = self.ids.get(id)?;
        self.entries.get(sequence).map(|entry| (sequence, entry))
    }

    /// At most `limit` entries in order, starting at `from`.
    pub fn journal(&self, from: Sequence, limit: usize) -> JournalPage {
        let mut rest = self.entries.from(from);
        let entries = rest.by_ref().take(limit).collect();
        let next = rest.next().map(|(sequence, _)| sequence);
        JournalPage { entries, next }
    }

    /// At most `limit` movements of `account`, newest first, older than `before`.
    ///
    /// # Errors
    /// An unknown account, or a `before` that is no entry of this account.
    pub fn statement(
        &self,
        account: AccountId,
        before: Option<Sequence>,
        limit: usize,
    ) -> Result<StatementPage, StatementError> {
        let newest = self
            .state
            .accounts
            .find(account)
            .ok_or(StatementError::AccountUnknown)?
            .sequence;
        let mut at = match before {
            None => Some(newest),
            Some(before) => self.older(account, before)?,
        };
        let mut lines = Vec::with_capacity(limit.min(ROOM));
        while let Some(line) = at.and_then(|at| self.line(account, at)) {
            if lines.len() == limit {
                let next = lines.last().map(|line: &StatementLine| line.sequence);
                return Ok(StatementPage { lines, next });
            }
            at = line.entry.side_of(account).map(|side| side.previous);
            lines.push(line);
        }
        Ok(StatementPage { lines, next: None })
    }

    /// The place of the change of `account` before the one at `before`.
    fn older(
        &self,
        account: AccountId,
        before: Sequence,
    ) -> Result<Option<Sequence>, StatementError> {
        let entry = self
            .entries
            .get(before)
            .ok_or(StatementError::BeforeUnknown)?;
        match entry.side_of(account) {
            Some(side) => Ok(Some(side.previous)),
            None if entry.opened(account) => Ok(None),
            None => Err(StatementError::BeforeUnknown),
        }
    }

    /// The movement at `sequence` as `account` sees it; `None` at the account's opening, where its links end.
    fn line(&self, account: AccountId, sequence: Sequence) -> Option<StatementLine> {
        let entry = self.entries.get(sequence)?;
        debug_assert!(entry.command().kind() != Kind::Open || entry.opened(account));
        entry.side_of(account).map(|side| StatementLine {
            sequence,
            entry,
            balance: side.balance,
        })
    }
}
