//! Batches: up to 8,192 commands in one request, answered in their order.

use super::body::{CommandRequest, Form};
use super::error::ApiError;
use super::{Answer, Service, answer, sender};
use crate::json::{self, wire::answer::BatchLine};
use crate::ledger::{AnswerRecord, Batch, CommandRecord, Outcome, RECORD_BYTES, Status};
use crate::proto;
use axum::http::StatusCode;
use std::sync::Arc;

/// The most commands of a batch.
pub(super) const BATCH_COMMANDS_MAX: usize = 8192;

/// `POST /v1/batch`: 200 whatever became of the commands, if the batch could be read at all.
pub(super) async fn post(service: Arc<Service>, mut request: CommandRequest) -> Answer {
    if request.key().is_some() {
        let message = "header Idempotency-Key: in a batch each command has its own id";
        return Err(ApiError::bad_request("idempotency_key_mismatch", message));
    }
    if service.guard().wants_signatures() {
        request.demote();
    }
    let (mut batch, decoded) = read(&service, &mut request)?;
    let mut commands = batch.take_commands();
    for command in &mut commands {
        *command = request.sent(*command);
    }
    let evidence = sender::of_commands(service.guard(), &request, commands.iter())?;
    let outcomes = service.apply_batch(commands, evidence).await?;
    let merged = batch.merge(&outcomes);
    let body = match request.form() {
        Form::Raw => encode_raw(merged),
        Form::Protobuf => proto::encode_batch(merged),
        Form::Json => json::encode(&lines(merged, &decoded)),
    };
    service.pool().outcomes.give(outcomes);
    Ok(answer::bytes(
        StatusCode::OK,
        request.form().media_type(),
        body,
    ))
}

/// What became of each member of a JSON batch: only answers in JSON name the field at fault.
type Decoded = Vec<json::Member>;

fn read(service: &Service, request: &mut CommandRequest) -> Result<(Batch, Decoded), ApiError> {
    let role = request.role();
    let room = |commands| Batch::in_room(service.pool().commands.take(commands));
    match request.form() {
        Form::Raw => {
            let records = CommandRecord::view(request.body()).ok_or_else(record_length)?;
            check_count(service, records.len())?;
            Ok((room(records.len()).records(records, role), Vec::new()))
        }
        Form::Protobuf => {
            let reader = service.protobuf_reader();
            let commands = reader.batch(request.take_body(), role)?;
            check_count(service, commands.len())?;
            Ok((room(commands.len()).members(commands), Vec::new()))
        }
        Form::Json => {
            let mut decoded = json::decode_batch(request.body())?;
            check_count(service, decoded.len())?;
            for (member, _) in &mut decoded {
                if let Ok(command) = member {
                    *command = request.sent(*command);
                }
            }
            let status = |(member, is_linked): &json::Member| match member {
                Ok(command) => (Ok(*command), *is_linked),
                Err(error) => (Err(error.status()), *is_linked),
            };
            let batch = room(decoded.len()).members(decoded.iter().map(status));
            Ok((batch, decoded))
        }
    }
}

fn record_length() -> ApiError {
    let message = format!("the length of a raw batch must be a multiple of {RECORD_BYTES} bytes");
    ApiError::bad_request("record_length", message)
}

fn check_count(service: &Service, count: usize) -> Result<(), ApiError> {
    if count > BATCH_COMMANDS_MAX {
        service.metrics().shed(Status::TooLarge, count as u64);
        let message = format!("{count} commands; a batch has at most {BATCH_COMMANDS_MAX}");
        return Err(ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            Status::TooLarge.name(),
            message,
        ));
    }
    Ok(())
}

/// 16 bytes for each answer.
#[inline(never)]
fn encode_raw(outcomes: impl Iterator<Item = Outcome>) -> Vec<u8> {
    let mut body = Vec::with_capacity(outcomes.size_hint().0 * size_of::<AnswerRecord>());
    for (index, outcome) in (0..).zip(outcomes) {
        body.extend_from_slice(AnswerRecord::new(index, &outcome).bytes());
    }
    body
}

fn lines(outcomes: impl Iterator<Item = Outcome>, decoded: &Decoded) -> Vec<BatchLine> {
    let line = |(index, outcome): (u32, Outcome)| {
        let field = match decoded.get(index as usize) {
            Some((Ok(command), _)) => command
                .check_shape()
                .err()
                .filter(|shape| shape.status == outcome.status())
                .map(|shape| shape.field),
            Some((Err(error), _)) => error.field(),
            None => None,
        };
        BatchLine::new(index, &outcome, field)
    };
    (0..).zip(outcomes).map(line).collect()
}
