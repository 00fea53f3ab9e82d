//! Bodies as they are sent. Every field is optional here, so that what is missing is named in our words.

use crate::amount::{Amount, AmountError};
use crate::evidence::bytes_of;
use crate::ledger::{AccountId, Address, Allowance, Chain, CommandId, IdError, Kind};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// `POST /v1/accounts`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenBody {
    /// The account to open.
    pub id: Option<Text<AccountId>>,
    /// Of which token.
    pub token: Option<u32>,
    /// What is known about its holder, 0 to 3.
    pub kyc_level: Option<u8>,
    /// Where its holder lives: two letters of ISO 3166.
    pub jurisdiction: Option<Text<Jurisdiction>>,
    /// Its address on a chain.
    pub address: Option<Text<Hex20>>,
}

/// Any command: `POST /v1/commands`, an element of a batch, or a short form, whose path says the kind.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a field that a sender may set by itself"
)]
pub struct CommandBody {
    /// What it does.
    pub kind: Option<Text<Kind>>,
    /// The idempotency key.
    pub id: Option<Text<CommandId>>,
    /// The one account of a command on one account.
    pub account: Option<Text<AccountId>>,
    /// Whose units move.
    pub debit: Option<Text<AccountId>>,
    /// Where they go.
    pub credit: Option<Text<AccountId>>,
    /// Who allows.
    pub owner: Option<Text<AccountId>>,
    /// Who is allowed.
    pub spender: Option<Text<AccountId>>,
    /// How much.
    pub amount: Option<Text<Amount>>,
    /// The hold to post or void.
    pub hold: Option<Text<CommandId>>,
    /// The allowance that an approval expects to replace.
    pub expected: Option<Text<Allowance>>,
    /// The sender's own.
    pub reference: Option<Text<CommandId>>,
    /// Of which token.
    pub token: Option<u32>,
    /// How long a hold lasts.
    pub timeout_s: Option<u32>,
    /// Until when it is worth starting.
    pub deadline_ms: Option<u64>,
    /// The version of the changed account that the sender has seen.
    pub expected_version: Option<u64>,
    /// For which chain.
    pub chain: Option<Text<Chain>>,
    /// What is known about an account's holder, 0 to 3.
    pub kyc_level: Option<u8>,
    /// Where the holder lives: two letters of ISO 3166.
    pub jurisdiction: Option<Text<Jurisdiction>>,
    /// The address of an opened account.
    pub address: Option<Text<Hex20>>,
    /// Whether the next element of the batch belongs to the same chain.
    #[serde(default)]
    pub linked: bool,
    /// Whether a freeze is of the whole account.
    #[serde(default)]
    pub whole: bool,
    /// Whether all that is held is posted.
    #[serde(default)]
    pub all: bool,
    /// Whether an approval is without limit.
    #[serde(default)]
    pub unlimited: bool,
    /// Whether frozen units are burned.
    #[serde(default)]
    pub from_frozen: bool,
}

/// `POST /v1/airdrops`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AirdropBody {
    /// The airdrop, and the key from which those of its commands come.
    pub id: Option<Text<CommandId>>,
    /// Whose units are given away.
    pub source: Option<Text<AccountId>>,
    /// Of which token.
    pub token: Option<u32>,
    /// With weights: how much is given away together.
    pub total: Option<Text<Amount>>,
    /// With neither weights nor amounts of their own: how much each one gets.
    pub each: Option<Text<Amount>>,
    /// Who gets something.
    #[serde(default)]
    pub to: Vec<ShareBody>,
}

/// One receiver of an airdrop.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareBody {
    /// Who.
    pub account: Option<Text<AccountId>>,
    /// How much.
    pub amount: Option<Text<Amount>>,
    /// Which share of the total.
    pub weight: Option<u64>,
}

/// Two letters of ISO 3166.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jurisdiction(pub [u8; 2]);

