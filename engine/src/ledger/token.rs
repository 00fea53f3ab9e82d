//! Tokens: what is issued, by which rules, and how much of it there is.

pub use text::TokenTextError;

mod text;

use super::command::{KYC_LEVEL_MAX, TokenId};
use crate::amount::{Amount, DECIMALS};
use thiserror::Error;

/// The most tokens of one ledger: a set of them is one word.
pub const TOKENS_MAX: usize = 64;

/// Who may send and receive a token, and how much at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KycPolicy {
    /// The least level to send.
    pub send: u8,
    /// The least level to receive.
    pub receive: u8,
    /// The largest single amount that a sender of each level may move.
    pub limits: [Amount; KYC_LEVEL_MAX as usize + 1],
}

impl Default for KycPolicy {
    /// Everybody may move everything.
    fn default() -> Self {
        Self {
            send: 0,
            receive: 0,
            limits: [Amount::MAX; KYC_LEVEL_MAX as usize + 1],
        }
    }
}

/// A token as it is defined before the first command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSpec {
    /// Its number, not 0.
    pub id: TokenId,
    /// For people.
    pub name: String,
    /// For people, short.
    pub symbol: String,
    /// 0 to 18; amounts must be multiples of its smallest unit.
    pub decimals: u8,
    /// The most that may exist.
    pub cap: Amount,
    /// Who may move it.
    pub policy: KycPolicy,
    /// How long a hold lasts that names no time, in seconds; not 0, because there is no endless hold.
    pub hold_timeout_s: u32,
}

impl TokenSpec {
    /// A token with 18 decimals that everybody may move, and holds of an hour.
    pub fn plain(id: TokenId, cap: Amount) -> Self {
        Self {
            id,
            name: "Reference Token".to_owned(),
            symbol: "REF".to_owned(),
            decimals: DECIMALS as u8,
            cap,
            policy: KycPolicy::default(),
            hold_timeout_s: 3600,
        }
    }
}

impl std::fmt::Display for TokenSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (id, symbol, name) = (self.id.0, &self.symbol, &self.name);
        let policy = &self.policy;
        write!(
            f,
            "token {id} {symbol} (\"{name}\", {} decimals, cap {}, holds of {} s, KYC {}/{})",
            self.decimals, self.cap, self.hold_timeout_s, policy.send, policy.receive
        )
    }
}

/// Why tokens cannot be those of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TokenError {
    /// None, or too many.
    #[error("{0} tokens; a ledger has 1 to {TOKENS_MAX}")]
    Count(usize),
    /// Zero, or twice.
    #[error("token number {0} stands twice or is 0; give every token a number of its own from 1")]
    Id(u32),
    /// More than 18 decimals.
    #[error("token {token} has {decimals} decimals; the most is {DECIMALS}")]
    Decimals {
        /// Which token.
        token: u32,
        /// Its decimals.
        decimals: u8,
    },
    /// Holds that would end at once.
    #[error("token {0} has a usual hold time of 0 s; give it at least 1")]
    HoldTimeout(u32),
}

/// A token with its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) spec: TokenSpec,
    /// Units of the smallest part that the token has.
    pub(super) step: u128,
    pub(super) sums: Sums,
}

/// What changes of a token; all sums are in units of 10^-18.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// Whether its movements are stopped.
    pub is_paused: bool,
    /// Units in existence.
    pub supply: Amount,
    /// What all its accounts own together.
    pub balances: u128,
    /// What of that is frozen.
    pub frozen: u128,
    /// What of that is held.
    pub held: u128,
    /// All mints together; may exceed an amount's range when units are burned and minted again.
    pub minted: u128,
    /// All burns together.
    pub burned: u128,
    /// Accounts, closed ones included.
    pub accounts: u32,
    /// Holds that are pending.
    pub open_holds: u32,
}

impl Sums {
    /// Whether units were neither made nor lost.
    pub(super) fn are_conserved(&self) -> bool {
        let supply = self.supply.units();
        supply == self.balances
            && self.minted.wrapping_sub(self.burned) == supply
            && self.frozen.wrapping_add(self.held) <= supply
    }
}

/// Where a token lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TokenSlot(u8);

impl TokenSlot {
    /// The token's bit in a set.
    pub(super) const fn bit(self) -> u64 {
        1 << self.0
    }
}

/// All tokens, few enough for a search from the front.
#[derive(Debug)]
pub(super) struct Tokens(Vec<Token>);

impl Tokens {
    pub(super) fn new(specs: Vec<TokenSpec>) -> Result<Self, TokenError> {
        if !(1..=TOKENS_MAX).contains(&specs.len()) {
            return Err(TokenError::Count(specs.len()));
        }
        let mut tokens: Vec<Token> = Vec::with_capacity(specs.len());
        for spec in specs {
            let id = spec.id;
            if id == TokenId::NONE || tokens.iter().any(|token| token.spec.id == id) {
                return Err(TokenError::Id(id.0));
            }
            tokens.push(Token::new(spec)?);
        }
        Ok(Self(tokens))
    }

    pub(super) fn slot(&self, id: TokenId) -> Option<TokenSlot> {
        let at = self.0.iter().position(|token| token.spec.id == id)?;
        Some(TokenSlot(at as u8))
    }

    pub(super) fn slots(&self) -> impl Iterator<Item = TokenSlot> + use<> {
        (0..self.0.len() as u8).map(TokenSlot)
    }

    pub(super) fn get(&self, slot: TokenSlot) -> &Token {
        &self.0[usize::from(slot.0)]
    }

    pub(super) fn sums_mut(&mut self, slot: TokenSlot) -> &mut Sums {
        &mut self.0[usize::from(slot.0)].sums
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Token> {
        self.0.iter()
    }

    /// The tokens of a set.
    pub(super) fn of_set(&self, set: u64) -> impl Iterator<Item = &Token> {
        let bits = (0..self.0.len()).filter(move |at| set >> at & 1 == 1);
        bits.map(|at| &self.0[at])
    }
}

impl Token {
    fn new(spec: TokenSpec) -> Result<Self, TokenError> {
        let token = spec.id.0;
        let spare = DECIMALS
            .checked_sub(u32::from(spec.decimals))
            .ok_or(TokenError::Decimals {
                token,
                decimals: spec.decimals,
            })?;
        if spec.hold_timeout_s == 0 {
            return Err(TokenError::HoldTimeout(token));
        }
        Ok(Self {
            spec,
            step: 10_u128.pow(spare),
            sums: Sums::default(),
        })
    }

    /// Whether the token can have that amount.
    pub(super) fn divides(&self, amount: Amount) -> bool {
        self.step == 1 || amount.units().is_multiple_of(self.step)
    }
}
