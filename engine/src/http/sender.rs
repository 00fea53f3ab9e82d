//! Who sends a request, by its connection and its head: what its entries will say.

use super::body::CommandRequest;
use super::error::ApiError;
use super::guard::Guard;
use crate::evidence::{Evidence, NAME_BYTES_MAX, Origin, bytes_of};
use crate::ledger::{Command, Role};
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::net::SocketAddr;

/// The signature of an operator's command: base64 of 64 bytes.
pub(super) const SIGNATURE: &str = "operator-signature";
/// What the operator's identity was proved with.
pub(super) const PROOF: &str = "operator-proof";
const TRACE: &str = "traceparent";

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// The evidence of a single command; most are no operator's, and leave none.
///
/// # Errors
/// A head that cannot be read, or a signature that is missing or wrong.
pub(super) fn of_command(
    guard: &Guard,
    request: &CommandRequest,
    command: &Command,
) -> Result<Evidence, ApiError> {
    if !command.needs_operator() || command.role() != Role::Operator {
        return Ok(None);
    }
    let signature = signature(request.headers())?;
    guard.check_signature(command, signature.as_ref())?;
    let origin = Origin {
        signature,
        ..operator(guard, request)?
    };
    Ok(origin.evidence())
}

/// The evidence of many commands, for those among them that take an operator.
///
/// # Errors
/// A head that cannot be read.
pub(super) fn of_commands<'a>(
    guard: &Guard,
    request: &CommandRequest,
    mut commands: impl Iterator<Item = &'a Command>,
) -> Result<Evidence, ApiError> {
    if commands.any(|command| command.needs_operator() && command.role() == Role::Operator) {
        return Ok(operator(guard, request)?.evidence());
    }
    Ok(None)
}

/// What every request says about its sender.
pub(super) fn anybody(request: &CommandRequest) -> Origin {
    Origin {
        ip: request.peer().map(|Peer(address)| address.ip()),
        trace: trace(request.headers()),
        ..Origin::default()
    }
}

fn operator(guard: &Guard, request: &CommandRequest) -> Result<Origin, ApiError> {
    Ok(Origin {
        operator: guard.operator().map(str::to_owned),
        proof: proof(request.headers())?,
        ..anybody(request)
    })
}

fn signature(headers: &HeaderMap) -> Result<Option<[u8; 64]>, ApiError> {
    let Some(value) = headers.get(SIGNATURE) else {
        return Ok(None);
    };
    let bytes = STANDARD.decode(value.as_bytes()).ok();
    let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
    bytes.map(Some).ok_or_else(|| {
        let message = "header Operator-Signature: expected the base64 of 64 bytes";
        ApiError::bad_request("signature_malformed", message)
    })
}

fn proof(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get(PROOF) else {
        return Ok(None);
    };
    let text = value.to_str().ok();
    let text = text.filter(|text| (1..=NAME_BYTES_MAX).contains(&text.len()));
    text.map(|text| Some(text.to_owned())).ok_or_else(|| {
        let message =
            format!("header Operator-Proof: expected 1 to {NAME_BYTES_MAX} ASCII characters");
        ApiError::bad_request("proof_malformed", message)
    })
}

/// The trace of a W3C `traceparent`; a malformed one is as if it were not there, as that standard demands.
fn trace(headers: &HeaderMap) -> Option<[u8; 16]> {
    let text = headers.get(TRACE)?.to_str().ok()?;
    let id = text.split('-').nth(1)?;
    bytes_of(id).filter(|id: &[u8; 16]| *id != [0; 16])
}
