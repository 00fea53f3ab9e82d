//! Protobuf at the edge: the same fields as the 128-byte record, so a command is one in every form or in none.
//!
//! 128-bit numbers are 16 little-endian bytes, or left out for 0; any other length is refused. Fields we do not know are skipped.

mod message;
pub mod view;

use crate::ledger::{
    Command, CommandRecord, Flags, Kind, Outcome, Role, Sequence, ShapeError, Status,
};
use message::{Answer, AnswerBatch, CommandBatch, CommandMessage};
use prost::Message;
use prost::bytes::Bytes;
use thiserror::Error;

/// Why a body is no command.
#[derive(Debug, Error)]
pub enum ProtoError {
    /// Not protobuf of this message.
    #[error("the body is no protobuf of the message: {0}")]
    Malformed(#[from] prost::DecodeError),
    /// The same, as the reader in place says it.
    #[error("the body is no protobuf of the message: {0}")]
    Wire(#[from] view::WireError),
    /// A command that cannot be one.
    #[error("\"{}\": {}", .0.field, .0.status.message())]
    Shape(ShapeError),
}

/// Reads one command; `kind` is what the path says, and may be left out in the message then.
///
/// # Errors
/// Whatever keeps the body from being a command.
#[inline(never)]
pub fn decode_command(body: Bytes, kind: Option<Kind>, role: Role) -> Result<Command, ProtoError> {
    let mut message = CommandMessage::decode(body)?;
    if let (Some(kind), 0) = (kind, message.kind) {
        message.kind = kind.number().into();
    }
    let command = command(&Fields::of(&message), role).map_err(ProtoError::Shape)?;
    match kind {
        Some(kind) if kind != command.kind() => Err(ProtoError::Shape(not_allowed("kind"))),
        _ => Ok(command),
    }
}

/// A member of a batch: a command or its status, and whether it is linked to the next member.
pub type Member = (Result<Command, Status>, bool);

/// Reads the commands of a batch, in their order; what cannot be one is in its place as its status.
///
/// # Errors
/// A body that is no batch.
#[inline(never)]
pub fn decode_batch(body: Bytes, role: Role) -> Result<Vec<Member>, ProtoError> {
    let batch = CommandBatch::decode(body)?;
    let commands = batch.commands.iter();
    Ok(commands
        .map(|message| {
            let is_linked = message.flags & u32::from(Flags::LINKED.bits()) != 0;
            let command = command(&Fields::of(message), role).map_err(|error| error.status);
            (command, is_linked)
        })
        .collect())
}

/// One answer.
pub fn encode_answer(outcome: &Outcome, field: Option<&str>) -> Vec<u8> {
    answer(outcome, field).encode_to_vec()
}

/// The answers of a batch, in their order.
#[inline(never)]
pub fn encode_batch(outcomes: impl Iterator<Item = Outcome>) -> Vec<u8> {
    let answers = outcomes.map(|outcome| answer(&outcome, None)).collect();
    AnswerBatch { answers }.encode_to_vec()
}

fn answer(outcome: &Outcome, field: Option<&str>) -> Answer {
    let reused = match outcome {
        Outcome::Reused { field, .. } => Some(*field),
        _ => None,
    };
    Answer {
        status: outcome.status().number().into(),
        sequence: outcome.sequence().map_or(0, Sequence::get),
        replayed: outcome.is_replayed(),
        field: field.or(reused).unwrap_or_default().to_owned(),
    }
}

const fn not_allowed(field: &'static str) -> ShapeError {
    ShapeError {
        status: Status::FieldNotAllowed,
        field,
    }
}

/// The fields of a command's message, wherever their bytes lie.
#[derive(Debug, Clone, Copy, Default)]
struct Fields<'a> {
    id: &'a [u8],
    debit: &'a [u8],
    credit: &'a [u8],
    amount: &'a [u8],
    related: &'a [u8],
    reference: &'a [u8],
    deadline_ms: u64,
    expected_version: u64,
    kind: u32,
    token: u32,
    timeout_s: u32,
    flags: u32,
    chain: u32,
}

impl<'a> Fields<'a> {
    fn of(message: &'a CommandMessage) -> Self {
        Self {
            id: &message.id,
            debit: &message.debit,
            credit: &message.credit,
            amount: &message.amount,
            related: &message.related,
            reference: &message.reference,
            deadline_ms: message.deadline_ms,
            expected_version: message.expected_version,
            kind: message.kind,
            token: message.token,
            timeout_s: message.timeout_s,
            flags: message.flags,
            chain: message.chain,
        }
    }
}

/// By way of the record, so that both forms are refused for the same reasons.
fn command(message: &Fields<'_>, role: Role) -> Result<Command, ShapeError> {
    let kind = u16::try_from(message.kind).unwrap_or(u16::MAX);
    let ends_hold = matches!(
        Kind::from_number(kind),
        Some(Kind::Post | Kind::Void | Kind::Expire)
    );
    // As in JSON, who names no token means the first one.
    let token = match message.token {
        0 if !ends_hold => 1,
        token => token,
    };
    let record = CommandRecord {
        id: wide("id", message.id)?.into(),
        debit: wide("debit", message.debit)?.into(),
        credit: wide("credit", message.credit)?.into(),
        amount: wide("amount", message.amount)?.into(),
        related: wide("related", message.related)?.into(),
        reference: wide("reference", message.reference)?.into(),
        deadline_ms: message.deadline_ms.into(),
        expected_version: message.expected_version.into(),
        token: token.into(),
        timeout_s: message.timeout_s.into(),
        kind: kind.into(),
        flags: u16::try_from(message.flags).unwrap_or(u16::MAX).into(),
        chain: u8::try_from(message.chain).unwrap_or(u8::MAX),
        reserved: [0; 3],
    };
    record.command(role)
}

fn wide(field: &'static str, bytes: &[u8]) -> Result<u128, ShapeError> {
    match bytes {
        [] => Ok(0),
        bytes => bytes
            .try_into()
            .map(u128::from_le_bytes)
            .map_err(|_| not_allowed(field)),
    }
}

/// The message of a batch, as a client writes it.
pub fn message_of(commands: &[Command]) -> CommandBatch {
    CommandBatch {
        commands: commands.iter().map(encode_command).collect(),
    }
}

/// The message of a command, as a client writes it.
fn encode_command(command: &Command) -> CommandMessage {
    let record = CommandRecord::new(command);
    let bytes = |value: u128| match value {
        0 => Bytes::new(),
        value => Bytes::copy_from_slice(&value.to_le_bytes()),
    };
    CommandMessage {
        id: bytes(record.id.get()),
        kind: record.kind.get().into(),
        debit: bytes(record.debit.get()),
        credit: bytes(record.credit.get()),
        amount: bytes(record.amount.get()),
        related: bytes(record.related.get()),
        reference: bytes(record.reference.get()),
        deadline_ms: record.deadline_ms.get(),
        expected_version: record.expected_version.get(),
        token: record.token.get(),
        timeout_s: record.timeout_s.get(),
        flags: record.flags.get().into(),
        chain: record.chain.into(),
    }
}

#[cfg(test)]
mod tests;
