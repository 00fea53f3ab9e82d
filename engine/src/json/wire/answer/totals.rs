//! The exact totals as they are sent.

use super::Shown;
use crate::amount::{Amount, UNITS_PER_TOKEN};
use crate::ledger::{Sequence, TokenTotals, Totals};
use serde::{Serialize, Serializer};

/// Units of a sum that may exceed an amount's range, shown as an amount is.
#[derive(Debug, Clone, Copy)]
struct ShownUnits(u128);

impl Serialize for ShownUnits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(amount) = Amount::from_units(self.0) {
            return Shown(amount).serialize(serializer);
        }
        let (tokens, rest) = (self.0 / UNITS_PER_TOKEN, self.0 % UNITS_PER_TOKEN);
        let text = format!("{tokens}.{rest:018}");
        serializer.serialize_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// The exact totals of one token.
#[derive(Debug, Serialize)]
struct TokenTotalsAnswer<'a> {
    token: u32,
    name: &'a str,
    symbol: &'a str,
    supply: Shown<Amount>,
    cap: Shown<Amount>,
    sum_of_balances: Shown<Amount>,
    sum_of_frozen: Shown<Amount>,
    sum_of_held: Shown<Amount>,
    minted: ShownUnits,
    burned: ShownUnits,
    accounts: u64,
    open_holds: u64,
    paused: bool,
}

impl<'a> TokenTotalsAnswer<'a> {
    fn new(totals: &'a TokenTotals) -> Self {
        Self {
            token: totals.token.0,
            name: &totals.name,
            symbol: &totals.symbol,
            supply: Shown(totals.supply),
            cap: Shown(totals.cap),
            sum_of_balances: Shown(totals.sum_of_balances),
            sum_of_frozen: Shown(totals.sum_of_frozen),
            sum_of_held: Shown(totals.sum_of_held),
            minted: ShownUnits(totals.minted),
            burned: ShownUnits(totals.burned),
            accounts: totals.accounts,
            open_holds: totals.open_holds,
            paused: totals.is_paused,
        }
    }
}

/// The exact totals: those of the first token, and all tokens one by one.
#[derive(Debug, Serialize)]
pub struct TotalsAnswer<'a> {
    accounts: u64,
    supply: Shown<Amount>,
    sum_of_balances: Shown<Amount>,
    minted: ShownUnits,
    burned: ShownUnits,
    mints: u64,
    transfers: u64,
    refused: u64,
    sequence: u64,
    tokens: Vec<TokenTotalsAnswer<'a>>,
}

impl<'a> TotalsAnswer<'a> {
    /// Shows totals; before the first entry the sequence is 0.
    pub fn new(totals: &'a Totals) -> Self {
        let first = totals.tokens.first();
        let amount = |of: fn(&TokenTotals) -> Amount| Shown(first.map_or(Amount::ZERO, of));
        let units = |of: fn(&TokenTotals) -> u128| ShownUnits(first.map_or(0, of));
        Self {
            accounts: totals.accounts,
            supply: amount(|token| token.supply),
            sum_of_balances: amount(|token| token.sum_of_balances),
            minted: units(|token| token.minted),
            burned: units(|token| token.burned),
            mints: totals.mints,
            transfers: totals.transfers,
            refused: totals.refused,
            sequence: totals.sequence.map_or(0, Sequence::get),
            tokens: totals.tokens.iter().map(TokenTotalsAnswer::new).collect(),
        }
    }
}
