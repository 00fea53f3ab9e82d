//! How much there is of everything, for people who look.

use super::Ledger;
use crate::amount::Amount;

/// Sums over all tokens, rounded: for looking, never for checking.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Levels {
    /// Tokens in existence.
    pub supply: f64,
    /// Tokens that are frozen.
    pub frozen: f64,
    /// Holds that are pending.
    pub open_holds: u64,
}

impl Ledger {
    /// What is kept in sums: costs one addition a token, however many accounts there are.
    pub fn levels(&self) -> Levels {
        let rounded = |units| Amount::from_units(units).map_or(0.0, Amount::to_tokens_rounded);
        let mut levels = Levels::default();
        for token in self.state.tokens.iter() {
            levels.supply += token.sums.supply.to_tokens_rounded();
            levels.frozen += rounded(token.sums.frozen);
            levels.open_holds += u64::from(token.sums.open_holds);
        }
        levels
    }
}
