//! Experiments on parts of the engine, each run as `engine lab NAME`.
//!
//! [`journal`] is one of its own; the others change one switch and put our figures beside those of the article that the switch
//! comes from.

pub mod balances;
pub mod codec;
pub mod export;
pub mod journal;
mod measure;
pub mod minting;
pub mod ordering;
pub mod pool;
pub mod replay;
mod report;
pub mod stores;

pub use report::{Figure, Report, Row};

use crate::ledger::CommandId;
use std::io;

/// What all experiments take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Where draws start: the same seed draws the same.
    pub seed: u64,
    /// How much of it to do; `None` takes as much as the article did.
    pub count: Option<u64>,
}

impl Default for Settings {
    /// Seed 1, as much as the article did.
    fn default() -> Self {
        Self {
            seed: 1,
            count: None,
        }
    }
}

/// An experiment of the same form as the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lab {
    /// Mints prepared by one thread, and by ten.
    Minting,
    /// Messages written and read in every form.
    Codec,
    /// Objects allocated each time, and used again.
    Pool,
    /// Units moved in every way to keep balances.
    Balances,
    /// One counter in every memory ordering.
    Ordering,
}

impl Lab {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Minting,
        Self::Codec,
        Self::Pool,
        Self::Balances,
        Self::Ordering,
    ];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Minting => "minting",
            Self::Codec => "codec",
            Self::Pool => "pool",
            Self::Balances => "balances",
            Self::Ordering => "ordering",
        }
    }

    /// Does it; `allocator` is who hands out memory in this process.
    ///
    /// # Errors
    /// Threads or an executor that cannot be started.
    pub fn run(self, settings: &Settings, allocator: &str) -> io::Result<Report> {
        let mut report = match self {
            Self::Minting => minting::run(settings)?,
            Self::Codec => codec::run(settings),
            Self::Pool => pool::run(settings),
            Self::Balances => balances::run(settings)?,
            Self::Ordering => ordering::run(settings),
        };
        report.set("seed", settings.seed);
        report.set("allocator", allocator);
        report.set(
            "build",
            if cfg!(debug_assertions) {
                "debug"
            } else {
                "release"
            },
        );
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        report.set("processors", cores);
        Ok(report)
    }
}

impl std::str::FromStr for Lab {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|lab| lab.name() == text)
            .ok_or(())
    }
}

/// Keys that are scattered, as real ones are: SplitMix64's multiplier, odd and so without collisions.
fn scattered_key(number: u64) -> CommandId {
    let key = u128::from(number + 1).wrapping_mul(0xbf58_476d_1ce4_e5b9_94d0_49bb_1331_11eb);
    CommandId::new(key)
}

#[cfg(test)]
mod tests;
