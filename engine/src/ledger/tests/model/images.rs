//! An image is the same ledger: it shows the same, and it goes on the same.

use super::*;

fn image(ledger: &Ledger) -> Vec<u8> {
    let mut bytes = Vec::new();
    let written = ledger.export::<()>(&mut |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    });
    assert_eq!(written, Ok(()));
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_comes_back_shows_the_same_and_goes_on_the_same(steps in any_steps(), later in any_steps()) {
        let mut first = model_ledger();
        run(&mut first, &steps);
        let bytes = image(&first);
        let mut second = Ledger::import(LIMITS, &bytes).unwrap();
        prop_assert_eq!(&bytes, &image(&second), "an image has one form");
        prop_assert_eq!(first.digest(), second.digest());
        prop_assert_eq!(first.check(), second.check());
        prop_assert_eq!(journal(&first), journal(&second));
        prop_assert_eq!(accounts(&first), accounts(&second));
        for account in accounts(&first) {
            prop_assert_eq!(statement(&first, account.id), statement(&second, account.id));
        }
        prop_assert_eq!(run(&mut first, &later[1..]), run(&mut second, &later[1..]));
        prop_assert_eq!(first.digest(), second.digest());
    }

    #[test]
    fn changed_bytes_are_refused_or_the_same_and_never_a_panic(steps in any_steps(), at in any::<prop::sample::Index>(), bit in 0..8) {
        let mut ledger = model_ledger();
        run(&mut ledger, &steps);
        let mut bytes = image(&ledger);
        let at = at.index(bytes.len());
        prop_assert!(Ledger::import(LIMITS, &bytes[..at]).is_err());
        bytes[at] ^= 1_u8 << bit;
        if let Ok(changed) = Ledger::import(LIMITS, &bytes) {
            // What the digest does not cover is the history, and the names of tokens.
            prop_assert_eq!(changed.digest(), ledger.digest());
        }
    }
}
