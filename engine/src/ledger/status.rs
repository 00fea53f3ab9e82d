//! The outcomes of a command: a closed list with fixed numbers.
//!
//! The first match in numeric order is the answer, whatever else is wrong; the order is part of the interface. Number 30 means a
//! replay, which is never sent as a status: the first outcome is sent again.

pub use outcome::Outcome;

mod outcome;

/// Declares the statuses in order of precedence, each with its number, name and one sentence for the caller.
macro_rules! statuses {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal, $message:literal;)*) => {
        /// What became of a command.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Status {
            $($(#[$doc])* $variant = $number,)*
        }

        impl Status {
            /// Every status, in order of precedence.
            pub const ALL: [Self; [$($number),*].len()] = [$(Self::$variant),*];

            /// The fixed name, also the code of an error answer.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// One sentence for the caller, in lower case.
            pub const fn message(self) -> &'static str {
                match self {
                    $(Self::$variant => $message,)*
                }
            }
        }
    };
}

statuses! {
    /// It took effect.
    Ok = 0, "ok", "done";
    /// The idempotency key or the id of a new account is 0 or all ones.
    IdReserved = 10, "id_reserved", "the ids 0 and all ones are reserved";
    /// No kind has that number or name.
    KindUnknown = 11, "kind_unknown", "no such kind of command";
    /// A flag means nothing.
    FlagsUnknown = 12, "flags_unknown", "a flag is set that means nothing";
    /// Reserved bytes of the record are not zero.
    ReservedNotZero = 13, "reserved_not_zero", "the reserved bytes of a record must be zero";
    /// The kind takes no such field or flag, or the field no such value.
    FieldNotAllowed = 14, "field_not_allowed", "this kind of command takes no such field, flag or value";
    /// The amount is zero.
    AmountZero = 15, "amount_zero", "the amount is zero";
    /// The amount is above the most there can be.
    AmountTooLarge = 16, "amount_too_large", "the amount is above 999999999999999999.999999999999999999";
    /// Debit and credit are the same account.
    AccountsSame = 17, "accounts_same", "debit and credit are the same account";
    /// The sender's role does not allow it.
    RoleDenied = 18, "role_denied", "the sender's role does not allow this command";
    /// The last command of a batch says that its chain goes on.
    LinkedOpen = 20, "linked_open", "the last command of a batch must not be linked to a next one";
    /// Another member of its chain failed.
    LinkedFailed = 21, "linked_failed", "another member of the chain failed, so none of it took effect";
    /// The idempotency key was used before for another command.
    IdReused = 31, "id_reused", "the idempotency key was used before for another command";
    /// The token does not exist.
    TokenUnknown = 40, "token_unknown", "the token does not exist";
    /// The account to debit does not exist.
    DebitUnknown = 41, "debit_unknown", "the account to debit does not exist";
    /// The account to credit does not exist.
    CreditUnknown = 42, "credit_unknown", "the account to credit does not exist";
    /// An account belongs to another token.
    TokenMismatch = 43, "token_mismatch", "an account belongs to another token";
    /// The hold does not exist.
    HoldUnknown = 44, "hold_unknown", "the hold does not exist";
    /// The account to open, or its address, exists.
    AccountExists = 45, "account_exists", "the account exists already";
    /// Movements of the token are stopped.
    TokenPaused = 50, "token_paused", "the token is paused";
    /// The account to debit or change is closed.
    DebitClosed = 51, "debit_closed", "the account to debit is closed";
    /// The account to credit is closed.
    CreditClosed = 52, "credit_closed", "the account to credit is closed";
    /// The whole account to debit is frozen.
    DebitFrozen = 53, "debit_frozen", "the account to debit is frozen";
    /// The whole account to credit is frozen.
    CreditFrozen = 54, "credit_frozen", "the account to credit is frozen";
    /// The sender's KYC level is below the token's least.
    DebitKyc = 55, "debit_kyc", "the KYC level of the account to debit is too low";
    /// The receiver's KYC level is below the token's least.
    CreditKyc = 56, "credit_kyc", "the KYC level of the account to credit is too low";
    /// The amount is above what the sender's KYC level allows.
    KycLimit = 57, "kyc_limit", "the amount is above the limit of the sender's KYC level";
    /// The account has another version than expected.
    VersionConflict = 60, "version_conflict", "the account has another version than the command expects";
    /// The allowance is another than expected.
    AllowanceConflict = 61, "allowance_conflict", "the allowance is another than the command expects";
    /// The hold was posted.
    HoldPosted = 62, "hold_posted", "the hold was posted already";
    /// The hold was voided.
    HoldVoided = 63, "hold_voided", "the hold was voided already";
    /// The hold's time is over.
    HoldExpired = 64, "hold_expired", "the hold has expired";
    /// A given field is not that of the hold.
    HoldMismatch = 65, "hold_mismatch", "an account or token differs from that of the hold";
    /// The amount has more decimals than the token.
    AmountPrecision = 70, "amount_precision", "the amount has more decimals than the token";
    /// The amount is above what is held.
    HoldExceeded = 71, "hold_exceeded", "the amount is above what the hold reserves";
    /// The amount is above the allowance.
    AllowanceExceeded = 72, "allowance_exceeded", "the amount is above what the spender may move";
    /// The account to debit has less than the amount.
    InsufficientAvailable = 73, "insufficient_available", "the account to debit has less than the amount";
    /// There is less to freeze.
    FreezeExceeded = 74, "freeze_exceeded", "the account has less available than is to be frozen";
    /// Less is frozen.
    UnfreezeExceeded = 75, "unfreeze_exceeded", "less than the amount is frozen";
    /// The account to close is not empty.
    BalanceNotZero = 76, "balance_not_zero", "an account is closed only when it is empty";
    /// The supply would exceed its cap.
    SupplyCapExceeded = 77, "supply_cap_exceeded", "the supply would exceed its cap";
    /// A queue of the engine is full.
    Overloaded = 90, "overloaded", "the engine is overloaded; try again with the same id";
    /// The client has too much under way.
    ClientLimited = 91, "client_limited", "this client has too many commands under way; try again with the same id";
    /// Its deadline passed before it was started.
    LateInQueue = 92, "late_in_queue", "the deadline passed before the command was started";
    /// The engine is about to end.
    Stopping = 93, "stopping", "the engine is stopping";
    /// The journal could not be written.
    JournalFailed = 94, "journal_failed", "the journal failed; what became of the command is not known";
    /// A limit on what the ledger keeps is reached.
    Capacity = 95, "capacity", "the ledger is full: its limit on accounts or entries is reached";
    /// The body or batch is too large.
    TooLarge = 96, "too_large", "the body or batch is too large";
}

impl Status {
    /// The fixed number.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The status of that number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL
            .binary_search_by_key(&number, |status| status.number())
            .ok()
            .map(|at| Self::ALL[at])
    }

    /// Whether an answer with this status becomes an entry and consumes the idempotency key.
    ///
    /// A refusal by state does: a delayed duplicate must not move money after its owner gave up. Shape errors, an open end of a
    /// chain and whatever the service refuses leave the key free, and a reused key already belongs to its first command.
    pub const fn is_recorded(self) -> bool {
        matches!(self.number(), 0 | 21 | 40..=77)
    }
}
