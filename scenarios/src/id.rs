//! Ids that say which run they are of, what they are and which number they have, so that the audit knows its own entries.

use crate::draw;

/// What an id stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An account opened before the run.
    Account = 1,
    /// The mint that fills it.
    Mint = 2,
    /// A transfer: the number is the arrival's, or that of the arrival's place in a plan with batches.
    Transfer = 3,
    /// An account opened by a user: the number is the arrival's.
    Opened = 4,
}

const KINDS: [Kind; 4] = [Kind::Account, Kind::Mint, Kind::Transfer, Kind::Opened];
const NUMBER_BITS: u32 = 56;

/// The ids of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ids {
    tag: u64,
}

impl Ids {
    /// Ids of the run with this seed and name.
    pub(crate) fn of(seed: u64, run_id: &str) -> Self {
        Self {
            tag: draw::value(seed, draw::purpose(run_id), 0),
        }
    }

    pub(crate) fn id(self, kind: Kind, number: u64) -> u128 {
        let low = ((kind as u64) << NUMBER_BITS) | (number & ((1 << NUMBER_BITS) - 1));
        u128::from(self.tag) << 64 | u128::from(low)
    }

    /// What an id of this run stands for; `None` for ids of others.
    pub(crate) fn read(self, id: u128) -> Option<(Kind, u64)> {
        if (id >> 64) as u64 != self.tag {
            return None;
        }
        let low = id as u64;
        let kind = KINDS
            .into_iter()
            .find(|kind| *kind as u64 == low >> NUMBER_BITS)?;
        Some((kind, low & ((1 << NUMBER_BITS) - 1)))
    }
}

/// The text form of UUIDs: 8-4-4-4-12 hexadecimal digits.
pub(crate) fn text(id: u128) -> String {
    let digits = format!("{id:032x}");
    [0..8, 8..12, 12..16, 16..20, 20..32]
        .map(|part| &digits[part])
        .join("-")
}

/// Reads [`text`] back.
pub(crate) fn parse(text: &str) -> Option<u128> {
    let digits: String = text.chars().filter(|&c| c != '-').collect();
    let valid =
        text.len() == 36 && digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    valid
        .then(|| u128::from_str_radix(&digits, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_read_back(seed in any::<u64>(), number in 0..1_u64 << 56, at in 0..4_usize) {
            let ids = Ids::of(seed, "run");
            let id = ids.id(KINDS[at], number);
            prop_assert_eq!(ids.read(id), Some((KINDS[at], number)));
            prop_assert_eq!(parse(&text(id)), Some(id));
            prop_assert_eq!(Ids::of(seed, "another run").read(id), None);
        }

        #[test]
        fn any_text_is_refused_or_read(text in "\\PC{0,40}") {
            let _ = parse(&text);
        }
    }
}
