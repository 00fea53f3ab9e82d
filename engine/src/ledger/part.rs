//! A part of a ledger whose rows lie elsewhere: what a few commands and questions read, and afterwards what they changed.
//!
//! The rules are written once, over [`Ledger`]. A store loads the rows that its commands name ([`Wanted`]), makes a part of them,
//! applies the commands to it, and writes back what changed ([`Changes`]). Bounds on how much may be kept hold for the whole, because a
//! part knows how many rows lie elsewhere.

pub use super::entry::{Side, Sides};
pub use super::token::Sums;
pub use needs::{Needs, Wanted};

mod needs;

use super::account::Slot;
use super::audit::Found;
use super::command::{Address, Allowance, TokenId};
use super::entry::Entries;
use super::hold::Kept;
use super::token::TokenSlot;
use super::{
    Account, AccountId, Command, CommandId, Counts, Entry, Hold, HoldState, Ledger, Limits,
    Outcome, Sequence, TokenError, TokenSpec,
};
use crate::amount::Amount;
use std::collections::{BTreeMap, HashMap};
use thiserror::Error;

/// An account with its address on a chain.
pub type AccountRow = (Account, Option<Address>);
/// A hold with its token.
pub type HoldRow = (TokenId, Hold);
/// Owner, spender, and what the spender may move.
pub type AllowanceRow = (AccountId, AccountId, Allowance);
/// An entry with its place.
pub type EntryRow = (Sequence, Entry);

/// What is true of all rows together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// Entries, which is the last sequence.
    pub entries: u32,
    /// Allowances that are not zero.
    pub allowances: u32,
    /// What was recorded so far.
    pub counts: Counts,
}

/// Rows of a ledger that lies elsewhere: all of its tokens, and of the rest what is wanted.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// What is true of all rows together.
    pub head: Head,
    /// Every token's sums.
    pub tokens: Vec<(TokenId, Sums)>,
    /// Accounts, those of all holds among them.
    pub accounts: Vec<AccountRow>,
    /// Holds.
    pub holds: Vec<HoldRow>,
    /// Allowances that are not zero.
    pub allowances: Vec<AllowanceRow>,
    /// Entries.
    pub entries: Vec<EntryRow>,
    /// What all accounts, holds and entries add up to, for [`Ledger::check`].
    pub audit: Option<Audit>,
}

/// What all rows add up to.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    /// By token; only balances, frozen, held, accounts and open holds count.
    pub sums: BTreeMap<TokenId, Sums>,
    /// Entries.
    pub entries: u64,
    /// Accounts that have more or less held than their pending holds reserve.
    pub held_wrong: u64,
}

/// Rows after commands were applied: what to write.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// What is true of all rows together.
    pub head: Head,
    /// Tokens with other sums.
    pub tokens: Vec<(TokenId, Sums)>,
    /// New accounts.
    pub opened: Vec<AccountRow>,
    /// Changed accounts, each with its version before.
    pub changed: Vec<(Account, u64)>,
    /// New holds.
    pub held: Vec<HoldRow>,
    /// Holds that ended.
    pub ended: Vec<(CommandId, HoldState)>,
    /// Allowances as they are now; one of zero is to be forgotten.
    pub allowed: Vec<AllowanceRow>,
    /// New entries in their order.
    pub entries: Vec<EntryRow>,
}

