//! When two statuses fit, the lower number is the answer: one test for every neighbouring pair that can occur together.
//!
//! Pairs that cannot: an unknown debit has no balance to be insufficient, an open has neither amount nor credit, and a mint no
//! debit. Where numeric neighbours exclude each other, the next pair that can meet stands for them.

use super::*;

fn status_of(ledger: &mut Ledger, command: &Command) -> Status {
    let status = ledger.apply(NOW, command).status();
    ledger.check().unwrap();
    status
}

/// As [`two_accounts`], full of entries.
fn full_of_entries() -> Ledger {
    let limits = Limits {
        entries_max: 3,
        ..Limits::default()
    };
    ledger(limits, &[open(101, 1), open(102, 2), mint(103, 1, 100)])
}

#[test]
fn id_reserved_before_amount_zero() {
    assert_eq!(
        status_of(&mut two_accounts(), &transfer(0, 1, 2, 0)),
        Status::IdReserved
    );
    assert_eq!(
        status_of(&mut two_accounts(), &mint(u128::MAX, 1, 0)),
        Status::IdReserved
    );
}

#[test]
fn amount_zero_before_accounts_same() {
    assert_eq!(
        status_of(&mut two_accounts(), &transfer(104, 1, 1, 0)),
        Status::AmountZero
    );
}

#[test]
fn accounts_same_before_id_reused() {
    assert_eq!(
        status_of(&mut two_accounts(), &transfer(103, 1, 1, 1)),
        Status::AccountsSame
    );
}

#[test]
fn a_reserved_account_before_id_reused() {
    assert_eq!(
        status_of(&mut two_accounts(), &open(103, 0)),
        Status::IdReserved
    );
}

#[test]
fn id_reused_before_debit_unknown() {
    assert_eq!(
        status_of(&mut two_accounts(), &transfer(103, 9, 1, 1)),
        Status::IdReused
    );
}

#[test]
fn id_reused_before_account_exists() {
    assert_eq!(
        status_of(&mut two_accounts(), &open(103, 1)),
        Status::IdReused
    );
}

#[test]
fn debit_unknown_before_credit_unknown() {
    assert_eq!(
        status_of(&mut two_accounts(), &transfer(104, 8, 9, 1)),
        Status::DebitUnknown
    );
}

#[test]
fn credit_unknown_before_insufficient_available() {
    assert_eq!(
        status_of(&mut two_accounts(), &transfer(104, 1, 9, 101)),
        Status::CreditUnknown
    );
}

#[test]
fn credit_unknown_before_supply_cap_exceeded() {
    let beyond = mint(104, 9, Amount::MAX.units());
    assert_eq!(
        status_of(&mut two_accounts(), &beyond),
        Status::CreditUnknown
    );
}

#[test]
fn account_exists_before_capacity() {
    let limits = Limits {
        accounts_max: 1,
        ..Limits::default()
    };
    let mut ledger = ledger(limits, &[open(101, 1)]);
    assert_eq!(status_of(&mut ledger, &open(102, 1)), Status::AccountExists);
}

#[test]
fn shape_and_identity_before_capacity() {
    let mut full = full_of_entries();
    assert_eq!(
        status_of(&mut full, &transfer(104, 1, 1, 1)),
        Status::AccountsSame
    );
    assert_eq!(
        status_of(&mut full, &transfer(103, 1, 2, 1)),
        Status::IdReused
    );
}

/// The one exception to the order: what cannot be recorded must not be answered as if it were.
#[test]
fn capacity_for_entries_before_every_status_that_would_be_recorded() {
    let mut full = full_of_entries();
    for command in [
        transfer(104, 9, 1, 1),
        transfer(104, 1, 9, 1),
        open(104, 1),
        transfer(104, 1, 2, 101),
        mint(104, 1, Amount::MAX.units()),
    ] {
        assert_eq!(
            status_of(&mut full, &command),
            Status::Capacity,
            "{command:?}"
        );
    }
}
