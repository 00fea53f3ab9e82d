//! A ledger as bytes and back: what a snapshot holds. All integers are little-endian.
//!
//! ```text
//! version u32 | digest u128 | tokens | sums of each token | counts | accounts | addresses | holds | allowances | rare fields | entries
//! ```
//!
//! Every list has its length in front. Keys are not written: each entry has its own, so they come back with the entries, and no
//! entry can come back without its key. What is read is not believed: numbers are checked where they are used as a place or a
//! name, and at the end the digest of what came out is compared with the one in front.

mod entries;
mod read;
mod state;
mod tokens;

pub use read::ImageError;
pub use tokens::{decode_tokens, encode_tokens};

use super::ids::Ids;
use super::{Ledger, Limits, TokenSpec};
use read::Reader;

/// The version of the bytes.
const VERSION: u32 = 1;

/// Where bytes go, piece by piece.
pub type Sink<'a, E> = dyn FnMut(&[u8]) -> Result<(), E> + 'a;

impl Ledger {
    /// Writes the whole ledger, in pieces of at most about a megabyte.
    ///
    /// # Errors
    /// The first of the sink.
    pub fn export<E>(&self, sink: &mut Sink<'_, E>) -> Result<(), E> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&self.digest().to_le_bytes());
        let specs: Vec<_> = self.tokens().cloned().collect();
        bytes.extend_from_slice(&encode_tokens(&specs));
        self.state.write(&self.counts, &mut bytes, sink)?;
        self.entries.write(&mut bytes, sink)?;
        sink(&bytes)
    }

    /// Reads what [`Ledger::export`] wrote.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    pub fn import(limits: Limits, bytes: &[u8]) -> Result<Self, ImageError> {
        let mut reader = Reader::new(bytes);
        if reader.u32()? != VERSION {
            return Err(ImageError("it has another version"));
        }
        let digest = reader.u128()?;
        let specs = tokens::read(&mut reader)?;
        let mut ledger = Self::with_tokens(limits, specs)
            .map_err(|_| ImageError("its tokens cannot stand together"))?;
        ledger.counts = ledger.state.read(&mut reader)?;
        ledger.entries.read(&mut reader)?;
        reader.end()?;
        ledger.ids = Ids::of_entries(ledger.entries.keys())
            .ok_or(ImageError("two entries have the same key"))?;
        if ledger.digest() != digest || ledger.check().is_err() {
            return Err(ImageError("its state is not the one that was written"));
        }
        Ok(ledger)
    }

    /// The digest of the ledger that an image holds; `None` if it is cut off there.
    pub fn digest_of_image(bytes: &[u8]) -> Option<u128> {
        let mut reader = Reader::new(bytes);
        reader.u32().and_then(|_| reader.u128()).ok()
    }

    /// The tokens as they were defined.
    pub fn tokens(&self) -> impl Iterator<Item = &TokenSpec> {
        self.state.tokens.iter().map(|token| &token.spec)
    }
}

/// Hands on what has gathered, if that is much.
fn drain<E>(bytes: &mut Vec<u8>, sink: &mut Sink<'_, E>) -> Result<(), E> {
    const MUCH: usize = 1024 * 1024;
    if bytes.len() >= MUCH {
        sink(bytes)?;
        bytes.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests;
