//! Mints: create units to an account.

use super::body::CommandRequest;
use super::{Answer, Service, answer};
use crate::json;
use std::sync::Arc;

/// `POST /v1/mints`.
pub(super) async fn post(service: Arc<Service>, request: CommandRequest) -> Answer {
    let command = json::decode_mint(request.body(), request.key())?;
    let outcome = service.apply(&command).await?;
    answer::command(command.id(), &outcome)
}
