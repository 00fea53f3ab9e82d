#![allow(clippy::unwrap_used, reason = "tests")]

use super::wire::answer::{CommandAnswer, EntryAnswer};
use super::*;
use crate::amount::Amount;
use crate::ledger::{AccountId, Command, CommandId, Ledger, Limits, Sequence};
use proptest::prelude::*;

const ONE: &str = "00000000-0000-0000-0000-000000000001";
const TWO: &str = "00000000-0000-0000-0000-000000000002";
const KEY: &str = "00000000-0000-0000-0000-0000000000ff";

fn transfer_body(amount: &str) -> String {
    format!(r#"{{"id":"{KEY}","debit":"{ONE}","credit":"{TWO}","amount":{amount}}}"#)
}

fn transfer() -> Command {
    Command::transfer(
        CommandId::new(0xff),
        AccountId::new(1),
        AccountId::new(2),
        Amount::parse("1.5").unwrap(),
    )
}

fn code(body: &str) -> &'static str {
    decode_transfer(body.as_bytes(), None).unwrap_err().code()
}

#[test]
fn members_may_stand_in_any_order_with_blanks_and_escapes() {
    for body in [
        transfer_body("\"1.5\""),
        format!(
            " {{ \"amount\" : \"1.5\",\n\"credit\":\"{TWO}\",\t\"debit\":\"{ONE}\",\"id\":\"{KEY}\" }} "
        ),
        transfer_body(r#""\u0031.50""#),
    ] {
        assert_eq!(
            decode_transfer(body.as_bytes(), None).unwrap(),
            transfer(),
            "{body}"
        );
    }
}

#[test]
fn the_key_may_stand_in_the_head_or_in_both_but_not_differ() {
    let key = Some(CommandId::new(0xff));
    let without = format!(r#"{{"debit":"{ONE}","credit":"{TWO}","amount":"1.5"}}"#);
    assert_eq!(
        decode_transfer(without.as_bytes(), key).unwrap(),
        transfer()
    );
    let with = transfer_body("\"1.5\"");
    assert_eq!(decode_transfer(with.as_bytes(), key).unwrap(), transfer());
    let error = decode_transfer(with.as_bytes(), Some(CommandId::new(1))).unwrap_err();
    assert_eq!(error.code(), "idempotency_key_mismatch");
    assert_eq!(code(&without), "field_missing");
}

#[test]
fn an_open_takes_the_account_as_its_key_unless_it_is_given_one() {
    let body = format!(r#"{{"id":"{ONE}"}}"#);
    let account = AccountId::new(1);
    assert_eq!(
        decode_open(body.as_bytes(), None).unwrap(),
        Command::open(CommandId::new(1), account)
    );
    assert_eq!(
        decode_open(body.as_bytes(), Some(CommandId::new(7))).unwrap(),
        Command::open(CommandId::new(7), account)
    );
}

#[test]
fn each_fault_has_its_code() {
    for (body, expected) in [
        ("", "json_malformed"),
        ("{", "json_malformed"),
        ("{}x", "json_malformed"),
        ("\u{0}", "json_malformed"),
        ("{}", "field_missing"),
        ("[]", "body_invalid"),
        ("null", "body_invalid"),
        ("\"text\"", "body_invalid"),
        (r#"{"id":null}"#, "field_missing"),
        (r#"{"id":true}"#, "body_invalid"),
        (r#"{"id":{}}"#, "body_invalid"),
        (r#"{"id":"1"}"#, "id_malformed"),
        (r#"{"id":1}"#, "number_refused"),
        (r#"{"memo":"hello"}"#, "body_invalid"),
        (r#"{"amount":"1","amount":"1"}"#, "body_invalid"),
    ] {
        assert_eq!(code(body), expected, "{body}");
    }
    for (amount, expected) in [
        ("1.5", "number_refused"),
        ("1", "number_refused"),
        ("-1", "number_refused"),
        ("\"-1\"", "amount_malformed"),
        ("\"01\"", "amount_malformed"),
        ("\"1000000000000000000\"", "amount_too_large"),
        ("\"0.0000000000000000001\"", "amount_too_precise"),
    ] {
        assert_eq!(code(&transfer_body(amount)), expected, "{amount}");
    }
}

#[test]
fn an_array_of_the_fields_is_no_command() {
    let body = format!(r#" ["{KEY}","{ONE}","{TWO}","1"]"#);
    assert_eq!(code(&body), "body_invalid");
}

#[test]
fn a_fault_names_its_field() {
    let error = decode_mint(br#"{"id":"x","account":"y"}"#, None).unwrap_err();
    assert_eq!(error.field(), Some("id"));
    assert!(
        error.to_string().starts_with("\"id\": an id is written as"),
        "{error}"
    );
}

#[test]
fn answers_have_a_fixed_form() {
    let answer = CommandAnswer::ok(CommandId::new(0xff), Sequence::FIRST, true);
    assert_eq!(
        String::from_utf8(encode(&answer)).unwrap(),
        format!(r#"{{"id":"{KEY}","status":"ok","sequence":1,"replayed":true}}"#)
    );
}

#[test]
fn an_entry_shows_null_for_what_its_kind_lacks() {
    let mut ledger = Ledger::new(Limits::default());
    ledger.apply(0, &Command::open(CommandId::new(1), AccountId::new(1)));
    ledger.apply(0, &transfer());
    let shown = |key| {
        let (sequence, entry) = ledger.entry(CommandId::new(key)).unwrap();
        String::from_utf8(encode(&EntryAnswer::new(sequence, &entry))).unwrap()
    };
    assert_eq!(
        shown(1),
        format!(
            r#"{{"sequence":1,"id":"{ONE}","kind":"open","debit":"{ONE}","credit":null,"amount":null,"status":"ok"}}"#
        )
    );
    assert_eq!(
        shown(0xff),
        format!(
            r#"{{"sequence":2,"id":"{KEY}","kind":"transfer","debit":"{ONE}","credit":"{TWO}","amount":"1.5","status":"credit_unknown"}}"#
        )
    );
}

/// Texts that get deep into the reader.
fn nearly_json() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "id",
        "\"id\"",
        "\"debit\"",
        "\"credit\"",
        "\"account\"",
        "\"amount\"",
        "\"1.5\"",
        "\\u0031",
        "\\",
        "1e999",
        "-0",
        "null",
        "true",
        " ",
        "\"00000000-0000-0000-0000-000000000001\"",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn any_bytes_are_a_command_or_an_error(
        body in prop_oneof![prop::collection::vec(any::<u8>(), 0..200), nearly_json()],
        key in prop::option::of(any::<u128>().prop_map(CommandId::new)),
    ) {
        for decode in [decode_open, decode_mint, decode_transfer] {
            if let Err(error) = decode(&body, key) {
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }

    #[test]
    fn a_command_comes_back(id: u128, debit: u128, credit: u128, units in 0..=Amount::MAX.units()) {
        let amount = Amount::from_units(units).unwrap();
        let (id, debit, credit) = (CommandId::new(id), AccountId::new(debit), AccountId::new(credit));
        let body = format!(r#"{{"id":"{id}","debit":"{debit}","credit":"{credit}","amount":"{amount}"}}"#);
        prop_assert_eq!(decode_transfer(body.as_bytes(), None).unwrap(), Command::transfer(id, debit, credit, amount));
    }
}
