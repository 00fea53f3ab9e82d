//! Responses.

use super::Answer;
use super::body::Form;
use super::error::ApiError;
use crate::json::{self, wire::answer::CommandAnswer};
use crate::ledger::{AnswerRecord, Command, Outcome, Status};
use crate::proto;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use axum::response::Response;
use serde::Serialize;

/// A JSON response.
pub(super) fn json(code: StatusCode, answer: &impl Serialize) -> Response {
    bytes(code, Form::Json.media_type(), json::encode(answer))
}

/// A refusal, as RFC 9457 has it.
pub(super) fn problem(code: StatusCode, answer: &impl Serialize) -> Response {
    bytes(code, "application/problem+json", json::encode(answer))
}

/// A response of that media type.
pub(super) fn bytes(code: StatusCode, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = code;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}

/// 200 with a JSON body.
pub(super) fn ok(answer: &impl Serialize) -> Response {
    json(StatusCode::OK, answer)
}

/// The response to a command in the form of its request: 200 for `ok`, first or replayed, and an error for every refusal.
pub(super) fn command(form: Form, command: &Command, outcome: &Outcome) -> Answer {
    match form {
        Form::Json => match *outcome {
            Outcome::Recorded {
                status: Status::Ok,
                sequence,
            } => Ok(ok(&CommandAnswer::ok(command.id(), sequence, false))),
            Outcome::Replayed {
                status: Status::Ok,
                sequence,
            } => Ok(ok(&CommandAnswer::ok(command.id(), sequence, true))),
            _ => Err(ApiError::refusal_of(command, outcome)),
        },
        Form::Protobuf | Form::Raw => {
            let refusal = ApiError::refusal_of(command, outcome);
            let body = match form {
                Form::Protobuf => proto::encode_answer(outcome, refusal.field()),
                _ => AnswerRecord::new(0, outcome).bytes().to_vec(),
            };
            Ok(bytes(refusal.http(), form.media_type(), body))
        }
    }
}
