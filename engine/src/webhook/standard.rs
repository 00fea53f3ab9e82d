//! The form of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, and several secrets while they are changed.

use super::{Head, Rejected, Secret, check_fresh, digits, header};
use crate::evidence::NAME_BYTES_MAX;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The event's id; the same at every delivery of it.
pub const ID: &str = "webhook-id";
/// When the delivery was signed, in seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// Signatures, separated by blanks: `v1,` and base64 each.
pub const SIGNATURE: &str = "webhook-signature";

/// Reads a secret: base64 with or without the prefix `whsec_`.
pub(super) fn secret(text: &str) -> Option<Secret> {
    let base64 = text.strip_prefix("whsec_").unwrap_or(text);
    let bytes = STANDARD.decode(base64).ok()?;
    (!bytes.is_empty()).then(|| Secret::new(bytes))
}

/// The event id of a delivery that is believed.
pub(super) fn verify(
    secrets: &[Secret],
    head: &Head<'_>,
    body: &[u8],
    now_ms: u64,
) -> Result<String, Rejected> {
    let id = header(head, ID)?;
    // A full stop would move the border between id and timestamp.
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'.';
    if !(1..=NAME_BYTES_MAX).contains(&id.len()) || !id.bytes().all(plain) {
        return Err(Rejected::Malformed {
            header: ID,
            expected: "1 to 128 visible ASCII characters without full stop",
        });
    }
    let timestamp = header(head, TIMESTAMP)?;
    let seconds = digits(timestamp, 10).ok_or(Rejected::Malformed {
        header: TIMESTAMP,
        expected: "10 digits of seconds since 1970",
    })?;
    let signatures = header(head, SIGNATURE)?;
    let signed = signatures
        .split(' ')
        .filter_map(|signature| signature.strip_prefix("v1,"))
        .filter_map(|base64| STANDARD.decode(base64).ok())
        .any(|signature| {
            secrets.iter().any(|secret| {
                mac(secret, id, timestamp, body)
                    .is_some_and(|mac| mac.verify_slice(&signature).is_ok())
            })
        });
    if !signed {
        return Err(Rejected::Signature);
    }
    check_fresh(seconds * 1000, now_ms)?;
    Ok(id.to_owned())
}

/// The authentication code; HMAC takes keys of every length. Its comparison takes the same time wherever the bytes differ.
fn mac(secret: &Secret, id: &str, timestamp: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.bytes()).ok()?;
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    Some(mac)
}

/// Signs as a provider does.
#[cfg(test)]
pub(super) fn sign(secret: &Secret, id: &str, timestamp: &str, body: &[u8]) -> String {
    let code = mac(secret, id, timestamp, body).expect("any key");
    format!("v1,{}", STANDARD.encode(code.finalize().into_bytes()))
}
