//! Payloads of webhooks: what happened elsewhere, as a command of ours.

use super::{DecodeError, required};
use crate::evidence::NAME_BYTES_MAX;
use crate::json::wire::request::{Hex32, Text, Word};
use crate::json::wire::webhook::DeliveryBody;
use crate::ledger::{Chain, Command, CommandId, TokenId};

/// A delivery as it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The provider's own id of the event.
    pub event: String,
    /// What it does, still without a key.
    command: Command,
    /// The submission on the chain.
    pub tx_hash: Option<[u8; 32]>,
}

impl Delivery {
    /// The command under its key.
    pub fn command(&self, id: CommandId) -> Command {
        self.command.with_id(id)
    }
}

/// Reads a payload; `event` is the id from the head, for forms that have it there.
pub(super) fn read(body: DeliveryBody, event: Option<&str>) -> Result<Delivery, DecodeError> {
    let event = match event {
        Some(event) => event.to_owned(),
        None => named(body.event)?,
    };
    let kind = required("type", body.kind)?;
    let account = required("account", body.account)?;
    let amount = required("amount", body.amount)?;
    let id = CommandId::new(0);
    let command = match kind {
        Word::Deposit => Command::mint(id, account, amount),
        Word::Redemption => Command::burn(id, account, amount),
    };
    let chain = maybe("chain", body.chain)?.unwrap_or(Chain::Local);
    let token = body.token.map_or(TokenId::FIRST, TokenId);
    let tx_hash = maybe("tx_hash", body.tx_hash)?;
    Ok(Delivery {
        event,
        command: command.with_chain(chain).with_token(token),
        tx_hash: tx_hash.map(|Hex32(hash)| hash),
    })
}

fn maybe<T>(field: &'static str, text: Option<Text<T>>) -> Result<Option<T>, DecodeError> {
    text.map(|text| required(field, Some(text))).transpose()
}

fn named(event: Option<String>) -> Result<String, DecodeError> {
    let event = event.ok_or(DecodeError::Missing { field: "event" })?;
    if (1..=NAME_BYTES_MAX).contains(&event.len()) {
        return Ok(event);
    }
    let expected = "a text of 1 to 128 bytes";
    let field = "event";
    Err(DecodeError::Word { field, expected })
}

#[cfg(test)]
mod tests {
    use crate::json::decode_delivery;
    use crate::ledger::{Chain, CommandId, Kind};
    use proptest::prelude::*;

    const ACCOUNT: &str = "00000000-0000-0000-0000-000000000001";

    fn body(rest: &str) -> String {
        format!(r#"{{"event":"e-1","type":"deposit","account":"{ACCOUNT}","amount":"1.5"{rest}}}"#)
    }

    #[test]
    fn a_deposit_mints_and_a_redemption_burns() {
        let hash = "ab".repeat(32);
        let extra = format!(r#","chain":"eth","tx_hash":"0x{hash}","theirs":[1]"#);
        let delivery = decode_delivery(body(&extra).as_bytes(), None).unwrap();
        assert_eq!(delivery.event, "e-1");
        assert_eq!(delivery.tx_hash, Some([0xab; 32]));
        let command = delivery.command(CommandId::new(7));
        assert_eq!((command.kind(), command.chain()), (Kind::Mint, Chain::Eth));
        let redemption = body("").replace("deposit", "redemption");
        let delivery = decode_delivery(redemption.as_bytes(), Some("from the head")).unwrap();
        assert_eq!(delivery.event, "from the head");
        assert_eq!(delivery.command(CommandId::new(7)).kind(), Kind::Burn);
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        for (from, to, code) in [
            (r#""event":"e-1","#, "", "field_missing"),
            (r#""e-1""#, r#""""#, "word_unknown"),
            (r#""deposit""#, r#""gift""#, "word_unknown"),
            (r#""1.5""#, "1.5", "number_refused"),
            ("0000001\"", "1\"", "id_malformed"),
            ("{", "[", "json_malformed"),
        ] {
            let body = body("").replacen(from, to, 1);
            let error = decode_delivery(body.as_bytes(), None).unwrap_err();
            assert_eq!(error.code(), code, "{body}");
        }
        let long = body("").replace("e-1", &"e".repeat(129));
        assert!(decode_delivery(long.as_bytes(), None).is_err());
        let short = body(r#","tx_hash":"0x12""#);
        assert!(decode_delivery(short.as_bytes(), None).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = decode_delivery(&bytes, None);
        }

        #[test]
        fn any_values_are_read_or_refused(event: String, kind: String, account: String, amount: String, hash: String) {
            let text = |text: &str| serde_json::to_string(text).unwrap();
            let body = format!(
                r#"{{"event":{},"type":{},"account":{},"amount":{},"tx_hash":{}}}"#,
                text(&event), text(&kind), text(&account), text(&amount), text(&hash),
            );
            let _ = decode_delivery(body.as_bytes(), None);
        }
    }
}
