//! The kinds of commands, and which fields each of them takes.

use super::flags::Flags;

/// What a command does. The numbers are those of the 128-byte record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// An account appears.
    Open = 1,
    /// Units are created to an account.
    Mint = 2,
    /// Units move between two accounts.
    Transfer = 3,
    /// Units of an account are destroyed.
    Burn = 4,
    /// A spender may move units out of an owner's account.
    Approve = 5,
    /// A spender moves units of an owner.
    TransferFrom = 6,
    /// Units of an account, or all of it, become unusable by their holder.
    Freeze = 7,
    /// The reverse of a freeze.
    Unfreeze = 8,
    /// Level and jurisdiction of an account change.
    SetKyc = 9,
    /// An empty account ends.
    Close = 10,
    /// Movements of a token stop.
    Pause = 11,
    /// Movements of a token go on.
    Unpause = 12,
    /// Units are reserved for a transfer.
    Hold = 13,
    /// Reserved units move.
    Post = 14,
    /// Reserved units are released.
    Void = 15,
    /// Reserved units are released because their time is over.
    Expire = 16,
}

/// A set of fields of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields(u16);

impl Fields {
    pub(in crate::ledger) const NONE: Self = Self(0);
    pub(in crate::ledger) const DEBIT: Self = Self(1);
    pub(in crate::ledger) const CREDIT: Self = Self(1 << 1);
    pub(in crate::ledger) const AMOUNT: Self = Self(1 << 2);
    pub(in crate::ledger) const RELATED: Self = Self(1 << 3);
    pub(in crate::ledger) const REFERENCE: Self = Self(1 << 4);
    pub(in crate::ledger) const VERSION: Self = Self(1 << 5);
    pub(in crate::ledger) const TOKEN: Self = Self(1 << 6);
    pub(in crate::ledger) const TIMEOUT: Self = Self(1 << 7);

    /// Both sets together.
    pub(in crate::ledger) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `other` are in it.
    pub(in crate::ledger) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl Kind {
    /// Every kind, in order of its number.
    pub const ALL: [Self; 16] = [
        Self::Open,
        Self::Mint,
        Self::Transfer,
        Self::Burn,
        Self::Approve,
        Self::TransferFrom,
        Self::Freeze,
        Self::Unfreeze,
        Self::SetKyc,
        Self::Close,
        Self::Pause,
        Self::Unpause,
        Self::Hold,
        Self::Post,
        Self::Void,
        Self::Expire,
    ];

    /// The fixed number.
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The kind of that number.
    pub fn from_number(number: u16) -> Option<Self> {
        let index = usize::from(number).checked_sub(1)?;
        Self::ALL.get(index).copied()
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name in journals, statements and bodies.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Mint => "mint",
            Self::Transfer => "transfer",
            Self::Burn => "burn",
            Self::Approve => "approve",
            Self::TransferFrom => "transfer_from",
            Self::Freeze => "freeze",
            Self::Unfreeze => "unfreeze",
            Self::SetKyc => "set_kyc",
            Self::Close => "close",
            Self::Pause => "pause",
            Self::Unpause => "unpause",
            Self::Hold => "hold",
            Self::Post => "post",
            Self::Void => "void",
            Self::Expire => "expire",
        }
    }

    /// Whether its amount moves, is set aside or is allowed; an open and a change of KYC keep other data there.
    pub(in crate::ledger) const fn has_amount(self) -> bool {
        self.fields().has(Fields::AMOUNT) && !self.has_profile()
    }

    /// Whether level and jurisdiction stand in the amount.
    pub(in crate::ledger) const fn has_profile(self) -> bool {
        matches!(self, Self::Open | Self::SetKyc)
    }

    /// The fields it takes besides id, deadline, flags and chain; all others must be 0.
    pub(in crate::ledger) const fn fields(self) -> Fields {
        const ONE: Fields = Fields::TOKEN.and(Fields::REFERENCE);
        const DEBIT: Fields = ONE.and(Fields::DEBIT).and(Fields::VERSION);
        const SIZED: Fields = DEBIT.and(Fields::AMOUNT);
        const MOVE: Fields = SIZED.and(Fields::CREDIT);
        match self {
            Self::Open => Fields::DEBIT
                .and(Fields::AMOUNT)
                .and(Fields::RELATED)
                .and(ONE),
            Self::Mint => ONE
                .and(Fields::CREDIT)
                .and(Fields::AMOUNT)
                .and(Fields::VERSION),
            Self::Transfer => MOVE,
            Self::Approve | Self::TransferFrom | Self::Post => MOVE.and(Fields::RELATED),
            Self::Burn | Self::Freeze | Self::Unfreeze | Self::SetKyc => SIZED,
            Self::Close => DEBIT,
            Self::Pause | Self::Unpause => ONE,
            Self::Hold => MOVE.and(Fields::TIMEOUT),
            Self::Void => DEBIT.and(Fields::CREDIT).and(Fields::RELATED),
            Self::Expire => Fields::NONE.and(Fields::RELATED),
        }
    }

    /// The flags it takes.
    pub(in crate::ledger) const fn flags(self) -> Flags {
        let own = match self {
            Self::Approve => Flags::ALL.and(Flags::EXPECTED).and(Flags::ERC20),
            Self::Transfer | Self::TransferFrom => Flags::ERC20,
            Self::Freeze | Self::Unfreeze => Flags::WHOLE,
            Self::Burn => Flags::FROM_FROZEN,
            Self::Post => Flags::ALL,
            Self::Expire => return Flags::NONE,
            _ => Flags::NONE,
        };
        own.and(Flags::LINKED)
    }

    /// What bodies call its debit.
    pub(in crate::ledger) const fn debit_name(self) -> &'static str {
        match self {
            Self::Open
            | Self::Burn
            | Self::Freeze
            | Self::Unfreeze
            | Self::SetKyc
            | Self::Close => "account",
            Self::Approve => "owner",
            _ => "debit",
        }
    }

    /// What bodies call its credit.
    pub(in crate::ledger) const fn credit_name(self) -> &'static str {
        match self {
            Self::Mint => "account",
            Self::Approve => "spender",
            _ => "credit",
        }
    }

    /// What bodies call its amount.
    pub(in crate::ledger) const fn amount_name(self) -> &'static str {
        if self.has_profile() {
            "kyc_level"
        } else {
            "amount"
        }
    }

    /// What bodies call the field that means something else for each kind.
    pub(in crate::ledger) const fn related_name(self) -> &'static str {
        match self {
            Self::Open => "address",
            Self::Approve => "expected",
            Self::TransferFrom => "spender",
            Self::Post | Self::Void | Self::Expire => "hold",
            _ => "related",
        }
    }
}