impl Changes {
    /// Whether there is nothing to write: every change comes with an entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Rows that cannot be those of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PartError {
    /// A token that nobody defined.
    #[error("token {0} has rows, but this engine does not know it")]
    Token(u32),
    /// A hold of an account that does not exist.
    #[error("hold {0} belongs to an account that does not exist")]
    Hold(CommandId),
    /// Tokens that cannot stand together.
    #[error("{0}")]
    Tokens(#[from] TokenError),
}

/// A part of a ledger.
#[derive(Debug)]
pub struct Part {
    ledger: Ledger,
    before: Before,
}

/// What a part had before any command.
#[derive(Debug)]
struct Before {
    tokens: Vec<(TokenId, Sums)>,
    versions: Vec<u64>,
    holds: Vec<HoldState>,
    allowances: Vec<AllowanceRow>,
    elsewhere: u32,
}

impl Part {
    /// The part that these rows are, under the limits of the whole.
    ///
    /// # Errors
    /// Rows that do not belong together.
    pub fn new(limits: Limits, specs: Vec<TokenSpec>, rows: Rows) -> Result<Self, PartError> {
        let mut ledger = Ledger::with_tokens(limits, specs)?;
        let before = Before {
            tokens: rows.tokens.clone(),
            versions: rows.accounts.iter().map(|(row, _)| row.version).collect(),
            holds: rows.holds.iter().map(|(_, hold)| hold.state).collect(),
            allowances: rows.allowances.clone(),
            elsewhere: rows
                .head
                .allowances
                .saturating_sub(rows.allowances.len() as u32),
        };
        bound(&mut ledger.state.limits, &rows);
        ledger.take_tokens(&rows.tokens)?;
        for (account, address) in rows.accounts {
            ledger.state.accounts.push(account, address);
        }
        for (token, hold) in rows.holds {
            ledger.take_hold(token, &hold)?;
        }
        for (owner, spender, allowance) in rows.allowances {
            if let Some(owner) = ledger.state.accounts.slot(owner) {
                ledger.state.allowances.insert((owner, spender), allowance);
            }
        }
        for (sequence, entry) in &rows.entries {
            // Rows have one entry a key.
            let _ = ledger.ids.claim(entry.command().id, *sequence);
        }
        let entries = rows.entries.into_iter().collect();
        ledger.entries = Entries::behind(rows.head.entries, entries);
        ledger.counts = rows.head.counts;
        ledger.elsewhere = rows.audit.map(|audit| Found {
            sums: audit.sums,
            ids: audit.entries,
            held_wrong: audit.held_wrong,
        });
        Ok(Self { ledger, before })
    }

    /// The part as a ledger: what was not wanted does not exist in it.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The same, to apply commands to.
    pub const fn ledger_mut(&mut self) -> &mut Ledger {
        &mut self.ledger
    }

    /// Ends the holds that are here and whose time is over at `now_ms`; the commands that did, each with its outcome.
    pub fn expire(&mut self, now_ms: u64) -> Vec<(Command, Outcome)> {
        let due = self.ledger.due(now_ms, usize::MAX);
        due.into_iter()
            .map(|command| (command, self.ledger.apply(now_ms, &command)))
            .collect()
    }

    /// What commands have changed.
    pub fn changes(&self) -> Changes {
        let ledger = &self.ledger;
        let entries = self.new_entries();
        let (opened, changed) = self.changed_accounts(&entries);
        let (held, ended) = self.changed_holds();
        Changes {
            head: Head {
                entries: ledger.entries.len(),
                allowances: self.before.elsewhere + ledger.state.allowances.len() as u32,
                counts: ledger.counts,
            },
            tokens: self.changed_tokens(),
            opened,
            changed,
            held,
            ended,
            allowed: self.allowances(),
            entries,
        }
    }

    fn new_entries(&self) -> Vec<EntryRow> {
        let first = Sequence::new(u64::from(self.ledger.entries.base()) + 1);
        first.map_or_else(Vec::new, |first| self.ledger.entries.from(first).collect())
    }

    fn changed_tokens(&self) -> Vec<(TokenId, Sums)> {
        let now = self.ledger.state.tokens.iter();
        now.map(|token| (token.spec.id, token.sums))
            .filter(|row| !self.before.tokens.contains(row))
            .collect()
    }

    fn changed_accounts(&self, entries: &[EntryRow]) -> (Vec<AccountRow>, Vec<(Account, u64)>) {
        let mut addresses: HashMap<_, _> = HashMap::new();
        for (_, entry) in entries {
            let command = entry.command();
            if entry.opened(command.debit) {
                addresses.insert(command.debit, command.address());
            }
        }
        let mut now = self.ledger.state.accounts.iter().copied();
        let known = now.by_ref().take(self.before.versions.len());
        let changed = known
            .zip(self.before.versions.iter().copied())
            .filter(|(account, version)| account.version != *version)
            .collect();
        let opened = now
            .map(|account| (account, addresses.get(&account.id).copied().flatten()))
            .collect();
        (opened, changed)
    }

