//! Amounts as text: `12.5`, never `012.50`, `1e3` or a binary float.

use super::{DECIMALS, UNITS_PER_TOKEN};
use thiserror::Error;

/// The most digits on each side of the point.
const SIDE_DIGITS: usize = DECIMALS as usize;
/// Room for both sides and the point.
const TEXT_BYTES: usize = 2 * SIDE_DIGITS + 1;

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AmountError {
    /// Not digits with an optional fraction.
    #[error("an amount is digits with an optional fraction, such as \"12.5\"")]
    Malformed,
    /// `01` or `00.5`.
    #[error("an amount has no leading zero")]
    LeadingZero,
    /// More than 18 digits before the point.
    #[error("an amount has at most 18 digits before the point")]
    TooLarge,
    /// More than 18 digits after the point; it is not rounded for the caller.
    #[error("an amount has at most 18 digits after the point")]
    TooPrecise,
}

/// Units of the amount written in `text`.
pub(super) fn parse(text: &str) -> Result<u128, AmountError> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let whole = parse_whole(whole)?;
    let fraction = fraction.map_or(Ok(0), parse_fraction)?;
    Ok(u128::from(whole) * UNITS_PER_TOKEN + u128::from(fraction))
}

fn parse_whole(digits: &str) -> Result<u64, AmountError> {
    check_digits(digits)?;
    if digits.len() > 1 && digits.starts_with('0') {
        return Err(AmountError::LeadingZero);
    }
    if digits.len() > SIDE_DIGITS {
        return Err(AmountError::TooLarge);
    }
    Ok(value_of(digits))
}

fn parse_fraction(digits: &str) -> Result<u64, AmountError> {
    check_digits(digits)?;
    if digits.len() > SIDE_DIGITS {
        return Err(AmountError::TooPrecise);
    }
    Ok(value_of(digits) * 10_u64.pow(DECIMALS - digits.len() as u32))
}

fn check_digits(digits: &str) -> Result<(), AmountError> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AmountError::Malformed);
    }
    Ok(())
}

/// The number that at most 18 checked digits spell; below 10^18, so it fits.
fn value_of(digits: &str) -> u64 {
    digits
        .bytes()
        .fold(0, |value, byte| value * 10 + u64::from(byte - b'0'))
}

/// An amount as text on the stack, so that an answer costs no allocation for it.
#[derive(Debug, Clone, Copy)]
pub struct AmountText {
    bytes: [u8; TEXT_BYTES],
    start: usize,
    end: usize,
}

impl AmountText {
    pub(super) fn of(units: u128) -> Self {
        let mut bytes = [b'0'; TEXT_BYTES];
        // Both parts are below 10^18 because an amount is below 10^36.
        let start = write_digits(&mut bytes[..SIDE_DIGITS], (units / UNITS_PER_TOKEN) as u64);
        bytes[SIDE_DIGITS] = b'.';
        write_digits(
            &mut bytes[SIDE_DIGITS + 1..],
            (units % UNITS_PER_TOKEN) as u64,
        );
        let end = trimmed_end(&bytes);
        Self { bytes, start, end }
    }

    /// The text as ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).expect("digits and a point are ASCII")
    }
}

/// Writes `value` to the right end of `field`, which is already full of `0`; the index of the first significant digit, at least one
/// digit being significant.
fn write_digits(field: &mut [u8], mut value: u64) -> usize {
    let mut first = field.len();
    while value > 0 && first > 0 {
        first -= 1;
        field[first] = b'0' + (value % 10) as u8;
        value /= 10;
    }
    first.min(field.len() - 1)
}

/// The end of the text without trailing zeros of the fraction, and without the point if nothing follows it.
fn trimmed_end(bytes: &[u8; TEXT_BYTES]) -> usize {
    let mut end = TEXT_BYTES;
    while end > SIDE_DIGITS + 1 && bytes[end - 1] == b'0' {
        end -= 1;
    }
    if end == SIDE_DIGITS + 1 {
        SIDE_DIGITS
    } else {
        end
    }
}
