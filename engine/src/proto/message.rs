//! The messages. Their field numbers are part of the interface.

use prost::Message;
use prost::bytes::Bytes;

/// One command; the bytes are borrowed from the body.
#[derive(Clone, PartialEq, Message)]
pub struct CommandMessage {
    /// Idempotency key.
    #[prost(bytes = "bytes", tag = "1")]
    pub id: Bytes,
    /// Number of the kind.
    #[prost(uint32, tag = "2")]
    pub kind: u32,
    /// Account opened, debited or changed.
    #[prost(bytes = "bytes", tag = "3")]
    pub debit: Bytes,
    /// Account credited, or spender of an approval.
    #[prost(bytes = "bytes", tag = "4")]
    pub credit: Bytes,
    /// Units of 10^-18.
    #[prost(bytes = "bytes", tag = "5")]
    pub amount: Bytes,
    /// Hold, spender, expected allowance or address: as in the record.
    #[prost(bytes = "bytes", tag = "6")]
    pub related: Bytes,
    /// The sender's own.
    #[prost(bytes = "bytes", tag = "7")]
    pub reference: Bytes,
    /// Milliseconds since 1970.
    #[prost(uint64, tag = "8")]
    pub deadline_ms: u64,
    /// Version of the changed account.
    #[prost(uint64, tag = "9")]
    pub expected_version: u64,
    /// Number of the token; the first one if left out.
    #[prost(uint32, tag = "10")]
    pub token: u32,
    /// Seconds that a hold lasts.
    #[prost(uint32, tag = "11")]
    pub timeout_s: u32,
    /// Bits of the flags.
    #[prost(uint32, tag = "12")]
    pub flags: u32,
    /// Number of the chain.
    #[prost(uint32, tag = "13")]
    pub chain: u32,
}

/// The body of a batch.
#[derive(Clone, PartialEq, Message)]
pub struct CommandBatch {
    /// In their order.
    #[prost(message, repeated, tag = "1")]
    pub commands: Vec<CommandMessage>,
}

/// One outcome.
#[derive(Clone, PartialEq, Message)]
pub struct Answer {
    /// Number of the status.
    #[prost(uint32, tag = "1")]
    pub status: u32,
    /// Place of the entry; 0 if nothing was recorded.
    #[prost(uint64, tag = "2")]
    pub sequence: u64,
    /// Whether it is the outcome of an earlier time.
    #[prost(bool, tag = "3")]
    pub replayed: bool,
    /// The field at fault, where one is.
    #[prost(string, tag = "4")]
    pub field: String,
}

/// The answers of a batch.
#[derive(Clone, PartialEq, Message)]
pub struct AnswerBatch {
    /// In the order of the commands.
    #[prost(message, repeated, tag = "1")]
    pub answers: Vec<Answer>,
}
