//! Mints before they meet the ledger: what an issuer does for each of them, such as asking a signer, in one place or another.
//!
//! `--mint-work` says what that costs. With `inline` each request does it itself; with `pool:N` it passes a bounded queue to one of
//! N threads, chosen by the account, so that mints to one account stay in their order. The ledger's step is the executor's in
//! either case, so outcomes are the same; sequences come from the ledger, so they survive a restart.

pub use work::MintWork;

mod stage;
mod work;

pub(crate) use stage::Stage;

use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

/// The most threads of a pool.
const POOL_MAX: usize = 64;

/// Where mints are prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Minting {
    /// By the request itself.
    #[default]
    Inline,
    /// By that many threads.
    Pool(NonZeroUsize),
}

impl FromStr for Minting {
    type Err = ();

    /// `inline`, `pool:N`, or `single` for a pool of one.
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "inline" => Ok(Self::Inline),
            "single" => Ok(Self::Pool(NonZeroUsize::MIN)),
            _ => {
                let threads = text.strip_prefix("pool:").ok_or(())?;
                let threads = threads.parse::<NonZeroUsize>().map_err(drop)?;
                if threads.get() > POOL_MAX {
                    return Err(());
                }
                Ok(Self::Pool(threads))
            }
        }
    }
}

impl fmt::Display for Minting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline => f.write_str("inline"),
            Self::Pool(threads) => write!(f, "pool:{threads}"),
        }
    }
}

#[cfg(test)]
mod tests;
