//! Amounts: unsigned fixed point with 18 decimals, `DECIMAL(36,18)`.
//!
//! One unit is 10^-18 of a token. [`Amount::MAX`] needs 120 bits, so the sum or difference of two amounts always fits into `u128`;
//! a product needs up to 248 bits and goes through [`Amount::mul_div`]. There is no `Add`, no `From<f64>` and no operator that
//! could round or wrap in silence.

use std::fmt;
use std::num::NonZeroU128;

pub use text::{AmountError, AmountText};

mod split;
mod text;
mod wide;

/// Decimals after the point.
pub const DECIMALS: u32 = 18;

/// Units in one token: 10^18.
pub const UNITS_PER_TOKEN: u128 = 10_u128.pow(DECIMALS);

/// A quantity of tokens, 0 ..= [`Amount::MAX`], counted in units of 10^-18.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(u128);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The most there can be: 10^36 - 1 units, shown as `999999999999999999.999999999999999999`.
    pub const MAX: Self = Self(10_u128.pow(36) - 1);

    /// The amount of that many units; `None` above [`Amount::MAX`].
    pub const fn from_units(units: u128) -> Option<Self> {
        if units > Self::MAX.0 {
            None
        } else {
            Some(Self(units))
        }
    }

    /// Units of 10^-18 tokens.
    pub const fn units(self) -> u128 {
        self.0
    }

    /// Whether this is nothing.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum; `None` above [`Amount::MAX`].
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        Self::from_units(self.0 + other.0)
    }

    /// The difference; `None` below zero.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }

    /// `self * factor / divisor`, rounded half-even at the last digit; `None` if the result exceeds [`Amount::MAX`].
    pub fn mul_div(self, factor: u128, divisor: NonZeroU128) -> Option<Self> {
        wide::mul_div_half_even(self.0, factor, divisor).and_then(Self::from_units)
    }

    /// Tokens as a float: for gauges and pictures, never for checks.
    pub fn to_tokens_rounded(self) -> f64 {
        self.0 as f64 / UNITS_PER_TOKEN as f64
    }

    /// Reads `digits{1,18}` with an optional `.digits{1,18}`: no sign, exponent, blank or leading zero.
    ///
    /// # Errors
    /// Anything else; more than 18 decimals is an error, not a rounding.
    pub fn parse(text: &str) -> Result<Self, AmountError> {
        text::parse(text).map(Self)
    }

    /// The shortest text that [`Amount::parse`] reads back, on the stack: no trailing zeros.
    pub fn text(self) -> AmountText {
        AmountText::of(self.0)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text().as_str())
    }
}

#[cfg(test)]
mod tests;
