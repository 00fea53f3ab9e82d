//! Reads the bytes of an image without believing them.

use crate::amount::Amount;
use crate::ledger::Sequence;
use thiserror::Error;

/// Why bytes are no ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the image of the ledger cannot be used: {0}")]
pub struct ImageError(pub(super) &'static str);

/// The rest of the bytes.
pub(in crate::ledger) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], ImageError> {
        let (bytes, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(ImageError("it is cut off"))?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], ImageError> {
        let (bytes, rest) = self
            .rest
            .split_first_chunk()
            .ok_or(ImageError("it is cut off"))?;
        self.rest = rest;
        Ok(*bytes)
    }

    pub(super) fn u8(&mut self) -> Result<u8, ImageError> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn u16(&mut self) -> Result<u16, ImageError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, ImageError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, ImageError> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn u128(&mut self) -> Result<u128, ImageError> {
        self.array().map(u128::from_le_bytes)
    }

    pub(super) fn amount(&mut self) -> Result<Amount, ImageError> {
        Amount::from_units(self.u128()?).ok_or(ImageError("an amount is out of range"))
    }

    /// A place in the order; 0 for none.
    pub(super) fn place(&mut self) -> Result<Option<Sequence>, ImageError> {
        Ok(Sequence::new(u64::from(self.u32()?)))
    }

    /// The length of a list whose items have at least `least` bytes: no more than what is left can hold.
    pub(super) fn length(&mut self, least: usize) -> Result<usize, ImageError> {
        let length = self.u32()? as usize;
        if length > self.rest.len() / least.max(1) {
            return Err(ImageError("a list is longer than the image"));
        }
        Ok(length)
    }

    pub(super) fn end(&self) -> Result<(), ImageError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(ImageError("bytes are left over"))
        }
    }
}
