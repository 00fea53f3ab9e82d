//! Mints: create units to an account.

use super::body::CommandRequest;
use super::{Answer, Service, answer};
use crate::json;

/// `POST /v1/mints`.
pub(super) fn post(service: &Service, request: &CommandRequest) -> Answer {
    let command = json::decode_mint(request.body(), request.key())?;
    let outcome = service.apply(&command)?;
    answer::command(command.id(), &outcome)
}
