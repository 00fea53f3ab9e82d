//! 128-bit ids and their one text form: 8-4-4-4-12 hexadecimal digits.
//!
//! The `uuid` crate would add parsing of forms we refuse (braces, URN, no hyphens) and no check that 60 lines lack.

use std::fmt;
use thiserror::Error;

/// Bytes of the text form.
const TEXT_BYTES: usize = 36;
/// Where the hyphens stand.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
/// Where the two digits of each byte stand.
const PLACES: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "an id is written as 8-4-4-4-12 hexadecimal digits, such as \"0190c0de-0000-7000-8000-000000000001\""
)]
pub struct IdError;

/// An id as text on the stack, in lower case.
#[derive(Debug, Clone, Copy)]
pub struct IdText([u8; TEXT_BYTES]);

impl IdText {
    fn of(value: u128) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut bytes = [b'-'; TEXT_BYTES];
        for (byte, at) in value.to_be_bytes().into_iter().zip(PLACES) {
            bytes[at] = DIGITS[usize::from(byte >> 4)];
            bytes[at + 1] = DIGITS[usize::from(byte & 0xf)];
        }
        Self(bytes)
    }

    /// The text as ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("hexadecimal digits and hyphens are ASCII")
    }
}

fn parse(text: &str) -> Result<u128, IdError> {
    let bytes: &[u8; TEXT_BYTES] = text.as_bytes().try_into().map_err(|_| IdError)?;
    if HYPHENS.iter().any(|&at| bytes[at] != b'-') {
        return Err(IdError);
    }
    let mut value = [0; 16];
    for (byte, at) in value.iter_mut().zip(PLACES) {
        *byte = hex_digit(bytes[at])? << 4 | hex_digit(bytes[at + 1])?;
    }
    Ok(u128::from_be_bytes(value))
}

fn hex_digit(byte: u8) -> Result<u8, IdError> {
    match byte {
        b'0'..=b'9' => Ok(byte - b'0'),
        b'a'..=b'f' => Ok(byte - b'a' + 10),
        b'A'..=b'F' => Ok(byte - b'A' + 10),
        _ => Err(IdError),
    }
}

macro_rules! id {
    ($name:ident, $doc:literal) => {
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// The id of that number; 0 and all ones are reserved and refused by the ledger.
            pub const fn new(value: u128) -> Self {
                Self(value)
            }

            /// The number.
            pub const fn get(self) -> u128 {
                self.0
            }

            /// Whether this is 0 or all ones, which no caller may use.
            pub const fn is_reserved(self) -> bool {
                self.0 == 0 || self.0 == u128::MAX
            }

            /// Reads 8-4-4-4-12 hexadecimal digits, in either case.
            ///
            /// # Errors
            /// Any other text.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                parse(text).map(Self)
            }

            /// The text form, on the stack.
            pub fn text(self) -> IdText {
                IdText::of(self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.text().as_str())
            }
        }
    };
}

id!(AccountId, "The id of an account.");
id!(
    CommandId,
    "The idempotency key of a command: the same command under the same key takes effect once."
);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_text_form_is_fixed() {
        let id = AccountId::new(0x0123_4567_89ab_cdef_0011_2233_4455_6677);
        assert_eq!(id.to_string(), "01234567-89ab-cdef-0011-223344556677");
        assert_eq!(
            AccountId::parse("01234567-89AB-CDEF-0011-223344556677"),
            Ok(id)
        );
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "0123456789abcdef0011223344556677",
            "{01234567-89ab-cdef-0011-223344556677}",
            "01234567-89ab-cdef-0011-22334455667",
            "01234567-89ab-cdef-0011-2233445566778",
            "01234567-89ab-cdef-0011-22334455667g",
            "012345678-9ab-cdef-0011-223344556677",
            "+1234567-89ab-cdef-0011-223344556677",
        ] {
            assert_eq!(CommandId::parse(text), Err(IdError), "{text:?}");
        }
    }

    #[test]
    fn the_ends_of_the_range_are_reserved() {
        assert!(CommandId::new(0).is_reserved());
        assert!(CommandId::new(u128::MAX).is_reserved());
        assert!(!CommandId::new(1).is_reserved());
    }

    proptest! {
        #[test]
        fn text_comes_back(value: u128) {
            let id = CommandId::new(value);
            prop_assert_eq!(CommandId::parse(id.text().as_str()), Ok(id));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[0-9a-fA-F-]{36}|.{0,40}") {
            if let Ok(id) = CommandId::parse(&text) {
                prop_assert_eq!(id.to_string(), text.to_lowercase());
            }
        }
    }
}
