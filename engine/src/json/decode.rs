//! Bodies to commands, and why a body is none.

use super::wire::request::{MintBody, OpenBody, Text, TextError, TransferBody};
use crate::amount::AmountError;
use crate::ledger::{Command, CommandId, IdError};
use serde::Deserialize;
use serde_json::error::Category;
use thiserror::Error;

/// Why a body is no command.
#[derive(Debug, Error)]
pub enum DecodeError {
    /// The bytes are not JSON.
    #[error("the body is not JSON: {0}")]
    Malformed(serde_json::Error),
    /// JSON, but with an unknown, doubled or wrongly typed field.
    #[error("the body does not fit: {0}")]
    Misfit(serde_json::Error),
    /// JSON, but an array.
    #[error("the body must be a JSON object")]
    NotAnObject,
    /// A field that the command needs.
    #[error("\"{field}\" is missing")]
    Missing {
        /// Its name.
        field: &'static str,
    },
    /// A JSON number where text is needed.
    #[error(
        "\"{field}\" must be a JSON string, not a number: parsers make a number a binary float"
    )]
    Number {
        /// Its name.
        field: &'static str,
    },
    /// Not an id.
    #[error("\"{field}\": {source}")]
    Id {
        /// Its name.
        field: &'static str,
        /// Why.
        source: IdError,
    },
    /// Not an amount.
    #[error("\"{field}\": {source}")]
    Amount {
        /// Its name.
        field: &'static str,
        /// Why.
        source: AmountError,
    },
    /// Two keys for one command.
    #[error("the header Idempotency-Key and \"id\" are both present and differ")]
    KeyMismatch,
}

impl DecodeError {
    /// The fixed code of the error answer.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "json_malformed",
            Self::Misfit(_) | Self::NotAnObject => "body_invalid",
            Self::Missing { .. } => "field_missing",
            Self::Number { .. } => "number_refused",
            Self::Id { .. } => "id_malformed",
            Self::Amount { source, .. } => match source {
                AmountError::TooLarge => "amount_too_large",
                AmountError::TooPrecise => "amount_too_precise",
                AmountError::Malformed | AmountError::LeadingZero => "amount_malformed",
            },
            Self::KeyMismatch => "idempotency_key_mismatch",
        }
    }

    /// The field at fault, where one is.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::Missing { field }
            | Self::Number { field }
            | Self::Id { field, .. }
            | Self::Amount { field, .. } => Some(field),
            Self::KeyMismatch => Some("id"),
            Self::Malformed(_) | Self::Misfit(_) | Self::NotAnObject => None,
        }
    }
}

/// Reads the body of an open; its idempotency key is `key`, or else the id of the account itself.
///
/// # Errors
/// Whatever keeps the body from being a command.
#[inline(never)]
pub fn decode_open(body: &[u8], key: Option<CommandId>) -> Result<Command, DecodeError> {
    let OpenBody { id } = parse(body)?;
    let account = required("id", id)?;
    let key = key.unwrap_or(CommandId::new(account.get()));
    Ok(Command::open(key, account))
}

/// Reads the body of a mint; its idempotency key stands in the body, in `key`, or in both.
///
/// # Errors
/// Whatever keeps the body from being a command.
#[inline(never)]
pub fn decode_mint(body: &[u8], key: Option<CommandId>) -> Result<Command, DecodeError> {
    let MintBody {
        id,
        account,
        amount,
    } = parse(body)?;
    Ok(Command::mint(
        either(id, key)?,
        required("account", account)?,
        required("amount", amount)?,
    ))
}

/// Reads the body of a transfer; its idempotency key stands in the body, in `key`, or in both.
///
/// # Errors
/// Whatever keeps the body from being a command.
#[inline(never)]
pub fn decode_transfer(body: &[u8], key: Option<CommandId>) -> Result<Command, DecodeError> {
    let TransferBody {
        id,
        debit,
        credit,
        amount,
    } = parse(body)?;
    Ok(Command::transfer(
        either(id, key)?,
        required("debit", debit)?,
        required("credit", credit)?,
        required("amount", amount)?,
    ))
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, DecodeError> {
    let parsed = serde_json::from_slice(body).map_err(|error| match error.classify() {
        Category::Data => DecodeError::Misfit(error),
        Category::Io | Category::Syntax | Category::Eof => DecodeError::Malformed(error),
    })?;
    // Derived readers also take the fields from an array, in order; that is no interface of ours.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(DecodeError::NotAnObject);
    }
    Ok(parsed)
}

fn either(id: Option<Text<CommandId>>, key: Option<CommandId>) -> Result<CommandId, DecodeError> {
    match (id, key) {
        (None, Some(key)) => Ok(key),
        (id, key) => {
            let id = required("id", id)?;
            if key.is_some_and(|key| key != id) {
                return Err(DecodeError::KeyMismatch);
            }
            Ok(id)
        }
    }
}

fn required<T>(field: &'static str, text: Option<Text<T>>) -> Result<T, DecodeError> {
    match text {
        None => Err(DecodeError::Missing { field }),
        Some(Text(Ok(value))) => Ok(value),
        Some(Text(Err(TextError::Number))) => Err(DecodeError::Number { field }),
        Some(Text(Err(TextError::Id(source)))) => Err(DecodeError::Id { field, source }),
        Some(Text(Err(TextError::Amount(source)))) => Err(DecodeError::Amount { field, source }),
    }
}
