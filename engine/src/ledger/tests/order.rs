//! For every two neighbours of the list of statuses that one command can deserve at once: the lower number is the answer.
//!
//! The neighbours of shape (10 to 18) have their test beside the record. Where numeric neighbours exclude each other, the next
//! pair that can meet stands for them; each line names the pair it shows. The model test holds the whole order besides.

use super::*;
use crate::ledger::{Allowance, Flags, Profile, Role};

const SECOND: TokenId = TokenId(2);

/// Account 1 to 3 of the first token and 4 of the second, which has 17 decimals, a cap of 1,000 and demands levels.
fn town() -> Ledger {
    let strict = TokenSpec {
        decimals: 17,
        policy: KycPolicy {
            send: 1,
            receive: 1,
            limits: [units(0), units(20), units(40), Amount::MAX],
        },
        ..TokenSpec::plain(SECOND, units(1_000))
    };
    let tokens = vec![TokenSpec::plain(TokenId::FIRST, units(1_000)), strict];
    let mut ledger = Ledger::with_tokens(Limits::default(), tokens).unwrap();
    let level = |level| Profile {
        level,
        jurisdiction: [0; 2],
    };
    for command in [
        open(11, 1),
        open(12, 2),
        open(13, 3),
        open(19, 7),
        mint(14, 1, 100),
        open(15, 4).with_token(SECOND).with_profile(level(1)),
        open(16, 5).with_token(SECOND).with_profile(level(1)),
        open(17, 6).with_token(SECOND),
        mint(18, 4, 100).with_token(SECOND),
        Command::hold_for(id(21), account(1), account(2), units(10), 10),
        Command::hold_for(id(22), account(1), account(2), units(10), 10),
        Command::hold_for(id(23), account(1), account(2), units(10), 10),
        Command::post_all(id(24), id(22)),
        Command::void(id(25), id(23)),
        Command::approve(id(26), account(1), account(2), Allowance::Limited(units(5))),
    ] {
        assert_eq!(
            ledger.apply(NOW, &command).status(),
            Status::Ok,
            "{command:?}"
        );
    }
    ledger
}

fn second(command: Command) -> Command {
    command.with_token(SECOND)
}

/// What the ledger answers after `first` took effect.
fn answer(first: &[Command], command: Command) -> Status {
    let mut ledger = town();
    for (key, command) in (900..).zip(first) {
        let command = Command {
            id: id(key),
            ..*command
        };
        assert_eq!(
            ledger.apply(NOW, &command).status(),
            Status::Ok,
            "{command:?}"
        );
    }
    let status = ledger.apply(NOW, &command).status();
    ledger.check().unwrap();
    status
}

#[test]
fn existence_in_order() {
    use Status as S;
    let t = |from, to| transfer(99, from, to, 1_000);
    for (expected, command) in [
        (S::TokenUnknown, t(8, 9).with_token(TokenId(9))),
        (S::DebitUnknown, t(8, 9)),
        (S::CreditUnknown, second(t(1, 9))),
        (S::TokenMismatch, t(1, 4).with_expected_version(99)),
        // 40 before 44, 41 before 44: a void that names what does not exist.
        (
            S::TokenUnknown,
            Command::void(id(99), id(77)).with_token(TokenId(9)),
        ),
        (
            S::DebitUnknown,
            Command::void(id(99), id(77)).with_sides(account(9), account(9)),
        ),
        (
            S::CreditUnknown,
            Command::void(id(99), id(77)).with_sides(account(1), account(9)),
        ),
        (S::HoldUnknown, Command::post(id(99), id(77), units(1_000))),
        (S::TokenUnknown, open(99, 1).with_token(TokenId(9))),
        (S::AccountExists, open(99, 1)),
    ] {
        assert_eq!(answer(&[], command), expected, "{command:?}");
    }
}

