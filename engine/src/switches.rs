//! The engine's knobs: each changes one thing, and every value is named in `/v1/info`, in `/metrics` and at the start.

use crate::codecs::Codecs;
use crate::executor::balances::Balances;
use crate::minting::{MintWork, Minting};
use std::str::FromStr;

pub(crate) use expose::expose;

mod expose;

/// What may be chosen besides how commands become durable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Switches {
    /// How balances are kept.
    pub balances: Balances,
    /// Where mints are prepared.
    pub minting: Minting,
    /// What preparing a mint costs.
    pub mint_work: MintWork,
    /// Which forms of a body are read, and by what.
    pub codecs: Codecs,
    /// Whether large vectors are used again.
    pub pool: Pool,
    /// Who hands out memory. A process has one allocator, chosen when it was built.
    pub allocator: Allocator,
}

/// Whether large vectors are used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pool {
    /// Those of batches.
    #[default]
    On,
    /// None.
    Off,
}

impl Pool {
    /// The name of the switch's value.
    pub const fn name(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

impl FromStr for Pool {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let named = [Self::On, Self::Off].into_iter();
        named.into_iter().find(|pool| pool.name() == text).ok_or(())
    }
}

/// Who hands out memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Allocator {
    /// The one of the C library.
    #[default]
    System,
    /// Built in by the feature `mimalloc`.
    Mimalloc,
    /// Built in by the feature `jemalloc`.
    Jemalloc,
}

impl Allocator {
    /// The name of the switch's value, and of the feature that builds it in.
    pub const fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Mimalloc => "mimalloc",
            Self::Jemalloc => "jemalloc",
        }
    }
}

impl FromStr for Allocator {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let all = [Self::System, Self::Mimalloc, Self::Jemalloc];
        let named = all.into_iter().find(|allocator| allocator.name() == text);
        named.ok_or(())
    }
}

/// Why a flag is no switch, or its value none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SwitchError {
    /// No switch has that name.
    Unknown,
    /// What would do.
    Expected(&'static str),
}

impl Switches {
    /// The names of all switches.
    pub const NAMES: [&str; 6] = [
        "balances",
        "minting",
        "mint-work",
        "codec",
        "pool",
        "allocator",
    ];

    /// Sets the switch of that name, without dashes.
    ///
    /// # Errors
    /// A name or a value that is none.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), SwitchError> {
        fn to<T: FromStr>(
            place: &mut T,
            value: &str,
            expected: &'static str,
        ) -> Result<(), SwitchError> {
            *place = value.parse().map_err(|_| SwitchError::Expected(expected))?;
            Ok(())
        }
        match name {
            "balances" => to(
                &mut self.balances,
                value,
                "single, mutex, sharded, cas or actor",
            ),
            "minting" => to(
                &mut self.minting,
                value,
                "inline, single or pool:N with N from 1 to 64",
            ),
            "mint-work" => to(
                &mut self.mint_work,
                value,
                "none, or cpu: or wait: with a time such as 200us or 2ms, at most 1 s",
            ),
            "codec" => to(
                &mut self.codecs,
                value,
                "json, raw, and one of prost and view, with commas between",
            ),
            "pool" => to(&mut self.pool, value, "on or off"),
            "allocator" => to(&mut self.allocator, value, "system, mimalloc or jemalloc"),
            _ => Err(SwitchError::Unknown),
        }
    }

    /// Every switch with its value.
    pub fn values(&self) -> [(&'static str, String); 6] {
        let values = [
            self.balances.name().to_owned(),
            self.minting.to_string(),
            self.mint_work.to_string(),
            self.codecs.to_string(),
            self.pool.name().to_owned(),
            self.allocator.name().to_owned(),
        ];
        let mut values = values.into_iter();
        Self::NAMES.map(|name| (name, values.next().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests;
