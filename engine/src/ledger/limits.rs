//! The bounds of a ledger. At a bound the answer is `capacity`; nothing that could be recorded before is lost.

use crate::amount::Amount;

/// How much one ledger may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Accounts; one takes about 200 bytes with its two indexes.
    pub accounts_max: u32,
    /// Entries, and with them idempotency keys; one takes about 200 bytes with its key.
    pub entries_max: u32,
    /// The most tokens that may exist.
    pub supply_cap: Amount,
}

impl Default for Limits {
    /// 5 million accounts, 50 million entries, every token that an amount can count.
    fn default() -> Self {
        Self {
            accounts_max: 5_000_000,
            entries_max: 50_000_000,
            supply_cap: Amount::MAX,
        }
    }
}
