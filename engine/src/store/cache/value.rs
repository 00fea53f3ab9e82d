//! An entry of the cache as bytes.
//!
//! ```text
//! version 20 digits | balance u128 | frozen u128 | held u128 | sequence u64 | written_ms u64 | token u32 | level u8 | jurisdiction 2 | state u8 | crc32c u32
//! ```
//!
//! Integers are little-endian. The version is text, so that a script in Redis can compare it without arithmetic on 64 bits. The
//! checksum starts from the account's id: an entry under another key is damaged.

use crate::amount::Amount;
use crate::ledger::{Account, AccountId, AccountState, Profile, Sequence, TokenId};
use zerocopy::little_endian::{U32, U64, U128};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// Digits of the version.
pub(super) const VERSION_DIGITS: usize = 20;

#[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Bytes {
    version: [u8; VERSION_DIGITS],
    balance: U128,
    frozen: U128,
    held: U128,
    sequence: U64,
    written_ms: U64,
    token: U32,
    level: u8,
    jurisdiction: [u8; 2],
    state: u8,
    crc: U32,
}

/// An account as the cache has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value {
    /// The account.
    pub account: Account,
    /// When it was written, in milliseconds since 1970.
    pub written_ms: u64,
}

impl Value {
    /// The bytes.
    pub(super) fn encode(&self) -> Vec<u8> {
        let account = &self.account;
        let mut version = [0; VERSION_DIGITS];
        let mut rest = account.version;
        for digit in version.iter_mut().rev() {
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        let mut bytes = Bytes {
            version,
            balance: account.balance.units().into(),
            frozen: account.frozen.units().into(),
            held: account.held.units().into(),
            sequence: account.sequence.get().into(),
            written_ms: self.written_ms.into(),
            token: account.token.0.into(),
            level: account.profile.level,
            jurisdiction: account.profile.jurisdiction,
            state: account.state.number(),
            crc: 0.into(),
        };
        bytes.crc = checksum(account.id, bytes.as_bytes()).into();
        bytes.as_bytes().to_vec()
    }

    /// Reads bytes found under the key of `id`; `None` if they are damaged.
    pub(super) fn decode(id: AccountId, raw: &[u8]) -> Option<Self> {
        let bytes = Bytes::ref_from_bytes(raw).ok()?;
        if checksum(id, raw) != bytes.crc.get() {
            return None;
        }
        let amount = |units: U128| Amount::from_units(units.get());
        let account = Account {
            id,
            balance: amount(bytes.balance)?,
            frozen: amount(bytes.frozen)?,
            held: amount(bytes.held)?,
            version: std::str::from_utf8(&bytes.version).ok()?.parse().ok()?,
            sequence: Sequence::new(bytes.sequence.get())?,
            token: TokenId(bytes.token.get()),
            profile: Profile {
                level: bytes.level,
                jurisdiction: bytes.jurisdiction,
            },
            state: *AccountState::ALL.get(usize::from(bytes.state))?,
        };
        Some(Self {
            account,
            written_ms: bytes.written_ms.get(),
        })
    }

    /// How long ago it was written, in whole seconds.
    pub fn age_s(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.written_ms) / 1000
    }
}

fn checksum(id: AccountId, bytes: &[u8]) -> u32 {
    let covered = bytes.len().saturating_sub(size_of::<U32>());
    let crc = crc32c::crc32c(&id.get().to_le_bytes());
    crc32c::crc32c_append(crc, &bytes[..covered])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(units: u128, version: u64) -> Value {
        let mut account = Account::opened(AccountId::new(7), Sequence::FIRST);
        account.balance = Amount::from_units(units).unwrap();
        account.version = version;
        account.profile.jurisdiction = *b"CH";
        account.state = AccountState::Frozen;
        Value {
            account,
            written_ms: 1_700_000_000_000,
        }
    }

    proptest! {
        #[test]
        fn a_value_comes_back(units in 0..=Amount::MAX.units(), version: u64) {
            let value = value(units, version);
            prop_assert_eq!(Value::decode(AccountId::new(7), &value.encode()), Some(value));
        }

        #[test]
        fn a_flipped_bit_is_found(at in 0..8 * size_of::<Bytes>()) {
            let mut bytes = value(5, 3).encode();
            bytes[at / 8] ^= 1 << (at % 8);
            prop_assert_eq!(Value::decode(AccountId::new(7), &bytes), None);
        }

        #[test]
        fn no_bytes_make_it_panic(raw in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(Value::decode(AccountId::new(7), &raw), None);
        }
    }

    #[test]
    fn a_value_under_another_key_is_damaged() {
        assert_eq!(
            Value::decode(AccountId::new(8), &value(5, 3).encode()),
            None
        );
    }

    #[test]
    fn versions_compare_as_text() {
        let text = |version| value(1, version).encode()[..VERSION_DIGITS].to_vec();
        assert!(text(9) < text(10) && text(10) < text(u64::MAX));
    }
}
