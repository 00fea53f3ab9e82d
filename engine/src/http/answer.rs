//! Responses.

use super::Answer;
use super::error::ApiError;
use crate::json::{self, wire::answer::CommandAnswer};
use crate::ledger::{CommandId, Outcome, Status};
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use axum::response::Response;
use serde::Serialize;

/// A JSON response.
pub(super) fn json(code: StatusCode, answer: &impl Serialize) -> Response {
    let mut response = Response::new(Body::from(json::encode(answer)));
    *response.status_mut() = code;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// 200 with a JSON body.
pub(super) fn ok(answer: &impl Serialize) -> Response {
    json(StatusCode::OK, answer)
}

/// The response to a mint or transfer: 200 for `ok`, first or replayed, and an error for every refusal.
pub(super) fn command(id: CommandId, outcome: &Outcome) -> Answer {
    match *outcome {
        Outcome::Recorded {
            status: Status::Ok,
            sequence,
        } => Ok(ok(&CommandAnswer::ok(id, sequence, false))),
        Outcome::Replayed {
            status: Status::Ok,
            sequence,
        } => Ok(ok(&CommandAnswer::ok(id, sequence, true))),
        _ => Err(ApiError::refusal(outcome)),
    }
}
