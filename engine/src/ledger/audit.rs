//! Exact totals, recomputed in full: for every token the supply is what was minted and not burned, and what all accounts own
//! together.

use super::command::{Command, Kind, TokenId};
use super::token::{Sums, Token};
use super::{Ledger, Sequence, Status};
use crate::amount::Amount;
use std::collections::BTreeMap;
use thiserror::Error;

/// What was recorded so far, counted as it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Accepted openings.
    pub opens: u64,
    /// Accepted mints.
    pub mints: u64,
    /// Accepted transfers, posts included.
    pub transfers: u64,
    /// Other accepted commands.
    pub others: u64,
    /// Recorded refusals.
    pub refused: u64,
}

impl Counts {
    /// How many there are.
    pub(super) const NUMBER: usize = 5;

    /// All of them, in a fixed order.
    pub(super) const fn all(&self) -> [u64; Self::NUMBER] {
        [
            self.opens,
            self.mints,
            self.transfers,
            self.others,
            self.refused,
        ]
    }

    /// Takes [`Counts::all`] back.
    pub(super) const fn from_all(all: [u64; Self::NUMBER]) -> Self {
        let [opens, mints, transfers, others, refused] = all;
        Self {
            opens,
            mints,
            transfers,
            others,
            refused,
        }
    }

    pub(super) fn add(&mut self, command: &Command, status: Status) {
        let counter = match (status, command.kind) {
            (Status::Ok, Kind::Open) => &mut self.opens,
            (Status::Ok, Kind::Mint) => &mut self.mints,
            (Status::Ok, Kind::Transfer | Kind::TransferFrom | Kind::Post) => &mut self.transfers,
            (Status::Ok, _) => &mut self.others,
            _ => &mut self.refused,
        };
        *counter += 1;
    }

    fn sum(&self) -> u64 {
        self.all().into_iter().fold(0, u64::saturating_add)
    }
}

/// What is there, added up: of each token only what accounts and holds have, and how many keys are used.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    pub(super) sums: BTreeMap<TokenId, Sums>,
    pub(super) ids: u64,
    pub(super) held_wrong: u64,
}

impl Found {
    fn of(&self, token: TokenId) -> Sums {
        self.sums.get(&token).copied().unwrap_or_default()
    }

    fn of_mut(&mut self, token: TokenId) -> &mut Sums {
        self.sums.entry(token).or_default()
    }
}

/// The totals of one token; sums that may exceed an amount's range are in units of 10^-18.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenTotals {
    /// Which token.
    pub token: TokenId,
    /// Its name.
    pub name: String,
    /// Its symbol.
    pub symbol: String,
    /// Units in existence.
    pub supply: Amount,
    /// The most there may be.
    pub cap: Amount,
    /// What all its accounts own together.
    pub sum_of_balances: Amount,
    /// What of that is frozen.
    pub sum_of_frozen: Amount,
    /// What of that is held.
    pub sum_of_held: Amount,
    /// All accepted mints together, in units.
    pub minted: u128,
    /// All accepted burns together, in units.
    pub burned: u128,
    /// Accounts, closed ones included.
    pub accounts: u64,
    /// Holds that are pending.
    pub open_holds: u64,
    /// Whether its movements are stopped.
    pub is_paused: bool,
}

/// The ledger's totals at one sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Accounts of all tokens.
    pub accounts: u64,
    /// Each token, the one that a caller means who names none first.
    pub tokens: Vec<TokenTotals>,
    /// Accepted mints.
    pub mints: u64,
    /// Accepted transfers, posts included.
    pub transfers: u64,
    /// Recorded refusals.
    pub refused: u64,
    /// The place of the last entry; `None` before the first.
    pub sequence: Option<Sequence>,
}

/// Units were made or lost, or an index lost an account: the ledger cannot be trusted any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ConservationError {
    /// Supply, mints without burns and the sum of balances differ; all in units.
    #[error(
        "token {token}: supply {supply}, minted {minted}, burned {burned} and sum of balances {sum} do not agree"
    )]
    Supply {
        /// Which token.
        token: u32,
        /// Supply as kept.
        supply: u128,
        /// Sum of accepted mints.
        minted: u128,
        /// Sum of accepted burns.
        burned: u128,
        /// Sum of all balances.
        sum: u128,
    },
    /// What is kept as a sum or count differs from what the parts add up to.
    #[error("{what}: {kept} kept, {expected} expected")]
    Count {
        /// What is counted.
        what: &'static str,
        /// As kept.
        kept: u128,
        /// As the parts say.
        expected: u128,
    },
}

