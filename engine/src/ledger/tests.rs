#![allow(clippy::unwrap_used, reason = "tests")]

pub(crate) mod model;
mod order;
mod precedence;
mod reads;

use super::*;
use crate::amount::Amount;

/// The time of every command whose time does not matter.
pub(crate) const NOW: u64 = 1_000_000;

fn account(number: u128) -> AccountId {
    AccountId::new(number)
}

fn id(number: u128) -> CommandId {
    CommandId::new(number)
}

fn units(units: u128) -> Amount {
    Amount::from_units(units).unwrap()
}

fn open(key: u128, number: u128) -> Command {
    Command::open(id(key), account(number))
}

fn mint(key: u128, to: u128, amount: u128) -> Command {
    Command::mint(id(key), account(to), units(amount))
}

fn transfer(key: u128, from: u128, to: u128, amount: u128) -> Command {
    Command::transfer(id(key), account(from), account(to), units(amount))
}

fn recorded(status: Status, sequence: u64) -> Outcome {
    Outcome::Recorded {
        status,
        sequence: Sequence::new(sequence).unwrap(),
    }
}

fn replayed(status: Status, sequence: u64) -> Outcome {
    Outcome::Replayed {
        status,
        sequence: Sequence::new(sequence).unwrap(),
    }
}

/// A ledger that has applied `commands`.
fn ledger(limits: Limits, commands: &[Command]) -> Ledger {
    let mut ledger = Ledger::new(limits);
    for command in commands {
        ledger.apply(NOW, command);
        ledger.check().unwrap();
    }
    ledger
}

/// Accounts 1 and 2, of which 1 owns 100 units.
fn two_accounts() -> Ledger {
    ledger(
        Limits::default(),
        &[open(101, 1), open(102, 2), mint(103, 1, 100)],
    )
}

#[test]
fn a_transfer_moves_units_and_raises_versions() {
    let mut ledger = two_accounts();
    assert_eq!(
        ledger.apply(NOW, &transfer(104, 1, 2, 30)),
        recorded(Status::Ok, 4)
    );
    let (from, to) = (
        ledger.account(account(1)).unwrap(),
        ledger.account(account(2)).unwrap(),
    );
    assert_eq!(
        (from.balance, from.version, from.sequence.get()),
        (units(70), 3, 4)
    );
    assert_eq!(
        (to.balance, to.version, to.sequence.get()),
        (units(30), 2, 4)
    );
    let levels = ledger.levels();
    assert!((levels.supply - units(100).to_tokens_rounded()).abs() < 1e-24);
}

#[test]
fn the_same_command_again_is_the_first_outcome_again() {
    let mut ledger = two_accounts();
    let command = transfer(104, 1, 2, 30);
    ledger.apply(NOW, &command);
    assert_eq!(ledger.apply(NOW, &command), replayed(Status::Ok, 4));
    assert_eq!(ledger.apply(NOW, &open(101, 1)), replayed(Status::Ok, 1));
    assert_eq!(ledger.account(account(1)).unwrap().balance, units(70));
    assert_eq!(ledger.last_sequence(), Sequence::new(4));
}

#[test]
fn a_refusal_by_state_consumes_the_key() {
    let mut ledger = two_accounts();
    let refused = transfer(104, 2, 1, 30);
    assert_eq!(
        ledger.apply(NOW, &refused),
        recorded(Status::InsufficientAvailable, 4)
    );
    ledger.apply(NOW, &transfer(105, 1, 2, 100));
    // It would succeed now, but its owner has been told that it did not.
    assert_eq!(
        ledger.apply(NOW, &refused),
        replayed(Status::InsufficientAvailable, 4)
    );
    assert_eq!(ledger.account(account(2)).unwrap().balance, units(100));
}

#[test]
fn a_shape_error_leaves_the_key_free() {
    let mut ledger = two_accounts();
    assert_eq!(
        ledger.apply(NOW, &transfer(104, 1, 2, 0)),
        Outcome::Unrecorded(Status::AmountZero)
    );
    assert_eq!(
        ledger.apply(NOW, &transfer(104, 1, 2, 5)),
        recorded(Status::Ok, 4)
    );
}

#[test]
fn another_command_under_a_used_key_is_told_the_first_field_that_differs() {
    let mut ledger = two_accounts();
    ledger.apply(NOW, &transfer(104, 1, 2, 30));
    let cases = [
        (mint(104, 2, 30), "kind", 4),
        (transfer(104, 2, 1, 31), "debit", 4),
        (transfer(104, 1, 3, 31), "credit", 4),
        (transfer(104, 1, 2, 31), "amount", 4),
        (open(101, 2), "account", 1),
        (mint(103, 2, 1), "account", 3),
        (mint(103, 1, 1), "amount", 3),
    ];
    for (command, field, sequence) in cases {
        let sequence = Sequence::new(sequence).unwrap();
        assert_eq!(
            ledger.apply(NOW, &command),
            Outcome::Reused { field, sequence },
            "{command:?}"
        );
    }
    assert_eq!(ledger.last_sequence(), Sequence::new(4));
}

