//! Which rows commands and questions read.

use crate::ledger::command::{Address, TokenId};
use crate::ledger::{AccountId, Command, CommandId, Sequence};
use std::collections::BTreeSet;

/// What a question reads. A ledger in memory has it all; a store fetches no more than this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Sums of tokens and the last sequence, which is always there.
    Sums,
    /// One account.
    Account(AccountId),
    /// A page of accounts.
    Accounts {
        /// Behind this one.
        after: Option<AccountId>,
        /// So many.
        limit: usize,
    },
    /// The allowance of a spender.
    Allowance {
        /// Whose units.
        owner: AccountId,
        /// Who may move them.
        spender: AccountId,
    },
    /// A hold.
    Hold(CommandId),
    /// The entry of a key.
    Entry(CommandId),
    /// One account and the entry of a key.
    AccountAndEntry(AccountId, CommandId),
    /// A page of the journal.
    Journal {
        /// The first entry.
        from: Sequence,
        /// So many.
        limit: usize,
    },
    /// A page of an account's movements.
    Statement {
        /// Whose.
        account: AccountId,
        /// Older than this entry.
        before: Option<Sequence>,
        /// So many.
        limit: usize,
    },
    /// Everything added up.
    Totals,
}

impl Needs {
    /// Whether it reads many rows.
    pub const fn is_wide(&self) -> bool {
        matches!(
            self,
            Self::Accounts { .. } | Self::Journal { .. } | Self::Statement { .. } | Self::Totals
        )
    }

    /// Whether it takes no longer on a larger ledger.
    pub const fn is_bounded(&self) -> bool {
        !matches!(self, Self::Totals)
    }
}

/// The rows that commands and questions read together, in order and each once.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Accounts by id.
    pub accounts: BTreeSet<AccountId>,
    /// Accounts by address.
    pub addresses: BTreeSet<(TokenId, Address)>,
    /// Holds; their accounts are wanted too.
    pub holds: BTreeSet<CommandId>,
    /// Allowances by owner and spender.
    pub allowances: BTreeSet<(AccountId, AccountId)>,
    /// Entries by key.
    pub ids: BTreeSet<CommandId>,
    /// Questions for more than single rows.
    pub pages: Vec<Needs>,
}

impl Wanted {
    /// Adds what deciding a command reads.
    pub fn command(&mut self, command: &Command) {
        self.ids.insert(command.id);
        let named = [command.debit, command.credit];
        self.accounts
            .extend(named.into_iter().filter(|account| account.get() != 0));
        self.holds.extend(command.hold());
        if let Some(address) = command.address() {
            self.addresses.insert((command.token, address));
        }
        if let Some(spender) = command.spender() {
            self.allowances.insert((command.debit, spender));
        }
    }

    /// Adds what a question reads.
    pub fn question(&mut self, needs: &Needs) {
        match *needs {
            Needs::Sums => {}
            Needs::Account(account) => {
                self.accounts.insert(account);
            }
            Needs::Allowance { owner, spender } => {
                self.accounts.insert(owner);
                self.allowances.insert((owner, spender));
            }
            Needs::Hold(hold) => {
                self.holds.insert(hold);
            }
            Needs::Entry(id) => {
                self.ids.insert(id);
            }
            Needs::AccountAndEntry(account, id) => {
                self.accounts.insert(account);
                self.ids.insert(id);
            }
            Needs::Statement { account, .. } => {
                self.accounts.insert(account);
                self.pages.push(*needs);
            }
            Needs::Accounts { .. } | Needs::Journal { .. } | Needs::Totals => {
                self.pages.push(*needs);
            }
        }
    }
}
