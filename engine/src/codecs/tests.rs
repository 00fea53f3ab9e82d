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

impl Parts {
    fn whole(&self) -> bool {
        self.odd & 8 != 0
    }

    fn profile(&self) -> Profile {
        Profile {
            level: (self.odd % 4) as u8,
            jurisdiction: *b"CH",
        }
    }

    /// These fields in JSON, by the part that each is.
    fn fields(&self, names: &[(&str, Field)]) -> Value {
        let text = |field: &Field| match field {
            Field::One => self.one.to_string(),
            Field::Other => self.other.to_string(),
            Field::Third => CommandId::new(self.third).to_string(),
            Field::Amount => self.amount.to_string(),
        };
        let pairs = names
            .iter()
            .map(|(name, field)| ((*name).to_owned(), json!(text(field))));
        pairs.collect::<serde_json::Map<_, _>>().into()
    }

    fn command(&self) -> Command {
        let Self {
            id,
            one,
            other,
            amount,
            odd,
            ..
        } = *self;
        let (hold, spender) = (CommandId::new(self.third), AccountId::new(self.third));
        match (Kind::ALL[self.kind], self.whole()) {
            (Kind::Open, _) => Command::open(id, one)
                .with_profile(self.profile())
                .with_address([7; 20]),
            (Kind::Mint, _) => Command::mint(id, one, amount),
            (Kind::Transfer, _) => Command::transfer(id, one, other, amount),
            (Kind::Burn, _) => Command::burn(id, one, amount).with_flags(Flags::FROM_FROZEN),
            (Kind::Approve, true) => Command::approve(id, one, other, Allowance::Unlimited),
            (Kind::Approve, false) => Command::approve(id, one, other, Allowance::Limited(amount)),
            (Kind::TransferFrom, _) => Command::transfer_from(id, spender, one, other, amount),
            (Kind::Freeze, true) => Command::freeze_whole(id, one),
            (Kind::Freeze, false) => Command::freeze(id, one, amount),
            (Kind::Unfreeze, true) => Command::unfreeze_whole(id, one),
            (Kind::Unfreeze, false) => Command::unfreeze(id, one, amount),
            (Kind::SetKyc, _) => Command::set_kyc(id, one, self.profile()),
            (Kind::Close, _) => Command::close(id, one),
            (Kind::Pause, _) => Command::pause(id, TokenId::FIRST),
            (Kind::Unpause, _) => Command::unpause(id, TokenId::FIRST),
            (Kind::Hold, _) => Command::hold_for(id, one, other, amount, odd),
            (Kind::Post, true) => Command::post_all(id, hold),
            (Kind::Post, false) => Command::post(id, hold, amount),
            (Kind::Void | Kind::Expire, _) => Command::void(id, hold),
        }
    }

    /// The fields that its kind takes, in JSON.
    fn json(&self) -> Value {
        use Field::{Amount, One, Other, Third};
        let moved = [("debit", One), ("credit", Other), ("amount", Amount)];
        let (mut value, flag) = match (Kind::ALL[self.kind], self.whole()) {
            (Kind::Mint, _) | (Kind::Freeze | Kind::Unfreeze, false) => {
                (self.fields(&[("account", One), ("amount", Amount)]), None)
            }
            (Kind::Burn, _) => (
                self.fields(&[("account", One), ("amount", Amount)]),
                Some("from_frozen"),
            ),
            (Kind::Freeze | Kind::Unfreeze, true) => {
                (self.fields(&[("account", One)]), Some("whole"))
            }
            (Kind::Open | Kind::SetKyc | Kind::Close, _) => {
                (self.fields(&[("account", One)]), None)
            }
            (Kind::Transfer | Kind::Hold, _) => (self.fields(&moved), None),
            (Kind::TransferFrom, _) => (
                self.fields(&[&moved[..], &[("spender", Third)]].concat()),
                None,
            ),
            (Kind::Approve, true) => (
                self.fields(&[("owner", One), ("spender", Other)]),
                Some("unlimited"),
            ),
            (Kind::Approve, false) => (
                self.fields(&[("owner", One), ("spender", Other), ("amount", Amount)]),
                None,
            ),
            (Kind::Post, true) => (self.fields(&[("hold", Third)]), Some("all")),
            (Kind::Post, false) => (self.fields(&[("hold", Third), ("amount", Amount)]), None),
            (Kind::Void | Kind::Expire, _) => (self.fields(&[("hold", Third)]), None),
            (Kind::Pause | Kind::Unpause, _) => (json!({}), None),
        };
        if let Some(flag) = flag {
            value[flag] = json!(true);
        }
        value
    }
}

/// Which part a field is.
#[derive(Debug, Clone, Copy)]
enum Field {
    One,
    Other,
    Third,
    Amount,
}

/// A command of a kind that callers send, and the same in JSON.
fn both(parts: Parts) -> (Command, Value) {
    let (mut command, mut value) = (parts.command(), parts.json());
    let (kind, odd) = (command.kind(), parts.odd);
    if matches!(kind, Kind::Open | Kind::SetKyc) {
        value["kyc_level"] = json!(parts.profile().level);
        value["jurisdiction"] = json!("CH");
    }
    if kind == Kind::Open {
        value["address"] = json!(format!("0x{}", "07".repeat(20)));
    }
    if kind == Kind::Hold {
        value["timeout_s"] = json!(odd);
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
    value["kind"] = json!(kind.name());
    value["id"] = json!(parts.id.to_string());
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
