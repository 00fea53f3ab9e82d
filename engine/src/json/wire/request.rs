//! Bodies as they are sent. Every field is optional here, so that what is missing is named in our words.

use crate::amount::{Amount, AmountError};
use crate::ledger::{AccountId, CommandId, IdError};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// `POST /v1/accounts`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenBody {
    /// The account to open.
    pub id: Option<Text<AccountId>>,
}

/// `POST /v1/mints`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MintBody {
    /// The idempotency key.
    pub id: Option<Text<CommandId>>,
    /// Who gets the units.
    pub account: Option<Text<AccountId>>,
    /// How much.
    pub amount: Option<Text<Amount>>,
}

/// `POST /v1/transfers`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferBody {
    /// The idempotency key.
    pub id: Option<Text<CommandId>>,
    /// Whose units move.
    pub debit: Option<Text<AccountId>>,
    /// Where they go.
    pub credit: Option<Text<AccountId>>,
    /// How much.
    pub amount: Option<Text<Amount>>,
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
