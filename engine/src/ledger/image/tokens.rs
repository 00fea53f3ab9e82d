//! Definitions of tokens as bytes: what the journal begins with, and an image as well.

use super::read::{ImageError, Reader};
use crate::ledger::{KYC_LEVEL_MAX, KycPolicy, TOKENS_MAX, TokenId, TokenSpec};

/// The least bytes of a definition.
const LEAST: usize = 4 + 2 + 2 + 1 + 16 + 2 + 16 * (KYC_LEVEL_MAX as usize + 1) + 4;

/// The definitions in their order.
pub fn encode_tokens(specs: &[TokenSpec]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&(specs.len() as u32).to_le_bytes());
    for spec in specs {
        bytes.extend_from_slice(&spec.id.0.to_le_bytes());
        for text in [&spec.name, &spec.symbol] {
            bytes.extend_from_slice(&(text.len() as u16).to_le_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes.push(spec.decimals);
        bytes.extend_from_slice(&spec.cap.units().to_le_bytes());
        bytes.extend_from_slice(&[spec.policy.send, spec.policy.receive]);
        for limit in spec.policy.limits {
            bytes.extend_from_slice(&limit.units().to_le_bytes());
        }
        bytes.extend_from_slice(&spec.hold_timeout_s.to_le_bytes());
    }
    bytes
}

/// Reads [`encode_tokens`].
///
/// # Errors
/// What is wrong with the bytes.
pub fn decode_tokens(bytes: &[u8]) -> Result<Vec<TokenSpec>, ImageError> {
    let mut reader = Reader::new(bytes);
    let specs = read(&mut reader)?;
    reader.end()?;
    Ok(specs)
}

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Vec<TokenSpec>, ImageError> {
    let count = reader.length(LEAST)?;
    if count > TOKENS_MAX {
        return Err(ImageError("it has too many tokens"));
    }
    (0..count).map(|_| token(reader)).collect()
}

fn token(reader: &mut Reader<'_>) -> Result<TokenSpec, ImageError> {
    Ok(TokenSpec {
        id: TokenId(reader.u32()?),
        name: text(reader)?,
        symbol: text(reader)?,
        decimals: reader.u8()?,
        cap: reader.amount()?,
        policy: KycPolicy {
            send: reader.u8()?,
            receive: reader.u8()?,
            limits: [
                reader.amount()?,
                reader.amount()?,
                reader.amount()?,
                reader.amount()?,
            ],
        },
        hold_timeout_s: reader.u32()?,
    })
}

fn text(reader: &mut Reader<'_>) -> Result<String, ImageError> {
    let length = reader.u16()?;
    let bytes = reader.bytes(length.into())?;
    let text = std::str::from_utf8(bytes).map_err(|_| ImageError("a name is no text"))?;
    Ok(text.to_owned())
}
