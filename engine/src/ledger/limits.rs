//! The bounds of a ledger. At a bound the answer is `capacity`; nothing that could be recorded before is lost.

use crate::amount::Amount;

/// How much one ledger may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Accounts; one takes about 230 bytes with its two indexes.
    pub accounts_max: u32,
    /// Entries, and with them idempotency keys; one takes about 160 bytes with its key.
    pub entries_max: u32,
    /// Holds that are pending.
    pub open_holds_max: u32,
    /// Allowances that are not zero.
    pub allowances_max: u32,
    /// The most of the first token that may exist, if no tokens are defined.
    pub supply_cap: Amount,
}

impl Default for Limits {
    /// 5 million accounts, 50 million entries, a million holds and as many allowances, every token that an amount can count.
    fn default() -> Self {
        Self {
            accounts_max: 5_000_000,
            entries_max: 50_000_000,
            open_holds_max: 1_000_000,
            allowances_max: 1_000_000,
            supply_cap: Amount::MAX,
        }
    }
}
