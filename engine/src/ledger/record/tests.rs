#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use proptest::prelude::*;

/// Any bytes that are a command more often than chance makes one.
fn any_record() -> impl Strategy<Value = [u8; RECORD_BYTES]> {
    (
        any::<[u8; 32]>(),
        prop::collection::vec(any::<u8>(), 96),
        0..18_u8,
        0..64_u8,
        0..5_u8,
    )
        .prop_map(|(head, rest, kind, flags, chain)| {
            let mut bytes = [0; RECORD_BYTES];
            bytes[..32].copy_from_slice(&head);
            bytes[32..].copy_from_slice(&rest);
            bytes[120..].copy_from_slice(&[kind, 0, flags, 0, chain, 0, 0, 0]);
            // Amounts are far below the range of the field.
            bytes[62..64].fill(0);
            bytes
        })
}

#[test]
fn fields_lie_where_the_format_says() {
    let command = Command::transfer(
        CommandId::new(0x0102),
        AccountId::new(0x11),
        AccountId::new(0x22),
        Amount::from_units(0x33).unwrap(),
    )
    .with_reference(0x44)
    .with_deadline_ms(0x55)
    .with_expected_version(0x66)
    .with_token(TokenId(0x77))
    .with_flags(Flags::LINKED)
    .with_chain(Chain::Bnb);
    let record = CommandRecord::new(&command);
    let bytes = record.bytes();
    let mut expected = [0_u8; RECORD_BYTES];
    for (at, value) in [
        (0, 2),
        (1, 1),
        (16, 0x11),
        (32, 0x22),
        (48, 0x33),
        (80, 0x44),
        (96, 0x55),
        (104, 0x66),
        (112, 0x77),
        (120, 3),
        (122, 1),
        (124, 3),
    ] {
        expected[at] = value;
    }
    assert_eq!(bytes, expected);
}

#[test]
fn records_are_viewed_at_any_address() {
    let command = Command::open(CommandId::new(1), AccountId::new(2));
    let record = CommandRecord::new(&command);
    let mut bytes = vec![0xff];
    bytes.extend_from_slice(record.bytes());
    bytes.extend_from_slice(record.bytes());
    assert_eq!(
        CommandRecord::view(&bytes[1..]),
        Some(&[record, record][..])
    );
    assert_eq!(CommandRecord::view(&bytes), None);
    assert_eq!(CommandRecord::view(&[]), Some(&[][..]));
}

/// A record in which everything is wrong, and then less and less of it.
#[test]
fn the_first_fitting_status_of_shape_is_the_answer() {
    let mut record = CommandRecord::new(&Command::of_kind(Kind::Transfer, CommandId::new(0)));
    record.kind = 99.into();
    record.flags = u16::MAX.into();
    record.reserved = [0, 1, 0];
    record.chain = 9;
    record.timeout_s = 1.into();
    let status = |record: &CommandRecord| {
        record
            .command(Role::Regulator)
            .and_then(|command| command.check_shape())
            .map_err(|error| error.status)
    };
    assert_eq!(status(&record), Err(Status::IdReserved));
    record.id = 5.into();
    assert_eq!(status(&record), Err(Status::KindUnknown));
    record.kind = Kind::Transfer.number().into();
    assert_eq!(status(&record), Err(Status::FlagsUnknown));
    record.flags = 0.into();
    assert_eq!(status(&record), Err(Status::ReservedNotZero));
    record.reserved = [0; 3];
    assert_eq!(status(&record), Err(Status::FieldNotAllowed));
    record.chain = 0;
    assert_eq!(status(&record), Err(Status::FieldNotAllowed));
    record.timeout_s = 0.into();
    assert_eq!(status(&record), Err(Status::AmountZero));
    record.amount = u128::MAX.into();
    assert_eq!(status(&record), Err(Status::AmountTooLarge));
    record.timeout_s = 1.into();
    assert_eq!(
        status(&record),
        Err(Status::FieldNotAllowed),
        "before the amount"
    );
    record.timeout_s = 0.into();
    record.amount = 1.into();
    assert_eq!(status(&record), Err(Status::AccountsSame));
    record.credit = 1.into();
    assert_eq!(status(&record), Err(Status::RoleDenied));
}

proptest! {
    #[test]
    fn a_command_comes_back_from_its_record(bytes in any_record()) {
        let record = CommandRecord::view(&bytes).unwrap()[0];
        if let Ok(command) = record.command(Role::Holder) {
            prop_assert_eq!(CommandRecord::new(&command), record);
            let again = CommandRecord::new(&command).command(Role::Holder);
            prop_assert_eq!(again, Ok(command));
        }
    }

    #[test]
    fn any_bytes_are_a_command_or_a_refusal(bytes: [u8; 32], copies in 0..6_usize) {
        let bytes = bytes.repeat(copies);
        for record in CommandRecord::view(&bytes).into_iter().flatten() {
            let _ = record.command(Role::Operator).map(|command| command.check_shape());
        }
    }
}
