#![allow(clippy::unwrap_used, reason = "tests")]

use super::wire::answer::{CommandAnswer, EntryAnswer};
use super::*;
use crate::amount::Amount;
use crate::ledger::{
    AccountId, Allowance, Chain, Command, CommandId, Flags, Kind, Ledger, Limits, Profile,
    Sequence, Status, TokenId,
};
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

fn transfer_of(body: &[u8], key: Option<CommandId>) -> Result<Command, DecodeError> {
    decode_command(body, key, Some(Kind::Transfer))
}

fn mint_of(body: &[u8], key: Option<CommandId>) -> Result<Command, DecodeError> {
    decode_command(body, key, Some(Kind::Mint))
}

fn any_of(body: &[u8], key: Option<CommandId>) -> Result<Command, DecodeError> {
    decode_command(body, key, None)
}

fn code(body: &str) -> &'static str {
    transfer_of(body.as_bytes(), None).unwrap_err().code()
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
            transfer_of(body.as_bytes(), None).unwrap(),
            transfer(),
            "{body}"
        );
    }
}

#[test]
fn the_key_may_stand_in_the_head_or_in_both_but_not_differ() {
    let key = Some(CommandId::new(0xff));
    let without = format!(r#"{{"debit":"{ONE}","credit":"{TWO}","amount":"1.5"}}"#);
    assert_eq!(transfer_of(without.as_bytes(), key).unwrap(), transfer());
    let with = transfer_body("\"1.5\"");
    assert_eq!(transfer_of(with.as_bytes(), key).unwrap(), transfer());
    let error = transfer_of(with.as_bytes(), Some(CommandId::new(1))).unwrap_err();
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
    let error = mint_of(br#"{"id":"x","account":"y"}"#, None).unwrap_err();
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

proptest! {
    #[test]
    fn a_page_of_a_statement_is_the_json_that_a_serializer_would_write(
        amounts in prop::collection::vec((any::<bool>(), 1_u128..1 << 100), 0..12),
        limit in 1_usize..12,
    ) {
        let mut ledger = Ledger::new(Limits::default());
        let [one, two] = [1, 2].map(AccountId::new);
        for (key, account) in [(1, one), (2, two)] {
            ledger.apply(0, &Command::open(CommandId::new(key), account));
        }
        for (key, (is_mint, units)) in (0x100..).zip(&amounts) {
            let (key, amount) = (CommandId::new(key), Amount::from_units(*units).unwrap());
            let command = if *is_mint {
                Command::mint(key, one, amount)
            } else {
                Command::transfer(key, one, two, amount)
            };
            ledger.apply(0, &command);
        }
        let page = ledger.statement(one, None, limit).unwrap();
        let lines = page.lines.iter().map(|line| {
            let command = line.entry.command();
            serde_json::json!({
                "sequence": line.sequence.get(),
                "id": command.id().to_string(),
                "kind": command.kind().name(),
                "debit": command.debit().map(|id| id.to_string()),
                "credit": command.credit().map(|id| id.to_string()),
                "amount": command.amount().map(|amount| amount.to_string()),
                "balance": line.balance.to_string(),
            })
        });
        let expected = serde_json::json!({
            "entries": lines.collect::<Vec<_>>(),
            "next": page.next.map(Sequence::get),
        });
        let written = encode_statement(&page);
        prop_assert_eq!(serde_json::from_slice::<serde_json::Value>(&written).unwrap(), expected);
    }
}

#[test]
fn every_kind_is_read_by_its_name() {
    let key = CommandId::new(0xff);
    let (one, two) = (AccountId::new(1), AccountId::new(2));
    let amount = Amount::parse("1.5").unwrap();
    let hold = CommandId::new(1);
    let pair = format!(r#""debit":"{ONE}","credit":"{TWO}","amount":"1.5""#);
    let cases = [
        (format!(r#""kind":"transfer",{pair}"#), transfer()),
        (
            format!(r#""kind":"burn","account":"{ONE}","amount":"1.5","from_frozen":true"#),
            Command::burn(key, one, amount).with_flags(Flags::FROM_FROZEN),
        ),
        (
            format!(
                r#""kind":"approve","owner":"{ONE}","spender":"{TWO}","unlimited":true,"expected":"1.5""#
            ),
            Command::approve(key, one, two, Allowance::Unlimited)
                .with_expected_allowance(Allowance::Limited(amount)),
        ),
        (
            format!(r#""kind":"transfer_from","spender":"{TWO}",{pair}"#),
            Command::transfer_from(key, two, one, two, amount),
        ),
        (
            format!(r#""kind":"freeze","account":"{ONE}","whole":true"#),
            Command::freeze_whole(key, one),
        ),
        (
            format!(r#""kind":"unfreeze","account":"{ONE}","amount":"1.5""#),
            Command::unfreeze(key, one, amount),
        ),
        (
            format!(r#""kind":"set_kyc","account":"{ONE}","kyc_level":2,"jurisdiction":"DE""#),
            Command::set_kyc(
                key,
                one,
                Profile {
                    level: 2,
                    jurisdiction: *b"DE",
                },
            ),
        ),
        (
            format!(r#""kind":"close","account":"{ONE}","expected_version":3"#),
            Command::close(key, one).with_expected_version(3),
        ),
        (
            r#""kind":"pause","token":7"#.to_owned(),
            Command::pause(key, TokenId(7)),
        ),
        (
            format!(r#""kind":"hold",{pair},"timeout_s":9,"linked":true"#),
            Command::hold_for(key, one, two, amount, 9).with_flags(Flags::LINKED),
        ),
        (
            format!(r#""kind":"post","hold":"{ONE}","all":true"#),
            Command::post_all(key, hold),
        ),
        (
            format!(r#""kind":"post","hold":"{ONE}","amount":"1.5","debit":"{ONE}""#),
            Command::post(key, hold, amount).with_sides(one, AccountId::new(0)),
        ),
        (
            format!(r#""kind":"void","hold":"{ONE}","chain":"eth","reference":"{TWO}""#),
            Command::void(key, hold)
                .with_chain(Chain::Eth)
                .with_reference(2),
        ),
        (
            format!(
                r#""kind":"open","account":"{ONE}","address":"0x0102030405060708090a0b0c0d0e0f1011121314""#
            ),
            Command::open(key, one).with_address(std::array::from_fn(|at| at as u8 + 1)),
        ),
    ];
    for (fields, command) in cases {
        let body = format!(r#"{{"id":"{KEY}",{fields}}}"#);
        assert_eq!(any_of(body.as_bytes(), None).unwrap(), command, "{body}");
        assert_eq!(command.check_shape(), Ok(()), "{body}");
    }
}

#[test]
fn what_a_kind_does_not_take_is_refused_by_name() {
    for (fields, code, field) in [
        (r#""kind":"fly""#.to_owned(), "kind_unknown", "kind"),
        (r#""kind":"expire""#.to_owned(), "kind_unknown", "kind"),
        (r#""account":"x""#.to_owned(), "field_missing", "kind"),
        (
            format!(r#""kind":"close","account":"{ONE}","amount":"1""#),
            "field_not_allowed",
            "amount",
        ),
        (
            format!(r#""kind":"burn","account":"{ONE}","amount":"1","all":true"#),
            "field_not_allowed",
            "all",
        ),
        (
            format!(r#""kind":"void","hold":"{ONE}","timeout_s":1"#),
            "field_not_allowed",
            "timeout_s",
        ),
        (
            format!(r#""kind":"set_kyc","account":"{ONE}""#),
            "field_missing",
            "kyc_level",
        ),
        (
            format!(r#""kind":"set_kyc","account":"{ONE}","kyc_level":1,"jurisdiction":"de""#),
            "word_unknown",
            "jurisdiction",
        ),
    ] {
        let body = format!(r#"{{"id":"{KEY}",{fields}}}"#);
        let error = any_of(body.as_bytes(), None).unwrap_err();
        assert_eq!((error.code(), error.field()), (code, Some(field)), "{body}");
    }
    let contradicted = format!(r#"{{"id":"{KEY}","kind":"mint","account":"{ONE}","amount":"1"}}"#);
    assert_eq!(code(&contradicted), "field_not_allowed");
}

#[test]
fn a_member_of_a_batch_that_is_none_does_not_spoil_the_others() {
    let body = format!(
        r#"[{{"kind":"close","account":"{ONE}","id":"{KEY}"}}, {{"kind":"fly"}}, {{"kind":"close","id":"{KEY}"}}]"#
    );
    let read = decode_batch(body.as_bytes()).unwrap();
    let statuses: Vec<_> = read
        .iter()
        .map(|(one, _)| one.as_ref().err().map(DecodeError::status))
        .collect();
    assert_eq!(
        statuses,
        [
            None,
            Some(Status::KindUnknown),
            Some(Status::FieldNotAllowed)
        ]
    );
    assert_eq!(decode_batch(b"{}").unwrap_err().code(), "body_invalid");
    assert_eq!(decode_batch(b"[").unwrap_err().code(), "json_malformed");
}

#[test]
fn an_airdrop_names_amounts_or_weights_but_not_both() {
    let read = |fields: &str| {
        let body = format!(r#"{{"id":"{KEY}","source":"{ONE}",{fields}}}"#);
        decode_airdrop(body.as_bytes(), None).map(|airdrop| airdrop.shares)
    };
    let one = Amount::parse("1").unwrap();
    let equal = Shares::Amounts(vec![(AccountId::new(2), one)]);
    assert_eq!(
        read(&format!(r#""each":"1","to":[{{"account":"{TWO}"}}]"#)).unwrap(),
        equal
    );
    assert_eq!(
        read(&format!(r#""to":[{{"account":"{TWO}","amount":"1"}}]"#)).unwrap(),
        equal
    );
    let weighted = Shares::Weights {
        total: one,
        weights: vec![(AccountId::new(2), 3)],
    };
    assert_eq!(
        read(&format!(
            r#""total":"1","to":[{{"account":"{TWO}","weight":3}}]"#
        ))
        .unwrap(),
        weighted
    );
    for (fields, code) in [
        (r#""each":"1""#.to_owned(), "field_missing"),
        (
            format!(r#""total":"1","each":"1","to":[{{"account":"{TWO}"}}]"#),
            "field_not_allowed",
        ),
        (
            format!(r#""total":"1","to":[{{"account":"{TWO}","amount":"1"}}]"#),
            "field_not_allowed",
        ),
        (
            format!(r#""total":"1","to":[{{"account":"{TWO}"}}]"#),
            "field_missing",
        ),
    ] {
        assert_eq!(read(&fields).unwrap_err().code(), code, "{fields}");
    }
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
        for decode in [decode_open, mint_of, transfer_of, any_of] {
            if let Err(error) = decode(&body, key) {
                prop_assert!(!error.to_string().is_empty());
            }
        }
        let _ = decode_batch(&body);
        let _ = decode_airdrop(&body, key);
    }

    #[test]
    fn a_command_comes_back(id: u128, debit: u128, credit: u128, units in 0..=Amount::MAX.units()) {
        let amount = Amount::from_units(units).unwrap();
        let (id, debit, credit) = (CommandId::new(id), AccountId::new(debit), AccountId::new(credit));
        let body = format!(r#"{{"id":"{id}","debit":"{debit}","credit":"{credit}","amount":"{amount}"}}"#);
        prop_assert_eq!(transfer_of(body.as_bytes(), None).unwrap(), Command::transfer(id, debit, credit, amount));
    }
}
