//! Protobuf read in place: one pass over the bytes of the body, no message in between, no allocation for a command.
//!
//! It accepts and refuses what the derived messages do: the last value of a field counts, unknown fields are skipped, groups
//! included, and a known field of another wire type is an error.

use super::{Fields, Member, ProtoError, command, not_allowed};
use crate::ledger::{Command, Flags, Kind, Role, ShapeError};
use thiserror::Error;

/// Groups in groups beyond which a body is refused.
const DEPTH_MAX: u32 = 100;

/// Why bytes are no protobuf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WireError {
    /// The bytes end inside a field.
    #[error("it ends inside a field")]
    Truncated,
    /// A number of more than 64 bits.
    #[error("a number has more than 64 bits")]
    Varint,
    /// A field number or wire type that there is none of.
    #[error("a field has a number or type that does not exist")]
    Tag,
    /// A field of ours with a type that it does not have.
    #[error("field {0} has another type")]
    Type(u32),
    /// Groups that end before they begin, or not at all, or lie too deep in each other.
    #[error("a group does not end where it should")]
    Group,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wire {
    Varint,
    Fixed64,
    Bytes,
    GroupStart,
    GroupEnd,
    Fixed32,
}

/// Bytes not read yet.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: u64) -> Result<&'a [u8], WireError> {
        let length = usize::try_from(length).map_err(|_| WireError::Truncated)?;
        let (taken, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(WireError::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, WireError> {
        let mut value = 0;
        for (at, byte) in self.0.iter().enumerate().take(10) {
            if at == 9 && *byte > 1 {
                return Err(WireError::Varint);
            }
            value |= u64::from(byte & 0x7f) << (7 * at);
            if byte & 0x80 == 0 {
                self.0 = &self.0[at + 1..];
                return Ok(value);
            }
        }
        Err(if self.0.len() < 10 {
            WireError::Truncated
        } else {
            WireError::Varint
        })
    }

    /// The number and wire type of the next field; `None` at the end.
    #[inline]
    fn field(&mut self) -> Result<Option<(u32, Wire)>, WireError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let tag = u32::try_from(self.varint()?).map_err(|_| WireError::Tag)?;
        let wire = match tag & 7 {
            0 => Wire::Varint,
            1 => Wire::Fixed64,
            2 => Wire::Bytes,
            3 => Wire::GroupStart,
            4 => Wire::GroupEnd,
            5 => Wire::Fixed32,
            _ => return Err(WireError::Tag),
        };
        match tag >> 3 {
            0 => Err(WireError::Tag),
            number => Ok(Some((number, wire))),
        }
    }

    fn skip(&mut self, number: u32, wire: Wire, depth: u32) -> Result<(), WireError> {
        match wire {
            Wire::Varint => self.varint().map(drop),
            Wire::Fixed64 => self.take(8).map(drop),
            Wire::Fixed32 => self.take(4).map(drop),
            Wire::Bytes => {
                let length = self.varint()?;
                self.take(length).map(drop)
            }
            Wire::GroupEnd => Err(WireError::Group),
            Wire::GroupStart if depth == DEPTH_MAX => Err(WireError::Group),
            Wire::GroupStart => loop {
                match self.field()?.ok_or(WireError::Truncated)? {
                    (end, Wire::GroupEnd) if end == number => return Ok(()),
                    (inner, wire) => self.skip(inner, wire, depth + 1)?,
                }
            },
        }
    }

    fn bytes(&mut self, number: u32, wire: Wire) -> Result<&'a [u8], WireError> {
        if wire != Wire::Bytes {
            return Err(WireError::Type(number));
        }
        let length = self.varint()?;
        self.take(length)
    }

    fn number(&mut self, number: u32, wire: Wire) -> Result<u64, WireError> {
        if wire != Wire::Varint {
            return Err(WireError::Type(number));
        }
        self.varint()
    }
}

/// The fields of one command, borrowed from the body.
fn fields(body: &[u8]) -> Result<Fields<'_>, WireError> {
    let (mut reader, mut fields) = (Reader(body), Fields::default());
    while let Some((number, wire)) = reader.field()? {
        // A 32-bit field keeps the low half of what is sent, as the specification has it.
        match number {
            1 => fields.id = reader.bytes(number, wire)?,
            2 => fields.kind = reader.number(number, wire)? as u32,
            3 => fields.debit = reader.bytes(number, wire)?,
            4 => fields.credit = reader.bytes(number, wire)?,
            5 => fields.amount = reader.bytes(number, wire)?,
            6 => fields.related = reader.bytes(number, wire)?,
            7 => fields.reference = reader.bytes(number, wire)?,
            8 => fields.deadline_ms = reader.number(number, wire)?,
            9 => fields.expected_version = reader.number(number, wire)?,
            10 => fields.token = reader.number(number, wire)? as u32,
            11 => fields.timeout_s = reader.number(number, wire)? as u32,
            12 => fields.flags = reader.number(number, wire)? as u32,
            13 => fields.chain = reader.number(number, wire)? as u32,
            _ => reader.skip(number, wire, 0)?,
        }
    }
    Ok(fields)
}

/// Reads one command; `kind` is what the path says, and may be left out in the message then.
///
/// # Errors
/// Whatever keeps the body from being a command.
#[inline(never)]
pub fn decode_command(body: &[u8], kind: Option<Kind>, role: Role) -> Result<Command, ProtoError> {
    let mut fields = fields(body)?;
    if let (Some(kind), 0) = (kind, fields.kind) {
        fields.kind = kind.number().into();
    }
    let command = command(&fields, role).map_err(ProtoError::Shape)?;
    match kind {
        Some(kind) if kind != command.kind() => Err(ProtoError::Shape(not_allowed("kind"))),
        _ => Ok(command),
    }
}

/// Reads the commands of a batch, in their order; what cannot be one is in its place as its status.
///
/// # Errors
/// A body that is no batch.
#[inline(never)]
pub fn decode_batch(body: &[u8], role: Role) -> Result<Vec<Member>, ProtoError> {
    let (mut reader, mut members) = (Reader(body), Vec::new());
    while let Some((number, wire)) = reader.field()? {
        if number != 1 {
            reader.skip(number, wire, 0)?;
            continue;
        }
        let fields = fields(reader.bytes(number, wire)?)?;
        let is_linked = fields.flags & u32::from(Flags::LINKED.bits()) != 0;
        let command = command(&fields, role).map_err(|error: ShapeError| error.status);
        members.push((command, is_linked));
    }
    Ok(members)
}
