//! Commands: what a caller asks of the ledger, as one flat record.

use super::{AccountId, CommandId};
use crate::amount::Amount;

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An account appears.
    Open,
    /// Units are created to an account.
    Mint,
    /// Units move between two accounts.
    Transfer,
}

impl Kind {
    /// The name in journals and statements.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Mint => "mint",
            Self::Transfer => "transfer",
        }
    }
}

/// Stands where a kind has no account: the issuance of the token.
const NO_ACCOUNT: AccountId = AccountId::new(0);

/// One request to the ledger.
///
/// Two commands are the same if all their fields are. A kind that lacks a field has 0 there: an open has its account as debit, a
/// mint its account as credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command {
    pub(super) id: CommandId,
    pub(super) kind: Kind,
    pub(super) debit: AccountId,
    pub(super) credit: AccountId,
    pub(super) amount: Amount,
}

impl Command {
    /// Opens `account`.
    pub const fn open(id: CommandId, account: AccountId) -> Self {
        Self {
            id,
            kind: Kind::Open,
            debit: account,
            credit: NO_ACCOUNT,
            amount: Amount::ZERO,
        }
    }

    /// Creates `amount` to `account`.
    pub const fn mint(id: CommandId, account: AccountId, amount: Amount) -> Self {
        Self {
            id,
            kind: Kind::Mint,
            debit: NO_ACCOUNT,
            credit: account,
            amount,
        }
    }

    /// Moves `amount` from `debit` to `credit`.
    pub const fn transfer(
        id: CommandId,
        debit: AccountId,
        credit: AccountId,
        amount: Amount,
    ) -> Self {
        Self {
            id,
            kind: Kind::Transfer,
            debit,
            credit,
            amount,
        }
    }

    /// The idempotency key.
    pub const fn id(&self) -> CommandId {
        self.id
    }

    /// What it does.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The account opened or debited; `None` for a mint.
    pub fn debit(&self) -> Option<AccountId> {
        (self.kind != Kind::Mint).then_some(self.debit)
    }

    /// The account credited; `None` for an open.
    pub fn credit(&self) -> Option<AccountId> {
        (self.kind != Kind::Open).then_some(self.credit)
    }

    /// What moves; `None` for an open.
    pub fn amount(&self) -> Option<Amount> {
        (self.kind != Kind::Open).then_some(self.amount)
    }

    /// The JSON name of the first field besides the key that differs from `other`; `None` if they are the same command.
    pub(super) fn first_difference(&self, other: &Self) -> Option<&'static str> {
        if self.kind != other.kind {
            Some("kind")
        } else if self.debit != other.debit {
            Some(if self.kind == Kind::Open {
                "account"
            } else {
                "debit"
            })
        } else if self.credit != other.credit {
            Some(if self.kind == Kind::Mint {
                "account"
            } else {
                "credit"
            })
        } else if self.amount != other.amount {
            Some("amount")
        } else {
            None
        }
    }
}
