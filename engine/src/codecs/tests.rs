//! A command is the same in every form, for every reader, and no bytes make a reader panic.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::amount::Amount;
use crate::json;
use crate::ledger::{
    AccountId, Allowance, Chain, CommandId, CommandRecord, Flags, Profile, TokenId,
};
use proptest::prelude::*;
use prost::Message;
use serde_json::{Value, json};

const READERS: [ProtobufReader; 2] = [ProtobufReader::Prost, ProtobufReader::View];

/// What commands are made of.
#[derive(Debug, Clone, Copy)]
struct Parts {
    kind: usize,
    id: CommandId,
    one: AccountId,
    other: AccountId,
    third: u128,
    amount: Amount,
    odd: u32,
}

fn parts() -> impl Strategy<Value = Parts> {
    let amount = (1..=Amount::MAX.units()).prop_map(|units| Amount::from_units(units).unwrap());
    let wide = || 1..u128::MAX;
    (
        0..15_usize,
        wide(),
        wide(),
        wide(),
        wide(),
        amount,
        any::<u32>(),
    )
        .prop_map(|(kind, id, one, other, third, amount, odd)| Parts {
            kind,
            id: CommandId::new(id),
            one: AccountId::new(one),
            other: AccountId::new(other),
            third,
            amount,
            odd,
        })
}