#[test]
fn a_full_ledger_still_answers_what_it_answered() {
    let limits = Limits {
        entries_max: 3,
        ..Limits::default()
    };
    let mut ledger = ledger(limits, &[open(101, 1), open(102, 2), mint(103, 1, 100)]);
    assert_eq!(
        ledger.apply(NOW, &transfer(104, 1, 2, 1)),
        Outcome::Unrecorded(Status::Capacity)
    );
    assert_eq!(
        ledger.apply(NOW, &mint(103, 1, 100)),
        replayed(Status::Ok, 3)
    );
    assert_eq!(ledger.check().unwrap().sequence, Sequence::new(3));
}

#[test]
fn the_number_of_accounts_is_bounded_and_the_key_stays_free() {
    let limits = Limits {
        accounts_max: 1,
        ..Limits::default()
    };
    let mut ledger = ledger(limits, &[open(101, 1)]);
    assert_eq!(
        ledger.apply(NOW, &open(102, 2)),
        Outcome::Unrecorded(Status::Capacity)
    );
    assert_eq!(ledger.entry(id(102)).map(|(sequence, _)| sequence), None);
}

#[test]
fn everything_that_can_exist_can_move() {
    let most = Amount::MAX.units();
    let mut ledger = ledger(
        Limits::default(),
        &[open(101, 1), open(102, 2), mint(103, 1, most)],
    );
    assert_eq!(
        ledger.apply(NOW, &mint(104, 2, 1)),
        recorded(Status::SupplyCapExceeded, 4)
    );
    assert_eq!(
        ledger.apply(NOW, &transfer(105, 1, 2, most)),
        recorded(Status::Ok, 5)
    );
    assert_eq!(
        ledger.check().unwrap().tokens[0].sum_of_balances,
        Amount::MAX
    );
}

#[test]
fn a_lost_unit_is_found() {
    let mut ledger = two_accounts();
    let slot = ledger.state.accounts.slot(account(1)).unwrap();
    ledger.state.accounts.get_mut(slot).balance = units(99);
    assert_eq!(
        ledger.check(),
        Err(ConservationError::Supply {
            token: 1,
            supply: 100,
            minted: 100,
            burned: 0,
            sum: 99,
        })
    );
}

#[test]
fn a_lost_key_is_found() {
    let mut ledger = two_accounts();
    ledger.ids = ids::Ids::new();
    assert_eq!(
        ledger.check(),
        Err(ConservationError::Count {
            what: "ids",
            kept: 0,
            expected: 3,
        })
    );
}

#[test]
fn status_numbers_and_names_are_fixed() {
    let listed = Status::ALL.map(|status| format!("{} {}", status.number(), status.name()));
    assert_eq!(
        listed.join(", "),
        "0 ok, 10 id_reserved, 11 kind_unknown, 12 flags_unknown, 13 reserved_not_zero, 14 field_not_allowed, \
         15 amount_zero, 16 amount_too_large, 17 accounts_same, 18 role_denied, 20 linked_open, 21 linked_failed, \
         31 id_reused, 40 token_unknown, 41 debit_unknown, 42 credit_unknown, 43 token_mismatch, 44 hold_unknown, \
         45 account_exists, 50 token_paused, 51 debit_closed, 52 credit_closed, 53 debit_frozen, 54 credit_frozen, \
         55 debit_kyc, 56 credit_kyc, 57 kyc_limit, 60 version_conflict, 61 allowance_conflict, 62 hold_posted, \
         63 hold_voided, 64 hold_expired, 65 hold_mismatch, 70 amount_precision, 71 hold_exceeded, \
         72 allowance_exceeded, 73 insufficient_available, 74 freeze_exceeded, 75 unfreeze_exceeded, \
         76 balance_not_zero, 77 supply_cap_exceeded, 90 overloaded, 91 client_limited, 92 late_in_queue, \
         93 stopping, 94 journal_failed, 95 capacity, 96 too_large"
    );
    for status in Status::ALL {
        assert_eq!(Status::from_number(status.number()), Some(status));
    }
    assert_eq!(
        Status::from_number(30),
        None,
        "a replay is no status of its own"
    );
    assert!(Status::ALL.is_sorted());
}