fn same(what: &'static str, kept: u128, expected: u128) -> Result<(), ConservationError> {
    if kept == expected {
        Ok(())
    } else {
        Err(ConservationError::Count {
            what,
            kept,
            expected,
        })
    }
}

impl Ledger {
    /// Adds up every account and every hold and compares: costs a pass over all of them, so it is for tests and audits.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn check(&self) -> Result<Totals, ConservationError> {
        let found = match &self.elsewhere {
            Some(found) => found,
            None => &self.add_up()?,
        };
        same("accounts with wrong holds", found.held_wrong.into(), 0)?;
        let tokens = self.state.tokens.iter();
        let tokens = tokens
            .map(|token| check_token(token, found.of(token.spec.id)))
            .collect::<Result<Vec<_>, _>>()?;
        let accounts = tokens.iter().map(|token| token.accounts).sum();
        self.check_counts(accounts, found)?;
        Ok(Totals {
            accounts,
            tokens,
            mints: self.counts.mints,
            transfers: self.counts.transfers,
            refused: self.counts.refused,
            sequence: self.last_sequence(),
        })
    }

    /// What the accounts, holds and keys are together.
    fn add_up(&self) -> Result<Found, ConservationError> {
        let mut found = Found {
            ids: self.ids.len() as u64,
            ..Found::default()
        };
        for account in self.state.accounts.iter() {
            let sums = found.of_mut(account.token);
            sums.accounts += 1;
            // Sums out of range differ from the supply in any case.
            let add = |sum: &mut u128, part: Amount| *sum = sum.wrapping_add(part.units());
            add(&mut sums.balances, account.balance);
            add(&mut sums.frozen, account.frozen);
            add(&mut sums.held, account.held);
        }
        for hold in self.state.holds.due(u64::MAX) {
            let token = self.state.tokens.get(hold.token).spec.id;
            found.of_mut(token).open_holds += 1;
        }
        self.check_held()?;
        Ok(found)
    }

    /// What every account has held is what its pending holds reserve.
    fn check_held(&self) -> Result<(), ConservationError> {
        let mut held = BTreeMap::<_, u128>::new();
        for hold in self.state.holds.due(u64::MAX) {
            *held.entry(hold.debit).or_default() += hold.amount.units();
        }
        for (slot, sum) in &held {
            let kept = self.state.accounts.get(*slot).held.units();
            same("held of an account", kept, *sum)?;
        }
        let all: u128 = held.values().sum();
        let kept = self.state.tokens.iter().map(|token| token.sums.held).sum();
        same("held of all accounts", kept, all)
    }

    fn check_counts(&self, accounts: u64, found: &Found) -> Result<(), ConservationError> {
        let entries = u128::from(self.entries.len());
        same("accounts", accounts.into(), self.counts.opens.into())?;
        same("outcomes", self.counts.sum().into(), entries)?;
        same("ids", found.ids.into(), entries)
    }
}

fn check_token(token: &Token, found: Sums) -> Result<TokenTotals, ConservationError> {
    let kept = &token.sums;
    let supply = kept.supply.units();
    if supply != found.balances || kept.minted.wrapping_sub(kept.burned) != supply {
        return Err(ConservationError::Supply {
            token: token.spec.id.0,
            supply,
            minted: kept.minted,
            burned: kept.burned,
            sum: found.balances,
        });
    }
    same("sum of balances", kept.balances, found.balances)?;
    same("sum of frozen", kept.frozen, found.frozen)?;
    same("sum of held", kept.held, found.held)?;
    let (accounts, holds) = (kept.accounts.into(), kept.open_holds.into());
    same("accounts of a token", accounts, found.accounts.into())?;
    same("open holds of a token", holds, found.open_holds.into())?;
    Ok(totals(token))
}

fn totals(token: &Token) -> TokenTotals {
    let (spec, sums) = (&token.spec, &token.sums);
    // All three are parts of the supply.
    let amount = |units| Amount::from_units(units).unwrap_or(Amount::MAX);
    TokenTotals {
        token: spec.id,
        name: spec.name.clone(),
        symbol: spec.symbol.clone(),
        supply: sums.supply,
        cap: spec.cap,
        sum_of_balances: amount(sums.balances),
        sum_of_frozen: amount(sums.frozen),
        sum_of_held: amount(sums.held),
        minted: sums.minted,
        burned: sums.burned,
        accounts: sums.accounts.into(),
        open_holds: sums.open_holds.into(),
        is_paused: sums.is_paused,
    }
}
