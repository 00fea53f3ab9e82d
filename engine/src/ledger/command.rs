//! Commands: what a caller asks of the ledger, as one flat record.

pub use flags::Flags;
pub use kind::{Fields, Kind};
pub use party::{Chain, KYC_LEVEL_MAX, Profile, Role};

mod build;
mod flags;
mod kind;
mod party;
mod shape;

pub use shape::ShapeError;

use super::{AccountId, CommandId};
use crate::amount::Amount;

/// Stands where a kind has no account: the issuance of the token.
const NO_ACCOUNT: AccountId = AccountId::new(0);

/// The number of a token; 0 names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(pub u32);

impl TokenId {
    /// No token: only a post or void may leave its token out.
    pub const NONE: Self = Self(0);
    /// The token that a caller means who names none.
    pub const FIRST: Self = Self(1);
}

/// The address of an account on a chain.
pub type Address = [u8; 20];

/// One request to the ledger.
///
/// A kind that lacks a field has 0 there: an open has its account as debit, a mint its account as credit. Two commands are the
/// same for the ledger if all their fields but the deadline and the role are, see [`Command::first_difference`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command {
    pub(super) id: CommandId,
    pub(super) debit: AccountId,
    pub(super) credit: AccountId,
    pub(super) amount: Amount,
    pub(super) related: u128,
    pub(super) reference: u128,
    pub(super) deadline_ms: u64,
    pub(super) expected_version: u64,
    pub(super) token: TokenId,
    pub(super) timeout_s: u32,
    pub(super) kind: Kind,
    pub(super) flags: Flags,
    pub(super) chain: Chain,
    pub(super) role: Role,
}

/// An allowance: how much a spender may move, or anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allowance {
    /// So much.
    Limited(Amount),
    /// As much as there is, for ever.
    Unlimited,
}

impl Allowance {
    /// As a command's `related` carries it: units, or all ones.
    pub const fn packed(self) -> u128 {
        match self {
            Self::Limited(amount) => amount.units(),
            Self::Unlimited => u128::MAX,
        }
    }

    /// Reads [`Allowance::packed`]; `None` for units above [`Amount::MAX`].
    pub fn unpack(packed: u128) -> Option<Self> {
        match packed {
            u128::MAX => Some(Self::Unlimited),
            units => Amount::from_units(units).map(Self::Limited),
        }
    }
}

impl Command {
    /// The idempotency key.
    pub const fn id(&self) -> CommandId {
        self.id
    }

    /// What it does.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The account opened, debited or changed; `None` if its kind has none, or a post or void names none.
    pub fn debit(&self) -> Option<AccountId> {
        self.side(Fields::DEBIT, self.debit)
    }

    /// The account credited, or the spender of an approval; `None` as for the debit.
    pub fn credit(&self) -> Option<AccountId> {
        self.side(Fields::CREDIT, self.credit)
    }

    fn side(&self, field: Fields, account: AccountId) -> Option<AccountId> {
        let left_out = self.names_hold() && account == NO_ACCOUNT;
        (self.kind.fields().has(field) && !left_out).then_some(account)
    }

    /// Whether it ends a hold.
    pub(super) const fn names_hold(&self) -> bool {
        matches!(self.kind, Kind::Post | Kind::Void | Kind::Expire)
    }

    /// What moves, is set aside or is allowed; `None` for kinds without amount, and for all of something.
    pub fn amount(&self) -> Option<Amount> {
        let whole = self.flags.has(Flags::ALL) || self.flags.has(Flags::WHOLE);
        (self.kind.has_amount() && !whole).then_some(self.amount)
    }

    /// Level and jurisdiction of an open or a change of KYC.
    pub fn profile(&self) -> Option<Profile> {
        if self.kind.has_profile() {
            Profile::unpack(self.amount.units())
        } else {
            None
        }
    }

    /// The address of an account that is opened, if one is given.
    pub fn address(&self) -> Option<Address> {
        if self.kind != Kind::Open || self.related == 0 && self.reference == 0 {
            return None;
        }
        let mut address = Address::default();
        address[..16].copy_from_slice(&self.related.to_le_bytes());
        address[16..].copy_from_slice(&self.reference.to_le_bytes()[..4]);
        Some(address)
    }

    /// The hold that a post, void or expiry ends.
    pub fn hold(&self) -> Option<CommandId> {
        self.names_hold().then_some(CommandId::new(self.related))
    }

    /// Who spends, for a transfer out of another's account.
    pub fn spender(&self) -> Option<AccountId> {
        match self.kind {
            Kind::Approve => Some(self.credit),
            Kind::TransferFrom => Some(AccountId::new(self.related)),
            _ => None,
        }
    }

    /// The allowance that an approval sets.
    pub fn allowance(&self) -> Allowance {
        if self.flags.has(Flags::ALL) {
            Allowance::Unlimited
        } else {
            Allowance::Limited(self.amount)
        }
    }

    /// The allowance that an approval expects to replace, if it says so.
    pub fn expected_allowance(&self) -> Option<Allowance> {
        if self.flags.has(Flags::EXPECTED) {
            Allowance::unpack(self.related)
        } else {
            None
        }
    }

    /// The token.
    pub const fn token(&self) -> TokenId {
        self.token
    }

    /// The flags.
    pub const fn flags(&self) -> Flags {
        self.flags
    }

    /// The chain.
    pub const fn chain(&self) -> Chain {
        self.chain
    }

    /// What its sender may do.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The sender's own reference, 0 if none.
    pub fn reference(&self) -> u128 {
        if self.kind == Kind::Open {
            0
        } else {
            self.reference
        }
    }

    /// Until when it is worth starting, in milliseconds since 1970; 0 for ever.
    pub const fn deadline_ms(&self) -> u64 {
        self.deadline_ms
    }

    /// The version of the changed account that its sender has seen; 0 for any.
    pub const fn expected_version(&self) -> u64 {
        self.expected_version
    }

    /// How long a hold lasts, in seconds; 0 for the token's usual time.
    pub const fn timeout_s(&self) -> u32 {
        self.timeout_s
    }

    /// The JSON name of the first field besides the key that differs from `other`; `None` if they are the same command.
    pub fn first_difference(&self, other: &Self) -> Option<&'static str> {
        [
            (self.kind != other.kind, "kind"),
            (self.debit != other.debit, self.kind.debit_name()),
            (self.credit != other.credit, self.kind.credit_name()),
            (self.amount != other.amount, self.kind.amount_name()),
            (self.related != other.related, self.kind.related_name()),
            (self.reference != other.reference, "reference"),
            (
                self.expected_version != other.expected_version,
                "expected_version",
            ),
            (self.token != other.token, "token"),
            (self.timeout_s != other.timeout_s, "timeout_s"),
            (self.flags != other.flags, "flags"),
            (self.chain != other.chain, "chain"),
        ]
        .into_iter()
        .find_map(|(differs, name)| differs.then_some(name))
    }
}

#[cfg(test)]
mod tests;