    fn changed_holds(&self) -> (Vec<HoldRow>, Vec<(CommandId, HoldState)>) {
        let mut now = self.ledger.state.holds.iter();
        let known = now.by_ref().take(self.before.holds.len());
        let ended = known
            .zip(&self.before.holds)
            .filter(|(hold, before)| hold.state != **before)
            .map(|(hold, _)| (hold.id, hold.state))
            .collect();
        let held = now
            .filter_map(|hold| {
                let token = self.ledger.state.tokens.get(hold.token).spec.id;
                Some((token, self.ledger.hold(hold.id)?))
            })
            .collect();
        (held, ended)
    }

    fn allowances(&self) -> Vec<AllowanceRow> {
        let state = &self.ledger.state;
        let owner = |slot: &Slot| state.accounts.get(*slot).id;
        let mut rows: BTreeMap<_, _> = self
            .before
            .allowances
            .iter()
            .map(|row| ((row.0, row.1), Allowance::Limited(Amount::ZERO)))
            .collect();
        for ((slot, spender), allowance) in &state.allowances {
            rows.insert((owner(slot), *spender), *allowance);
        }
        rows.into_iter()
            .map(|((owner, spender), allowance)| (owner, spender, allowance))
            .filter(|row| !self.before.allowances.contains(row))
            .collect()
    }
}

/// Lowers the limits by what lies elsewhere.
fn bound(limits: &mut Limits, rows: &Rows) {
    let sums = || rows.tokens.iter().map(|(_, sums)| sums);
    let rest =
        |most: u32, all: u32, here: usize| (here as u32).saturating_add(most.saturating_sub(all));
    let is_open = |row: &&HoldRow| row.1.state == HoldState::Pending;
    let open = rows.holds.iter().filter(is_open).count();
    let accounts = sums().map(|sums| sums.accounts).sum();
    let holds = sums().map(|sums| sums.open_holds).sum();
    let allowances = rows.head.allowances;
    limits.accounts_max = rest(limits.accounts_max, accounts, rows.accounts.len());
    limits.open_holds_max = rest(limits.open_holds_max, holds, open);
    limits.allowances_max = rest(limits.allowances_max, allowances, rows.allowances.len());
}

impl Ledger {
    fn take_tokens(&mut self, rows: &[(TokenId, Sums)]) -> Result<(), PartError> {
        for (token, sums) in rows {
            let slot = self.token_slot(*token)?;
            *self.state.tokens.sums_mut(slot) = *sums;
        }
        Ok(())
    }

    fn token_slot(&self, token: TokenId) -> Result<TokenSlot, PartError> {
        self.state
            .tokens
            .slot(token)
            .ok_or(PartError::Token(token.0))
    }

    fn take_hold(&mut self, token: TokenId, hold: &Hold) -> Result<(), PartError> {
        let account = |id| self.state.accounts.slot(id).ok_or(PartError::Hold(hold.id));
        let kept = Kept {
            id: hold.id,
            debit: account(hold.debit)?,
            credit: account(hold.credit)?,
            token: self.token_slot(token)?,
            amount: hold.amount,
            deadline_ms: hold.deadline_ms,
            sequence: hold.sequence,
            state: hold.state,
        };
        self.state.holds.push(kept);
        if let Some(slot) = self.state.holds.slot(hold.id) {
            self.state.holds.set(slot, hold.state);
        }
        Ok(())
    }
}

/// The sums of tokens that nobody has used yet.
pub fn fresh_tokens(specs: &[TokenSpec]) -> Vec<(TokenId, Sums)> {
    specs
        .iter()
        .map(|spec| (spec.id, Sums::default()))
        .collect()
}

#[cfg(test)]
pub(crate) mod tests;
