//! Inbound webhooks: whose they are, whether they are fresh, and which event they are.
//!
//! A delivery is verified over its raw bytes, before anything is parsed. Two forms are known, one for each provider: the digest of
//! the article that this engine follows ([`article`]) and the signatures of Standard Webhooks ([`standard`]). What an event does is
//! an ordinary command under a key that comes from the provider's own event id, so the ledger's idempotency credits it once however
//! often it is delivered, and however often it is signed anew.

pub use provider::{Provider, ProviderError};

pub mod article;
mod provider;
mod secret;
pub mod standard;

use crate::ledger::CommandId;
use secret::Secret;
use sha2::{Digest, Sha256};
use thiserror::Error;

/// How far a delivery's time may be from ours, in milliseconds, both ways: what Standard Webhooks suggests.
pub const TOLERANCE_MS: u64 = 300_000;

/// The head of a delivery, by name.
pub type Head<'a> = dyn Fn(&'static str) -> Option<&'a str> + 'a;

/// Why a delivery is not believed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Rejected {
    /// A header is missing or not text.
    #[error("header {0} is missing")]
    Missing(&'static str),
    /// Not a time in the form that the provider's form demands.
    #[error("header {header}: expected {expected}")]
    Malformed {
        /// The header.
        header: &'static str,
        /// What would do.
        expected: &'static str,
    },
    /// No signature in it is right.
    #[error("no signature of this delivery is right")]
    Signature,
    /// Right, but too old or from the future: maybe somebody sends again what was overheard.
    #[error("the delivery's time is more than 300 seconds from ours")]
    Stale,
}

/// The key of the command that an event means: the first 16 bytes of SHA-256("webhook" 0 provider 0 event), little-endian as in
/// records. The same event has the same key, for ever.
pub fn command_id(provider: &str, event: &str) -> CommandId {
    let mut hash = Sha256::new();
    for part in ["webhook", provider] {
        hash.update(part);
        hash.update([0]);
    }
    hash.update(event);
    let digest = hash.finalize();
    let low = digest.first_chunk::<16>().copied().unwrap_or_default();
    CommandId::new(u128::from_le_bytes(low))
}

fn header<'a>(head: &Head<'a>, name: &'static str) -> Result<&'a str, Rejected> {
    head(name).ok_or(Rejected::Missing(name))
}

/// Whether a time is near enough; both in milliseconds since 1970.
fn check_fresh(sent_ms: u64, now_ms: u64) -> Result<(), Rejected> {
    if sent_ms.abs_diff(now_ms) > TOLERANCE_MS {
        return Err(Rejected::Stale);
    }
    Ok(())
}

/// A number of exactly so many decimal digits.
fn digits(text: &str, count: usize) -> Option<u64> {
    let exact = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    exact.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