/// An address of 20 bytes, written as `0x` and 40 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hex20(pub Address);

/// A digest of 32 bytes, written as `0x` and 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hex32(pub [u8; 32]);

/// What a webhook tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Units came in: they are credited.
    Deposit,
    /// Units were redeemed elsewhere: they are destroyed here.
    Redemption,
}

/// A value written as a JSON string, or why it is none: kept instead of failing, so that the field can be named.
#[derive(Debug)]
pub struct Text<T>(pub Result<T, TextError>);

/// Why a field has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextError {
    /// A JSON number.
    Number,
    /// Not an id.
    Id(IdError),
    /// Not an amount.
    Amount(AmountError),
    /// Not a word of a closed list; what would do.
    Word(&'static str),
}

/// What can be read from a JSON string.
trait FromText: Sized {
    fn from_text(text: &str) -> Result<Self, TextError>;
}

impl FromText for AccountId {
    fn from_text(text: &str) -> Result<Self, TextError> {
        Self::parse(text).map_err(TextError::Id)
    }
}

impl FromText for CommandId {
    fn from_text(text: &str) -> Result<Self, TextError> {
        Self::parse(text).map_err(TextError::Id)
    }
}

impl FromText for Amount {
    fn from_text(text: &str) -> Result<Self, TextError> {
        Self::parse(text).map_err(TextError::Amount)
    }
}

impl FromText for Kind {
    fn from_text(text: &str) -> Result<Self, TextError> {
        Self::from_name(text).ok_or(TextError::Word("a kind of command such as \"transfer\""))
    }
}

impl FromText for Chain {
    fn from_text(text: &str) -> Result<Self, TextError> {
        Self::from_name(text).ok_or(TextError::Word("local, eth, polygon or bnb"))
    }
}

impl FromText for Allowance {
    fn from_text(text: &str) -> Result<Self, TextError> {
        match text {
            "unlimited" => Ok(Self::Unlimited),
            _ => Amount::from_text(text).map(Self::Limited),
        }
    }
}

impl FromText for Jurisdiction {
    fn from_text(text: &str) -> Result<Self, TextError> {
        let letters = text.as_bytes().try_into().ok();
        letters
            .filter(|letters: &[u8; 2]| letters.iter().all(u8::is_ascii_uppercase))
            .map(Self)
            .ok_or(TextError::Word("two capital letters such as \"DE\""))
    }
}

impl FromText for Hex20 {
    fn from_text(text: &str) -> Result<Self, TextError> {
        let wrong = TextError::Word("0x and 40 hexadecimal digits");
        let digits = text.strip_prefix("0x").ok_or(wrong)?;
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if digits.len() != 40 || !is_hex {
            return Err(wrong);
        }
        let mut address = Address::default();
        for (at, byte) in address.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).map_err(|_| wrong)?;
        }
        Ok(Self(address))
    }
}

impl FromText for Hex32 {
    fn from_text(text: &str) -> Result<Self, TextError> {
        let bytes = text.strip_prefix("0x").and_then(bytes_of);
        let expected = "0x and 64 hexadecimal digits in lower case";
        bytes.map(Self).ok_or(TextError::Word(expected))
    }
}

impl FromText for Word {
    fn from_text(text: &str) -> Result<Self, TextError> {
        match text {
            "deposit" => Ok(Self::Deposit),
            "redemption" => Ok(Self::Redemption),
            _ => Err(TextError::Word("deposit or redemption")),
        }
    }
}

impl<'de, T: FromText> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor(PhantomData))
    }
}

/// Reads the text where it lies: in the body, or in the parser's scratch space if it has escapes.
struct TextVisitor<T>(PhantomData<T>);

impl<T: FromText> Visitor<'_> for TextVisitor<T> {
    type Value = Text<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(T::from_text(text)))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Text(Err(TextError::Number)))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Text(Err(TextError::Number)))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Text(Err(TextError::Number)))
    }
}
