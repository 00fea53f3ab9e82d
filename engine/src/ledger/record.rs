//! The fixed 128-byte record of a command: what raw batches and journals hold.
//!
//! All numbers are little-endian and the alignment is 1, so that a slice of a request body or of a mapped file is viewed in
//! place, whatever its address. A command comes back from its record as it was, but for the role of its sender, which the record
//! does not carry.

use super::command::{Chain, Command, Flags, Kind, Role, ShapeError, TokenId};
use super::{AccountId, CommandId, Outcome, Sequence, Status};
use crate::amount::Amount;
use zerocopy::little_endian::{U16, U32, U64, U128};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// Bytes of a record.
pub const RECORD_BYTES: usize = 128;

/// One command as it is sent in raw batches and kept in journals.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct CommandRecord {
    /// Idempotency key.
    pub id: U128,
    /// Account opened, debited or changed; owner of an approval.
    pub debit: U128,
    /// Account credited; spender of an approval.
    pub credit: U128,
    /// Units of 10^-18; level and jurisdiction of an open or a change of KYC.
    pub amount: U128,
    /// Hold of a post, void or expiry; spender of a transfer by allowance; expected allowance of an approval; bytes 0 to 15 of an
    /// opened account's address.
    pub related: U128,
    /// The sender's own; bytes 16 to 19 of an opened account's address.
    pub reference: U128,
    /// Milliseconds since 1970 until when the command is worth starting; 0 for ever.
    pub deadline_ms: U64,
    /// Version of the debit account, or of a mint's credit account; 0 for any.
    pub expected_version: U64,
    /// Number of the token.
    pub token: U32,
    /// Seconds that a hold lasts; 0 for the token's usual time.
    pub timeout_s: U32,
    /// Number of the kind.
    pub kind: U16,
    /// Bits of the flags.
    pub flags: U16,
    /// Number of the chain.
    pub chain: u8,
    /// Zeros.
    pub reserved: [u8; 3],
}

const _: () = assert!(size_of::<CommandRecord>() == RECORD_BYTES);
const _: () = assert!(align_of::<CommandRecord>() == 1);

impl CommandRecord {
    /// The record of a command.
    pub fn new(command: &Command) -> Self {
        Self {
            id: command.id.get().into(),
            debit: command.debit.get().into(),
            credit: command.credit.get().into(),
            amount: command.amount.units().into(),
            related: command.related.into(),
            reference: command.reference.into(),
            deadline_ms: command.deadline_ms.into(),
            expected_version: command.expected_version.into(),
            token: command.token.0.into(),
            timeout_s: command.timeout_s.into(),
            kind: command.kind.number().into(),
            flags: command.flags.bits().into(),
            chain: command.chain.number(),
            reserved: [0; 3],
        }
    }

    /// The bytes viewed as records, without copying; `None` if their number is no multiple of 128.
    pub fn view(bytes: &[u8]) -> Option<&[Self]> {
        <[Self]>::ref_from_bytes(bytes).ok()
    }

    /// The record as bytes.
    pub fn bytes(&self) -> &[u8] {
        self.as_bytes()
    }

    /// The command of a sender of that role.
    ///
    /// # Errors
    /// A status of shape, when the record is none of any command. What a command can hold but must not is found by
    /// [`Command::check_shape`]; the first fitting status is the same, wherever it is found.
    pub fn command(&self, role: Role) -> Result<Command, ShapeError> {
        let id = CommandId::new(self.id.get());
        if id.is_reserved() {
            return Err(ShapeError::new(Status::IdReserved, "id"));
        }
        let kind = Kind::from_number(self.kind.get())
            .ok_or(ShapeError::new(Status::KindUnknown, "kind"))?;
        if kind == Kind::Open && AccountId::new(self.debit.get()).is_reserved() {
            return Err(ShapeError::new(Status::IdReserved, "account"));
        }
        let flags = Flags::from_bits(self.flags.get())
            .ok_or(ShapeError::new(Status::FlagsUnknown, "flags"))?;
        if self.reserved != [0; 3] {
            return Err(ShapeError::new(Status::ReservedNotZero, "reserved"));
        }
        let chain = Chain::from_number(self.chain)
            .ok_or(ShapeError::new(Status::FieldNotAllowed, "chain"))?;
        let amount = Amount::from_units(self.amount.get());
        let command = Command {
            id,
            debit: AccountId::new(self.debit.get()),
            credit: AccountId::new(self.credit.get()),
            amount: amount.unwrap_or(Amount::MAX),
            related: self.related.get(),
            reference: self.reference.get(),
            deadline_ms: self.deadline_ms.get(),
            expected_version: self.expected_version.get(),
            token: TokenId(self.token.get()),
            timeout_s: self.timeout_s.get(),
            kind,
            flags,
            chain,
            role,
        };
        match amount {
            Some(_) => Ok(command),
            // A field that is not allowed comes first.
            None => Err(command
                .check_fields()
                .err()
                .unwrap_or(ShapeError::new(Status::AmountTooLarge, "amount"))),
        }
    }
}

/// One answer of a raw batch: 16 bytes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct AnswerRecord {
    /// The place in the batch, from 0.
    pub index: U32,
    /// Number of the status.
    pub status: U16,
    /// [`AnswerRecord::REPLAYED`], [`AnswerRecord::RECORDED`] or 0.
    pub flags: U16,
    /// The place of the entry; 0 if the command was not recorded.
    pub sequence: U64,
}

const _: () = assert!(size_of::<AnswerRecord>() == 16);

impl AnswerRecord {
    /// The outcome is that of an earlier time.
    pub const REPLAYED: u16 = 1;
    /// The key is used, now or since earlier.
    pub const RECORDED: u16 = 1 << 1;

    /// The answer to the command at `index`.
    pub fn new(index: u32, outcome: &Outcome) -> Self {
        let sequence = outcome.sequence();
        let replayed = if outcome.is_replayed() {
            Self::REPLAYED
        } else {
            0
        };
        let recorded = if sequence.is_some() {
            Self::RECORDED
        } else {
            0
        };
        Self {
            index: index.into(),
            status: u16::from(outcome.status().number()).into(),
            flags: (replayed | recorded).into(),
            sequence: sequence.map_or(0, Sequence::get).into(),
        }
    }

    /// The answer as bytes.
    pub fn bytes(&self) -> &[u8] {
        self.as_bytes()
    }
}

#[cfg(test)]
mod tests;
