//! What became of a command.

use super::error::ApiError;
use super::request::{Query, command_in_path};
use super::{Answer, Service, answer};
use crate::json::wire::answer::EntryAnswer;
use crate::ledger::part::Needs;
use axum::extract::Request;
use std::sync::Arc;

/// `GET /v1/transfers/{id}`: the recorded outcome of an idempotency key of any kind of command, refusals included.
pub(super) async fn get(service: Arc<Service>, request: Request) -> Answer {
    Query::read(&request, [])?;
    let id = command_in_path(&request)?;
    drop(request);
    let (entry, last) = service
        .read_seen(Needs::Entry(id), move |ledger| {
            let (entry, last) = (ledger.entry(id), ledger.last_sequence());
            let seen = entry.as_ref().map_or(last, |(sequence, _)| Some(*sequence));
            ((entry, last), seen)
        })
        .await?;
    let Some((sequence, entry)) = entry else {
        let message = "no command with this id was recorded so far";
        return Err(ApiError::not_found("id_unknown", message, last));
    };
    Ok(answer::ok(&EntryAnswer::new(sequence, &entry)))
}
