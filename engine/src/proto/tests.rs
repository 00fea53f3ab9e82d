#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::amount::Amount;
use crate::ledger::{AccountId, CommandId, RECORD_BYTES};
use proptest::prelude::*;

fn transfer() -> Command {
    let amount = Amount::from_units(7).unwrap();
    Command::transfer(
        CommandId::new(1),
        AccountId::new(2),
        AccountId::new(3),
        amount,
    )
}

#[test]
fn the_kind_of_the_path_may_be_left_out_and_must_not_be_contradicted() {
    let mut message = encode_command(&transfer());
    message.kind = 0;
    let body = Bytes::from(message.encode_to_vec());
    let read = |body: &Bytes, kind| decode_command(body.clone(), kind, Role::Operator);
    assert_eq!(read(&body, Some(Kind::Transfer)).unwrap(), transfer());
    assert!(read(&body, None).is_err());
    let body = Bytes::from(encode_command(&transfer()).encode_to_vec());
    assert_eq!(read(&body, None).unwrap(), transfer());
    assert!(read(&body, Some(Kind::Hold)).is_err());
}

#[test]
fn a_number_of_another_length_is_refused_by_name() {
    let mut message = encode_command(&transfer());
    message.credit = Bytes::from_static(&[1; 15]);
    let error = command(&Fields::of(&message), Role::Operator).unwrap_err();
    assert_eq!(
        (error.status, error.field),
        (Status::FieldNotAllowed, "credit")
    );
}

proptest! {
    #[test]
    fn a_command_is_the_same_in_every_form(bytes: [u8; 32], more: [u8; 32], kind in 1..17_u16, flags in 0..64_u16) {
        let mut record = [0; RECORD_BYTES];
        record[..32].copy_from_slice(&bytes);
        record[32..62].copy_from_slice(&more[..30]);
        record[112] = 1;
        record[120] = kind as u8;
        record[122] = flags as u8;
        let record = CommandRecord::view(&record).unwrap()[0];
        if let Ok(command) = record.command(Role::Operator) {
            let body = encode_command(&command).encode_to_vec();
            let read = decode_command(Bytes::from(body), None, Role::Operator).unwrap();
            prop_assert_eq!(read, command);
            prop_assert_eq!(CommandRecord::new(&read), record);
        }
    }

    #[test]
    fn any_bytes_are_a_batch_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let bytes = Bytes::from(bytes);
        let _ = decode_batch(bytes.clone(), Role::Holder);
        let _ = decode_command(bytes, None, Role::Holder);
    }

    #[test]
    fn a_batch_cut_anywhere_does_not_panic(count in 1..5_usize, cut in 0..400_usize) {
        let commands = vec![encode_command(&transfer()); count];
        let body = CommandBatch { commands }.encode_to_vec();
        let whole = decode_batch(Bytes::from(body.clone()), Role::Operator).unwrap();
        prop_assert_eq!(whole, vec![(Ok(transfer()), false); count]);
        let _ = decode_batch(Bytes::from(body[..cut.min(body.len())].to_vec()), Role::Operator);
    }
}
