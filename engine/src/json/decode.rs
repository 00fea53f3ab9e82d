//! Bodies to commands, and why a body is none.

pub use airdrop::{Airdrop, Shares};

mod airdrop;
mod command;
mod webhook;

use super::wire::request::{CommandBody, OpenBody, Text, TextError};
use crate::amount::AmountError;
use crate::ledger::{AccountId, Command, CommandId, IdError, Kind, Status};
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
    /// Not a word of a closed list.
    #[error("\"{field}\" must be {expected}")]
    Word {
        /// Its name.
        field: &'static str,
        /// What would do.
        expected: &'static str,
    },
    /// A field that the kind does not take.
    #[error("this kind of command takes no \"{field}\"")]
    NotAllowed {
        /// Its name.
        field: &'static str,
    },
    /// Two keys for one command.
    #[error("the header Idempotency-Key and \"id\" are both present and differ")]
    KeyMismatch,
}

impl DecodeError {
    /// The fixed code of the error answer.
    pub fn code(&self) -> &'static str {
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
            Self::Word { field: "kind", .. } => "kind_unknown",
            Self::Word { .. } => "word_unknown",
            Self::NotAllowed { .. } => "field_not_allowed",
            Self::KeyMismatch => "idempotency_key_mismatch",
        }
    }

    /// The status that stands for it where nothing but a status fits: in the answers of a batch.
    pub fn status(&self) -> Status {
        match self {
            Self::Word { field: "kind", .. } | Self::Missing { field: "kind" } => {
                Status::KindUnknown
            }
            Self::Amount {
                source: AmountError::TooLarge,
                ..
            } => Status::AmountTooLarge,
            _ => Status::FieldNotAllowed,
        }
    }

    /// The field at fault, where one is.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::Missing { field }
            | Self::Number { field }
            | Self::Word { field, .. }
            | Self::NotAllowed { field }
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
    let body: OpenBody = parse(body)?;
    let account = required("id", body.id)?;
    let key = key.unwrap_or(CommandId::new(account.get()));
    let opening = CommandBody {
        account: Some(Text(Ok(account))),
        token: body.token,
        kyc_level: body.kyc_level,
        jurisdiction: body.jurisdiction,
        address: body.address,
        ..CommandBody::default()
    };
    command::build(opening, Kind::Open, key)
}

/// Reads the body of any command; its idempotency key stands in the body, in `key`, or in both.
///
/// `kind` is what the path says; without it the body must say it. A transfer with a spender is one by allowance.
///
/// # Errors
/// Whatever keeps the body from being a command.
#[inline(never)]
pub fn decode_command(
    body: &[u8],
    key: Option<CommandId>,
    kind: Option<Kind>,
) -> Result<Command, DecodeError> {
    command::read(parse(body)?, key, kind)
}

/// Reads a body that says which hold a post or void ends, by the hold in the path.
///
/// # Errors
/// Whatever keeps the body from being a command.
#[inline(never)]
pub fn decode_end_of_hold(
    body: &[u8],
    key: Option<CommandId>,
    kind: Kind,
    hold: CommandId,
) -> Result<Command, DecodeError> {
    let mut body: CommandBody = parse(body)?;
    if body.hold.is_some() {
        return Err(DecodeError::NotAllowed { field: "hold" });
    }
    body.hold = Some(Text(Ok(hold)));
    command::read(body, key, Some(kind))
}

/// Reads a body that says what is known about the holder of the account in the path.
///
/// # Errors
/// Whatever keeps the body from being a command.
#[inline(never)]
pub fn decode_kyc(
    body: &[u8],
    key: Option<CommandId>,
    account: AccountId,
) -> Result<Command, DecodeError> {
    let mut body: CommandBody = parse(body)?;
    if body.account.is_some() {
        return Err(DecodeError::NotAllowed { field: "account" });
    }
    body.account = Some(Text(Ok(account)));
    command::read(body, key, Some(Kind::SetKyc))
}

/// A member of a batch: a command or why it is none, and whether it is linked to the next member.
pub type Member = (Result<Command, DecodeError>, bool);

/// Reads an array of commands, each with its kind: what cannot be one is in its place as the reason.
///
/// # Errors
/// A body that is no array of objects with known fields.
#[inline(never)]
pub fn decode_batch(body: &[u8]) -> Result<Vec<Member>, DecodeError> {
    let bodies: Vec<CommandBody> = from_slice(body)?;
    Ok(bodies
        .into_iter()
        .map(|body| {
            let is_linked = body.linked;
            (command::read(body, None, None), is_linked)
        })
        .collect())
}

/// Reads the body of an airdrop.
///
/// # Errors
/// Whatever keeps the body from being one.
pub fn decode_airdrop(body: &[u8], key: Option<CommandId>) -> Result<Airdrop, DecodeError> {
    airdrop::read(parse(body)?, key)
}

/// Reads the payload of a webhook; `event` is the event's id where the provider's form has it in the head.
///
/// # Errors
/// Whatever keeps the payload from being one.
pub fn decode_delivery(body: &[u8], event: Option<&str>) -> Result<webhook::Delivery, DecodeError> {
    webhook::read(parse(body)?, event)
}

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, DecodeError> {
    let parsed = from_slice(body)?;
    // Derived readers also take the fields from an array, in order; that is no interface of ours.
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(DecodeError::NotAnObject);
    }
    Ok(parsed)
}

fn from_slice<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(body).map_err(|error| match error.classify() {
        Category::Data => DecodeError::Misfit(error),
        Category::Io | Category::Syntax | Category::Eof => DecodeError::Malformed(error),
    })
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
        Some(Text(Err(TextError::Word(expected)))) => Err(DecodeError::Word { field, expected }),
        Some(Text(Err(TextError::Number))) => Err(DecodeError::Number { field }),
        Some(Text(Err(TextError::Id(source)))) => Err(DecodeError::Id { field, source }),
        Some(Text(Err(TextError::Amount(source)))) => Err(DecodeError::Amount { field, source }),
    }
}
