//! Definitions of tokens survive, and no bytes make the reader panic.

use super::*;
use crate::amount::Amount;
use crate::ledger::TokenId;
use proptest::prelude::*;

#[test]
fn definitions_of_tokens_come_back() {
    let mut euro = TokenSpec::plain(TokenId(7), Amount::MAX);
    euro.name = "Électronique".to_owned();
    euro.decimals = 2;
    euro.policy.limits[1] = Amount::ZERO;
    let specs = vec![TokenSpec::plain(TokenId::FIRST, Amount::MAX), euro];
    let bytes = encode_tokens(&specs);
    assert_eq!(decode_tokens(&bytes).unwrap(), specs);
    for at in 0..bytes.len() {
        assert!(decode_tokens(&bytes[..at]).is_err(), "{at}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_read(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = decode_tokens(&bytes);
        let mut image = VERSION.to_le_bytes().to_vec();
        image.extend_from_slice(&bytes);
        prop_assert!(Ledger::import(Limits::default(), &image).is_err());
    }
}
