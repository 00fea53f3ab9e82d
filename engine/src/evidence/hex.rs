//! Bytes as lower-case hexadecimal digits, and back.

/// The most bytes of a [`Hex`].
const HEX_BYTES_MAX: usize = 64;

/// Up to 64 bytes as they are shown in JSON: digits made on the stack, because exports have millions of them.
#[derive(Debug, Clone, Copy)]
pub struct Hex<'a> {
    /// What stands in front of the digits.
    pub prefix: &'static str,
    /// The bytes.
    pub bytes: &'a [u8],
}

impl Hex<'_> {
    /// Hands the text on; what is beyond 64 bytes, or beyond a prefix of 2, is left out.
    pub fn with<R>(self, take: impl FnOnce(&str) -> R) -> R {
        let mut text = [0; 2 + 2 * HEX_BYTES_MAX];
        let mut length = 0;
        for byte in self.prefix.bytes().take(2) {
            text[length] = byte;
            length += 1;
        }
        for byte in self.bytes.iter().take(HEX_BYTES_MAX) {
            text[length] = digit(byte >> 4);
            text[length + 1] = digit(byte & 15);
            length += 2;
        }
        take(std::str::from_utf8(&text[..length]).unwrap_or_default())
    }
}

const fn digit(half: u8) -> u8 {
    b"0123456789abcdef"[half as usize]
}

/// Two digits for each byte.
pub fn text_of(bytes: &[u8]) -> String {
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves.map(|half| char::from(digit(half))).collect()
}

/// Exactly `N` bytes from lower-case digits; upper case is refused, so that there is one text for each value.
pub fn bytes_of<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = value(pair[0])? << 4 | value(pair[1])?;
    }
    Some(bytes)
}

const fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_come_back(bytes: [u8; 7]) {
            prop_assert_eq!(bytes_of(&text_of(&bytes)), Some(bytes));
        }

        #[test]
        fn both_ways_to_show_bytes_show_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..=64)) {
            let shown = Hex { prefix: "0x", bytes: &bytes }.with(str::to_owned);
            prop_assert_eq!(shown, format!("0x{}", text_of(&bytes)));
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let read = bytes_of::<3>(&text).map(|bytes| text_of(&bytes));
            prop_assert!(read.is_none_or(|again| again == text));
        }
    }
}