fn words(pairs: &[(&str, String)]) -> Value {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// A command of a kind that callers send, and the same in JSON.
fn both(parts: Parts) -> (Command, Value) {
    let Parts {
        id,
        one,
        other,
        amount,
        odd,
        ..
    } = parts;
    let (hold, spender) = (CommandId::new(parts.third), AccountId::new(parts.third));
    let profile = Profile {
        level: (odd % 4) as u8,
        jurisdiction: *b"CH",
    };
    let [a, b, c, much] = [
        one.to_string(),
        other.to_string(),
        hold.to_string(),
        amount.to_string(),
    ];
    let sides = || {
        words(&[
            ("debit", a.clone()),
            ("credit", b.clone()),
            ("amount", much.clone()),
        ])
    };
    let sized = || words(&[("account", a.clone()), ("amount", much.clone())]);
    let whole = odd & 8 != 0;
    let (mut command, mut value) = match Kind::ALL[parts.kind] {
        Kind::Open => {
            let command = Command::open(id, one)
                .with_profile(profile)
                .with_address([7; 20]);
            let address = format!("0x{}", "07".repeat(20));
            (
                command,
                words(&[
                    ("account", a),
                    ("jurisdiction", "CH".to_owned()),
                    ("address", address),
                ]),
            )
        }
        Kind::Mint => (Command::mint(id, one, amount), sized()),
        Kind::Transfer => (Command::transfer(id, one, other, amount), sides()),
        Kind::Burn => (
            Command::burn(id, one, amount).with_flags(Flags::FROM_FROZEN),
            sized(),
        ),
        Kind::Approve => {
            let allowance = if whole {
                Allowance::Unlimited
            } else {
                Allowance::Limited(amount)
            };
            let mut value = words(&[("owner", a), ("spender", b)]);
            if whole {
                value["unlimited"] = json!(true);
            } else {
                value["amount"] = json!(much);
            }
            (Command::approve(id, one, other, allowance), value)
        }
        Kind::TransferFrom => {
            let mut value = sides();
            value["spender"] = json!(c);
            (
                Command::transfer_from(id, spender, one, other, amount),
                value,
            )
        }
        Kind::Freeze if whole => (
            Command::freeze_whole(id, one),
            json!({"account": a, "whole": true}),
        ),
        Kind::Freeze => (Command::freeze(id, one, amount), sized()),
        Kind::Unfreeze if whole => (
            Command::unfreeze_whole(id, one),
            json!({"account": a, "whole": true}),
        ),
        Kind::Unfreeze => (Command::unfreeze(id, one, amount), sized()),
        Kind::SetKyc => (
            Command::set_kyc(id, one, profile),
            words(&[("account", a), ("jurisdiction", "CH".to_owned())]),
        ),
        Kind::Close => (Command::close(id, one), json!({"account": a})),
        Kind::Pause => (Command::pause(id, TokenId::FIRST), json!({})),
        Kind::Unpause => (Command::unpause(id, TokenId::FIRST), json!({})),
        Kind::Hold => {
            let mut value = sides();
            value["timeout_s"] = json!(odd);
            (Command::hold_for(id, one, other, amount, odd), value)
        }
        Kind::Post if whole => (Command::post_all(id, hold), json!({"hold": c, "all": true})),
        Kind::Post => (
            Command::post(id, hold, amount),
            json!({"hold": c, "amount": much}),
        ),
        Kind::Void | Kind::Expire => (Command::void(id, hold), json!({"hold": c})),
    };
    if matches!(command.kind(), Kind::Open | Kind::SetKyc) {
        value["kyc_level"] = json!(profile.level);
    }
    if command.kind() == Kind::Burn {
        value["from_frozen"] = json!(true);
    }
    if odd & 16 != 0 {
        command = command
            .with_deadline_ms(u64::from(odd))
            .with_chain(Chain::Eth);
        value["deadline_ms"] = json!(odd);
        value["chain"] = json!("eth");
    }
    if odd & 32 != 0 {
        command = command.with_flags(Flags::LINKED);
        value["linked"] = json!(true);
    }
    value["kind"] = json!(command.kind().name());
    value["id"] = json!(id.to_string());
    (command.with_role(Role::Operator), value)
}

/// Protobuf with damage: bytes that get deep into a reader.
fn nearly_protobuf() -> impl Strategy<Value = Vec<u8>> {
    let damage = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    let extra = prop::collection::vec(any::<u8>(), 0..12);
    (
        prop::collection::vec(parts(), 1..3),
        damage,
        extra,
        any::<bool>(),
    )
        .prop_map(|(parts, damage, extra, at_front)| {
            let commands: Vec<_> = parts.into_iter().map(|one| both(one).0).collect();
            let mut bytes = proto::message_of(&commands).encode_to_vec();
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if at_front {
                bytes.splice(0..0, extra);
            } else {
                bytes.extend(extra);
            }
            bytes
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn a_command_survives_every_codec_and_is_equal_across_them(parts in parts()) {
        let (command, value) = both(parts);
        let record = CommandRecord::new(&command);
        prop_assert_eq!(CommandRecord::view(record.bytes()).unwrap()[0].command(Role::Operator), Ok(command));
        let batch = proto::message_of(&[command]);
        let one = Bytes::from(batch.commands[0].encode_to_vec());
        let many = Bytes::from(batch.encode_to_vec());
        let linked = command.flags().has(Flags::LINKED);
        for reader in READERS {
            prop_assert_eq!(reader.command(one.clone(), None, Role::Operator).unwrap(), command);
            prop_assert_eq!(reader.batch(many.clone(), Role::Operator).unwrap(), vec![(Ok(command), linked)]);
        }
        let text = value.to_string();
        let read = json::decode_command(text.as_bytes(), None, None).unwrap().with_role(Role::Operator);
        prop_assert_eq!(read, command, "{}", text);
        let text = format!("[{text}]");
        let read = json::decode_batch(text.as_bytes()).unwrap();
        prop_assert_eq!(read[0].0.as_ref().unwrap().with_role(Role::Operator), command);
    }

    #[test]
    fn both_readers_of_protobuf_accept_and_refuse_the_same(
        bytes in prop_oneof![nearly_protobuf(), prop::collection::vec(any::<u8>(), 0..64)],
    ) {
        let bytes = Bytes::from(bytes);
        let [prost, view] = READERS.map(|reader| reader.batch(bytes.clone(), Role::Operator));
        prop_assert_eq!(prost.is_ok(), view.is_ok(), "{:?} {:?}", prost, view);
        if let (Ok(prost), Ok(view)) = (prost, view) {
            prop_assert_eq!(prost, view);
        }
        let [prost, view] = READERS.map(|reader| reader.command(bytes.clone(), Some(Kind::Mint), Role::Operator));
        prop_assert_eq!(prost.is_ok(), view.is_ok(), "{:?} {:?}", prost, view);
        if let (Ok(prost), Ok(view)) = (prost, view) {
            prop_assert_eq!(prost, view);
        }
    }

    #[test]
    fn a_list_of_codecs_is_read_or_refused(text in "[a-z,]{0,12}") {
        if let Ok(codecs) = text.parse::<Codecs>() {
            prop_assert_eq!(codecs.to_string().parse(), Ok(codecs));
        }
    }
}

#[test]
fn groups_are_skipped_as_deep_as_messages_may_be() {
    let nested = |depth: usize| [vec![14 << 3 | 3; depth], vec![14 << 3 | 4; depth]].concat();
    for (bytes, ok) in [
        (nested(1), true),
        (nested(50), true),
        (nested(200), false),
        (vec![14 << 3 | 3], false),
        (vec![14 << 3 | 4], false),
        (vec![14 << 3 | 3, 15 << 3 | 4], false),
        (vec![0], false),
        (vec![1 << 3 | 6], false),
        ([vec![14 << 3], vec![0xff; 9], vec![1]].concat(), true),
        ([vec![14 << 3], vec![0xff; 9], vec![2]].concat(), false),
    ] {
        for reader in READERS {
            let read = reader.batch(Bytes::from(bytes.clone()), Role::Operator);
            assert_eq!(read.is_ok(), ok, "{reader:?} {bytes:?} {read:?}");
        }
    }
}
