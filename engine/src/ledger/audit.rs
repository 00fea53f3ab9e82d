//! Exact totals, recomputed in full: the supply is what was minted, and what all accounts own together.

use super::{Command, Kind, Ledger, Sequence, Status};
use crate::amount::Amount;
use thiserror::Error;

/// What was recorded so far, counted as it happens.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    minted: Amount,
    opens: u64,
    mints: u64,
    transfers: u64,
    refused: u64,
}

impl Counts {
    pub(super) fn add(&mut self, command: &Command, status: Status) {
        match (status, command.kind) {
            (Status::Ok, Kind::Open) => self.opens += 1,
            (Status::Ok, Kind::Mint) => {
                self.mints += 1;
                // An accepted mint keeps the supply in range, and so the sum of all mints.
                self.minted = self
                    .minted
                    .checked_add(command.amount)
                    .unwrap_or(Amount::MAX);
            }
            (Status::Ok, Kind::Transfer) => self.transfers += 1,
            _ => self.refused += 1,
        }
    }

    fn sum(&self) -> u64 {
        self.opens + self.mints + self.transfers + self.refused
    }
}

/// The ledger's totals at one sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Accounts open.
    pub accounts: u64,
    /// Tokens in existence.
    pub supply: Amount,
    /// What all accounts own together.
    pub sum_of_balances: Amount,
    /// The sum of all accepted mints.
    pub minted: Amount,
    /// Accepted mints.
    pub mints: u64,
    /// Accepted transfers.
    pub transfers: u64,
    /// Recorded refusals.
    pub refused: u64,
    /// The place of the last entry; `None` before the first.
    pub sequence: Option<Sequence>,
}

/// Units were made or lost, or an index lost an account: the ledger cannot be trusted any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ConservationError {
    /// The three sums differ; a sum of balances out of range is `None`.
    #[error("supply {supply}, minted {minted} and sum of balances {sum:?} differ")]
    Supply {
        /// Supply as kept.
        supply: Amount,
        /// Sum of accepted mints.
        minted: Amount,
        /// Sum of all balances.
        sum: Option<Amount>,
    },
    /// Accounts, ids or counts do not match the entries.
    #[error("{what}: {kept} kept, {expected} expected")]
    Count {
        /// What is counted.
        what: &'static str,
        /// As kept.
        kept: u64,
        /// As the entries say.
        expected: u64,
    },
}

impl Ledger {
    /// Adds up every account and compares: costs a pass over all accounts, so it is for tests and audits.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn check(&self) -> Result<Totals, ConservationError> {
        let (supply, minted) = (self.supply, self.counts.minted);
        let sum = self.accounts.iter().try_fold(Amount::ZERO, |sum, account| {
            sum.checked_add(account.balance)
        });
        let Some(sum_of_balances) = sum.filter(|sum| *sum == supply && minted == supply) else {
            return Err(ConservationError::Supply {
                supply,
                minted,
                sum,
            });
        };
        let accounts = self.accounts.len() as u64;
        self.check_counts(accounts)?;
        Ok(Totals {
            accounts,
            supply,
            sum_of_balances,
            minted,
            mints: self.counts.mints,
            transfers: self.counts.transfers,
            refused: self.counts.refused,
            sequence: self.last_sequence(),
        })
    }

    fn check_counts(&self, accounts: u64) -> Result<(), ConservationError> {
        let entries = u64::from(self.entries.len());
        for (what, kept, expected) in [
            ("accounts", accounts, self.counts.opens),
            ("outcomes", self.counts.sum(), entries),
            ("ids", self.ids.len() as u64, entries),
        ] {
            if kept != expected {
                return Err(ConservationError::Count {
                    what,
                    kept,
                    expected,
                });
            }
        }
        Ok(())
    }
}
