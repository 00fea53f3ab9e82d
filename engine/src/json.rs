//! JSON at the edge: bytes to commands, answers to bytes.
//!
//! Decoding borrows from the body and allocates nothing for a well-formed command; encoding writes into one vector. Amounts and
//! ids are strings: parsers make a JSON number a binary float, so a number is refused.

mod decode;
mod statement;
pub mod wire;

pub use decode::{
    Airdrop, DecodeError, Member, Shares, decode_airdrop, decode_batch, decode_command,
    decode_delivery, decode_end_of_hold, decode_kyc, decode_open,
};

pub use statement::encode_statement;

use serde::Serialize;

/// Room for an answer to a command, so that its vector never grows.
const ANSWER_BYTES: usize = 192;

/// The answer as JSON text.
#[inline(never)]
pub fn encode(answer: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(ANSWER_BYTES);
    serde_json::to_writer(&mut bytes, answer)
        .expect("wire types have text keys and no part that fails, and a vector takes every write");
    bytes
}

#[cfg(test)]
mod tests;
