//! Accounts, holds and allowances as they are sent.

use super::Shown;
use crate::amount::Amount;
use crate::ledger::{
    Account, AccountId, AccountPage, AccountState, Allowance, CommandId, Hold, Profile, TokenId,
};
use serde::{Serialize, Serializer};

/// An accepted open.
#[derive(Debug, Serialize)]
pub struct OpenAnswer {
    account: AccountAnswer,
    replayed: bool,
}

impl OpenAnswer {
    /// The account as it was opened, now or the first time.
    pub fn new(account: &Account, replayed: bool) -> Self {
        Self {
            account: AccountAnswer::new(account),
            replayed,
        }
    }
}

/// One account; what is seldom there is left out: parts that are zero, a token that is the first, a profile that is empty.
#[derive(Debug, Serialize)]
pub struct AccountAnswer {
    id: Shown<AccountId>,
    balance: Shown<Amount>,
    version: u64,
    sequence: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    frozen: Option<Shown<Amount>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<Shown<Amount>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    available: Option<Shown<Amount>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kyc_level: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jurisdiction: Option<Jurisdiction>,
}

/// Two letters.
#[derive(Debug, Clone, Copy)]
struct Jurisdiction(Profile);

impl Serialize for Jurisdiction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.jurisdiction_text().unwrap_or_default())
    }
}

impl AccountAnswer {
    /// Shows an account.
    pub fn new(account: &Account) -> Self {
        let part = |amount: Amount| (!amount.is_zero()).then_some(Shown(amount));
        let (frozen, held) = (part(account.frozen), part(account.held));
        let has_parts = frozen.is_some() || held.is_some();
        let profile = account.profile;
        Self {
            id: Shown(account.id),
            balance: Shown(account.balance),
            version: account.version,
            sequence: account.sequence.get(),
            frozen,
            held,
            available: has_parts.then(|| Shown(account.available())),
            state: (account.state != AccountState::Open).then(|| account.state.name()),
            token: (account.token != TokenId::FIRST).then_some(account.token.0),
            kyc_level: (profile.level != 0).then_some(profile.level),
            jurisdiction: profile.jurisdiction_text().map(|_| Jurisdiction(profile)),
        }
    }
}

/// One hold.
#[derive(Debug, Serialize)]
pub struct HoldAnswer {
    id: Shown<CommandId>,
    debit: Shown<AccountId>,
    credit: Shown<AccountId>,
    amount: Shown<Amount>,
    deadline_ms: u64,
    state: &'static str,
    sequence: u64,
}

impl HoldAnswer {
    /// Shows a hold.
    pub fn new(hold: &Hold) -> Self {
        Self {
            id: Shown(hold.id),
            debit: Shown(hold.debit),
            credit: Shown(hold.credit),
            amount: Shown(hold.amount),
            deadline_ms: hold.deadline_ms,
            state: hold.state.name(),
            sequence: hold.sequence.get(),
        }
    }
}

/// What a spender may move.
#[derive(Debug, Serialize)]
pub struct AllowanceAnswer {
    owner: Shown<AccountId>,
    spender: Shown<AccountId>,
    amount: Option<Shown<Amount>>,
    unlimited: bool,
}

impl AllowanceAnswer {
    /// Shows an allowance; one without limit has no amount.
    pub fn new(owner: AccountId, spender: AccountId, allowance: Allowance) -> Self {
        let amount = match allowance {
            Allowance::Limited(amount) => Some(Shown(amount)),
            Allowance::Unlimited => None,
        };
        Self {
            owner: Shown(owner),
            spender: Shown(spender),
            amount,
            unlimited: allowance == Allowance::Unlimited,
        }
    }
}

/// A page of accounts.
#[derive(Debug, Serialize)]
pub struct AccountsAnswer {
    accounts: Vec<AccountAnswer>,
    next: Option<Shown<AccountId>>,
}

impl AccountsAnswer {
    /// Shows a page.
    pub fn new(page: &AccountPage) -> Self {
        Self {
            accounts: page.accounts.iter().map(AccountAnswer::new).collect(),
            next: page.next.map(Shown),
        }
    }
}