#[test]
fn policy_in_order() {
    use Status as S;
    let pause = [
        Command::pause(id(0), TokenId::FIRST),
        Command::pause(id(0), SECOND),
    ];
    let close = |number| Command::close(id(0), account(number));
    let freeze = |number| Command::freeze_whole(id(0), account(number));
    let t = |from, to| transfer(99, from, to, 1_000);
    let cases: Vec<(Status, Vec<Command>, Command)> = vec![
        // 45 before 95 is in the older table; 43 before 50.
        (S::TokenMismatch, pause.to_vec(), t(1, 4)),
        (S::TokenPaused, vec![close(3), pause[0]], t(3, 2)),
        (S::DebitClosed, vec![close(3), close(7)], t(3, 7)),
        (S::DebitClosed, vec![close(3), freeze(2)], t(3, 2)),
        (S::CreditClosed, vec![close(3), freeze(1)], t(1, 3)),
        (S::DebitFrozen, vec![freeze(1), freeze(2)], t(1, 2)),
        (S::CreditFrozen, vec![second(freeze(4))], second(t(6, 4))),
        (
            S::DebitKyc,
            vec![],
            second(transfer(99, 6, 6, 1_000)).with_flags(Flags::ERC20),
        ),
        (S::CreditKyc, vec![], second(t(4, 6))),
        (
            S::KycLimit,
            vec![],
            second(t(4, 5)).with_expected_version(99),
        ),
    ];
    for (expected, first, command) in cases {
        assert_eq!(answer(&first, command), expected, "{command:?}");
    }
}

#[test]
fn conflicts_in_order() {
    use Status as S;
    let approve = Command::approve(id(99), account(1), account(2), Allowance::Limited(units(1)));
    let other = Allowance::Limited(units(6));
    let post = |hold| Command::post(id(99), id(hold), units(1_000));
    let wrong = |command: Command| command.with_sides(account(2), account(1));
    for (expected, command) in [
        (
            S::VersionConflict,
            approve
                .with_expected_version(99)
                .with_expected_allowance(other),
        ),
        (S::AllowanceConflict, approve.with_expected_allowance(other)),
        (
            S::VersionConflict,
            wrong(post(22)).with_expected_version(99),
        ),
        (S::HoldPosted, wrong(post(22))),
        (S::HoldVoided, wrong(post(23))),
        (S::HoldMismatch, wrong(post(21))),
        (S::HoldExceeded, post(21)),
    ] {
        assert_eq!(answer(&[], command), expected, "{command:?}");
    }
    let mut ledger = town();
    let late = ledger.apply(NOW + 10_000, &wrong(post(21))).status();
    assert_eq!(late, S::HoldExpired, "before a mismatch");
    let posted = ledger
        .apply(NOW + 10_000, &Command::post(id(98), id(22), units(1)))
        .status();
    assert_eq!(posted, S::HoldPosted, "before its time being over");
}

#[test]
fn amounts_in_order() {
    use Status as S;
    let by =
        |amount| Command::transfer_from(id(99), account(2), account(1), account(3), units(amount));
    for (expected, command) in [
        (
            S::VersionConflict,
            second(Command::burn(id(99), account(4), units(1_001))).with_expected_version(9),
        ),
        (
            S::AmountPrecision,
            second(Command::burn(id(99), account(4), units(1_001))),
        ),
        (
            S::AmountPrecision,
            second(Command::freeze(id(99), account(4), units(1_001))),
        ),
        (S::AmountPrecision, second(mint(99, 4, 1_001))),
        (S::AllowanceExceeded, by(1_000)),
        (S::InsufficientAvailable, transfer(99, 1, 2, 1_000)),
        (
            S::FreezeExceeded,
            Command::freeze(id(99), account(1), units(1_000)),
        ),
        (
            S::UnfreezeExceeded,
            Command::unfreeze(id(99), account(1), units(1)),
        ),
        (S::BalanceNotZero, Command::close(id(99), account(1))),
        (S::SupplyCapExceeded, mint(99, 1, 1_000)),
    ] {
        assert_eq!(answer(&[], command), expected, "{command:?}");
    }
}

