//! The outcomes of a command: a closed list with fixed numbers.
//!
//! The first match in numeric order is the answer, whatever else is wrong; the order is part of the interface. Numbers that are
//! missing belong to commands of later versions and stay reserved for them.

use super::Sequence;

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Status {
    /// It took effect.
    Ok = 0,
    /// The idempotency key or the id of a new account is 0 or all ones.
    IdReserved = 10,
    /// The amount is zero.
    AmountZero = 15,
    /// Debit and credit are the same account.
    AccountsSame = 17,
    /// The idempotency key was used before for another command.
    IdReused = 31,
    /// The account to debit does not exist.
    DebitUnknown = 41,
    /// The account to credit does not exist.
    CreditUnknown = 42,
    /// The account to open exists.
    AccountExists = 45,
    /// The account to debit has less than the amount.
    InsufficientAvailable = 73,
    /// The supply would exceed its cap.
    SupplyCapExceeded = 77,
    /// A limit on accounts or entries is reached.
    Capacity = 95,
}

impl Status {
    /// Every status, in order of precedence.
    pub const ALL: [Self; 11] = [
        Self::Ok,
        Self::IdReserved,
        Self::AmountZero,
        Self::AccountsSame,
        Self::IdReused,
        Self::DebitUnknown,
        Self::CreditUnknown,
        Self::AccountExists,
        Self::InsufficientAvailable,
        Self::SupplyCapExceeded,
        Self::Capacity,
    ];

    /// The fixed number.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The fixed name, also the code of an error answer.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::IdReserved => "id_reserved",
            Self::AmountZero => "amount_zero",
            Self::AccountsSame => "accounts_same",
            Self::IdReused => "id_reused",
            Self::DebitUnknown => "debit_unknown",
            Self::CreditUnknown => "credit_unknown",
            Self::AccountExists => "account_exists",
            Self::InsufficientAvailable => "insufficient_available",
            Self::SupplyCapExceeded => "supply_cap_exceeded",
            Self::Capacity => "capacity",
        }
    }

    /// One sentence for the caller, in lower case.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Ok => "done",
            Self::IdReserved => "the ids 0 and all ones are reserved",
            Self::AmountZero => "the amount is zero",
            Self::AccountsSame => "debit and credit are the same account",
            Self::IdReused => "the idempotency key was used before for another command",
            Self::DebitUnknown => "the account to debit does not exist",
            Self::CreditUnknown => "the account to credit does not exist",
            Self::AccountExists => "the account exists already",
            Self::InsufficientAvailable => "the account to debit has less than the amount",
            Self::SupplyCapExceeded => "the supply would exceed its cap",
            Self::Capacity => "the ledger is full: its limit on accounts or entries is reached",
        }
    }

    /// Whether an answer with this status becomes an entry and consumes the idempotency key.
    ///
    /// A refusal by state does: a delayed duplicate must not move money after its owner gave up. Shape errors and lack of
    /// capacity leave the key free, and a reused key already belongs to its first command.
    pub const fn is_recorded(self) -> bool {
        match self {
            Self::Ok
            | Self::DebitUnknown
            | Self::CreditUnknown
            | Self::AccountExists
            | Self::InsufficientAvailable
            | Self::SupplyCapExceeded => true,
            Self::IdReserved
            | Self::AmountZero
            | Self::AccountsSame
            | Self::IdReused
            | Self::Capacity => false,
        }
    }
}

/// What the ledger answers to a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Decided now and recorded.
    Recorded {
        /// `Ok` or a refusal by state.
        status: Status,
        /// Its place.
        sequence: Sequence,
    },
    /// The same command was seen before: this is its first outcome.
    Replayed {
        /// As the first time.
        status: Status,
        /// The first time's place.
        sequence: Sequence,
    },
    /// [`Status::IdReused`]: another command has this key.
    Reused {
        /// The first field that differs, by its JSON name.
        field: &'static str,
        /// The place of the command that has the key.
        sequence: Sequence,
    },
    /// A shape error or lack of capacity: not recorded, and the key stays free.
    Unrecorded(Status),
}

impl Outcome {
    /// The status it carries.
    pub const fn status(self) -> Status {
        match self {
            Self::Recorded { status, .. }
            | Self::Replayed { status, .. }
            | Self::Unrecorded(status) => status,
            Self::Reused { .. } => Status::IdReused,
        }
    }

    /// Whether it is the answer of an earlier time.
    pub const fn is_replayed(self) -> bool {
        matches!(self, Self::Replayed { .. })
    }
}
