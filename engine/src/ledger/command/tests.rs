#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::ledger::Status;

fn sample(kind: Kind) -> Command {
    let mut command = Command::of_kind(kind, CommandId::new(7));
    let takes = kind.fields();
    let account = |field, number| AccountId::new(if takes.has(field) { number } else { 0 });
    command.debit = account(Fields::DEBIT, 1);
    command.credit = account(Fields::CREDIT, 2);
    if kind.has_amount() {
        command.amount = Amount::from_units(5).unwrap();
    }
    command
}

#[test]
fn numbers_and_names_of_kinds_come_back() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_number(kind.number()), Some(kind));
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
    }
    assert_eq!(Kind::from_number(0), None);
    assert_eq!(Kind::from_number(17), None);
}

#[test]
fn a_plain_command_of_every_kind_is_well_formed() {
    for kind in Kind::ALL {
        let command = sample(kind).with_role(Role::Engine);
        let command = if kind == Kind::Expire {
            command.with_token(TokenId::NONE)
        } else {
            command
        };
        assert_eq!(command.check_shape(), Ok(()), "{kind:?}");
    }
}

#[test]
fn a_field_that_a_kind_does_not_take_is_named() {
    let cases = [
        (
            Command {
                credit: AccountId::new(2),
                ..sample(Kind::Burn)
            },
            "credit",
        ),
        (
            Command {
                debit: AccountId::new(2),
                ..sample(Kind::Mint)
            },
            "debit",
        ),
        (
            Command {
                timeout_s: 1,
                ..sample(Kind::Transfer)
            },
            "timeout_s",
        ),
        (
            Command {
                related: 1,
                ..sample(Kind::Transfer)
            },
            "related",
        ),
        (sample(Kind::Transfer).with_flags(Flags::WHOLE), "flags"),
        (sample(Kind::Freeze).with_flags(Flags::WHOLE), "amount"),
        (
            Command {
                related: 1,
                ..sample(Kind::Approve)
            },
            "expected",
        ),
        (sample(Kind::Expire).with_flags(Flags::LINKED), "token"),
        (sample(Kind::Void).with_token(TokenId::FIRST), ""),
    ];
    for (command, field) in cases {
        let found = command.with_role(Role::Engine).check_shape();
        let expected = (!field.is_empty()).then_some((Status::FieldNotAllowed, field));
        let found = found.err().map(|error| (error.status, error.field));
        if command.kind == Kind::Expire {
            assert_eq!(found, Some((Status::FieldNotAllowed, "flags")));
        } else {
            assert_eq!(found, expected, "{command:?}");
        }
    }
}

#[test]
fn a_profile_is_a_level_and_two_capital_letters() {
    let profile = Profile {
        level: 2,
        jurisdiction: *b"DE",
    };
    assert_eq!(Profile::unpack(profile.packed()), Some(profile));
    assert_eq!(profile.jurisdiction_text(), Some("DE"));
    assert_eq!(Profile::unpack(0), Some(Profile::default()));
    for packed in [
        4,
        2 | u128::from(b'd') << 8 | u128::from(b'E') << 16,
        1 << 24,
    ] {
        assert_eq!(Profile::unpack(packed), None);
    }
}

#[test]
fn an_address_comes_back() {
    let address: Address = std::array::from_fn(|at| at as u8 + 1);
    let command = Command::open(CommandId::new(1), AccountId::new(1)).with_address(address);
    assert_eq!(command.address(), Some(address));
    assert_eq!(command.check_shape(), Ok(()));
}

#[test]
fn deadline_and_role_do_not_make_another_command() {
    let command = sample(Kind::Transfer);
    let other = command.with_deadline_ms(9).with_role(Role::Engine);
    assert_eq!(command.first_difference(&other), None);
    assert_eq!(
        command.first_difference(&command.with_expected_version(3)),
        Some("expected_version")
    );
    assert_eq!(
        command.first_difference(&command.with_flags(Flags::LINKED)),
        Some("flags")
    );
}

#[test]
fn operators_holders_and_the_engine_may_do_different_things() {
    let denied = |command: Command, role| {
        command
            .with_role(role)
            .check_shape()
            .is_err_and(|error| error.status == Status::RoleDenied)
    };
    assert!(denied(sample(Kind::Mint), Role::Holder));
    assert!(!denied(sample(Kind::Burn), Role::Holder));
    assert!(denied(
        sample(Kind::Burn).with_flags(Flags::FROM_FROZEN),
        Role::Holder
    ));
    assert!(denied(sample(Kind::Transfer), Role::Regulator));
    assert!(denied(
        sample(Kind::Expire).with_token(TokenId::NONE),
        Role::Operator
    ));
    assert!(!denied(sample(Kind::Void), Role::Holder));
}