#[test]
fn shape_chain_and_identity_in_order() {
    let mut ledger = town();
    let linked = |command: Command| command.with_flags(Flags::LINKED);
    let denied = linked(transfer(11, 1, 2, 1)).with_role(Role::Regulator);
    assert_eq!(ledger.apply(NOW, &denied).status(), Status::RoleDenied);
    assert_eq!(
        ledger.apply(NOW, &linked(transfer(11, 1, 2, 1))).status(),
        Status::LinkedOpen
    );
    assert_eq!(
        ledger
            .apply(NOW, &transfer(11, 8, 9, 1).with_token(TokenId(9)))
            .status(),
        Status::IdReused
    );
    let late = transfer(11, 1, 2, 1).with_deadline_ms(1);
    assert_eq!(ledger.apply(NOW, &late).status(), Status::IdReused);
    let late = transfer(97, 1, 2, 1).with_deadline_ms(1);
    assert_eq!(ledger.apply(NOW, &late).status(), Status::LateInQueue);
    // 21 before 31: a chain of which one key is used for something else.
    let mut outcomes = Vec::new();
    ledger.apply_batch(
        NOW,
        &[linked(transfer(98, 1, 2, 1)), transfer(11, 1, 2, 1)],
        &mut outcomes,
    );
    let statuses: Vec<_> = outcomes.iter().map(|outcome| outcome.status()).collect();
    assert_eq!(statuses, [Status::LinkedFailed, Status::IdReused]);
}

#[test]
fn a_void_works_on_a_paused_token_and_frozen_accounts() {
    let freeze = Command::freeze_whole(id(0), account(1));
    let pause = Command::pause(id(0), TokenId::FIRST);
    assert_eq!(
        answer(&[freeze, pause], Command::void(id(99), id(21))),
        Status::Ok
    );
    assert_eq!(
        answer(&[freeze], Command::post_all(id(99), id(21))),
        Status::DebitFrozen
    );
}

#[test]
fn holds_end_by_themselves_in_order_of_deadline_and_sequence() {
    let mut ledger = town();
    let long = Command::hold_for(id(31), account(1), account(2), units(1), 20);
    let short = Command::hold_for(id(32), account(1), account(2), units(1), 5);
    for command in [long, short] {
        assert!(ledger.apply(NOW, &command).is_new());
    }
    let due = |ledger: &Ledger, seconds: u64| {
        let commands = ledger.due(NOW + seconds * 1000, 9);
        commands
            .iter()
            .filter_map(Command::hold)
            .map(CommandId::get)
            .collect::<Vec<_>>()
    };
    assert_eq!(due(&ledger, 4), []);
    assert_eq!(due(&ledger, 5), [32]);
    assert_eq!(due(&ledger, 20), [32, 21, 31]);
    assert_eq!(ledger.next_due_ms(), Some(NOW + 5_000));
    for command in ledger.due(NOW + 20_000, 9) {
        assert_eq!(ledger.apply(NOW + 20_000, &command).status(), Status::Ok);
    }
    assert_eq!(ledger.check().unwrap().tokens[0].open_holds, 0);
    assert_eq!(ledger.hold(id(32)).unwrap().state, HoldState::Expired);
}

#[test]
fn a_key_that_somebody_took_does_not_keep_a_hold_from_ending() {
    let mut ledger = town();
    let later = NOW + 20_000;
    let usual = ledger.due(later, 1)[0].id();
    assert!(ledger.apply(NOW, &transfer(usual.get(), 1, 2, 1)).is_new());
    let expiry = ledger.due(later, 1)[0];
    assert_ne!(expiry.id(), usual);
    assert_eq!(ledger.apply(later, &expiry).status(), Status::Ok);
}
