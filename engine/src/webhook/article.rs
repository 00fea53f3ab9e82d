//! The article's form: `event_id = SHA256(payload + secret_key + timestamp)`, in lower-case hexadecimal digits.
//!
//! Two weaknesses come with it, and are kept at bay rather than hidden. Joining without separators is ambiguous, and a plain digest
//! can be extended by whoever has seen one: so the timestamp must be exactly 10 digits (seconds) or 13 (milliseconds). And a
//! delivery that is signed again has a new timestamp, hence another event id: so the command's key comes from the event's own id in
//! the payload, never from this one.

use super::{Head, Rejected, Secret, check_fresh, digits, header};
use crate::evidence::{bytes_of, text_of};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// When the delivery was signed.
pub const TIMESTAMP: &str = "x-webhook-timestamp";
/// The digest.
pub const EVENT_ID: &str = "x-webhook-event-id";

/// The article's event id: over the body's bytes, the secret's bytes, and the timestamp as it was received.
pub fn event_id(body: &[u8], secret: &[u8], timestamp: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(body);
    hash.update(secret);
    hash.update(timestamp);
    hash.finalize().into()
}

/// The event id of a delivery that is believed.
pub(super) fn verify(
    secret: &Secret,
    head: &Head<'_>,
    body: &[u8],
    now_ms: u64,
) -> Result<String, Rejected> {
    let timestamp = header(head, TIMESTAMP)?;
    let sent_ms = digits(timestamp, 10)
        .map(|seconds| seconds * 1000)
        .or_else(|| digits(timestamp, 13))
        .ok_or(Rejected::Malformed {
            header: TIMESTAMP,
            expected: "10 digits of seconds or 13 of milliseconds since 1970",
        })?;
    let claimed: Option<[u8; 32]> = bytes_of(header(head, EVENT_ID)?);
    let right = event_id(body, secret.bytes(), timestamp);
    let same = claimed.is_some_and(|claimed| bool::from(claimed.ct_eq(&right)));
    if !same {
        return Err(Rejected::Signature);
    }
    check_fresh(sent_ms, now_ms)?;
    Ok(text_of(&right))
}
