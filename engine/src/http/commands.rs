//! Single commands: any kind by its name, and a short path for each of the usual ones.

use super::body::{CommandRequest, Form};
use super::error::ApiError;
use super::{Answer, Service, answer, sender};
use crate::json::{self, DecodeError};
use crate::ledger::{AccountId, Command, CommandId, CommandRecord, Kind, RECORD_BYTES, Status};
use std::sync::Arc;

/// `POST /v1/commands`: the body says the kind.
pub(super) async fn any(service: Arc<Service>, mut request: CommandRequest) -> Answer {
    let command = decode(&service, &mut request, None, json::decode_command)?;
    apply(&service, &request, command).await
}

/// `POST /v1/transfers` and the other short forms: the path says the kind.
pub(super) async fn of_kind(
    service: Arc<Service>,
    mut request: CommandRequest,
    kind: Kind,
) -> Answer {
    let command = decode(&service, &mut request, Some(kind), json::decode_command)?;
    apply(&service, &request, command).await
}

/// `POST /v1/holds/{id}/post`.
pub(super) async fn post_hold(service: Arc<Service>, request: CommandRequest) -> Answer {
    end_hold(&service, request, Kind::Post).await
}

/// `POST /v1/holds/{id}/void`.
pub(super) async fn void_hold(service: Arc<Service>, request: CommandRequest) -> Answer {
    end_hold(&service, request, Kind::Void).await
}

async fn end_hold(service: &Service, mut request: CommandRequest, kind: Kind) -> Answer {
    let hold = in_path(CommandId::parse(request.third_segment()))?;
    let command = decode(service, &mut request, Some(kind), |body, key, _| {
        json::decode_end_of_hold(body, key, kind, hold)
    })?;
    if command.hold() != Some(hold) {
        return Err(contradicted("related"));
    }
    apply(service, &request, command).await
}

/// `PUT /v1/accounts/{id}/kyc`.
pub(super) async fn kyc(service: Arc<Service>, mut request: CommandRequest) -> Answer {
    let account = in_path(AccountId::parse(request.third_segment()))?;
    let command = decode(
        &service,
        &mut request,
        Some(Kind::SetKyc),
        |body, key, _| json::decode_kyc(body, key, account),
    )?;
    if command.debit() != Some(account) {
        return Err(contradicted("debit"));
    }
    apply(&service, &request, command).await
}

/// The command of `POST /v1/accounts`, whose answer has a form of its own.
pub(super) fn opening(
    service: &Service,
    mut request: CommandRequest,
) -> Result<(CommandRequest, Command), ApiError> {
    let command = decode(service, &mut request, Some(Kind::Open), |body, key, _| {
        json::decode_open(body, key)
    })?;
    let command = request.sent(command);
    Ok((request, command))
}

fn in_path<T>(id: Result<T, crate::ledger::IdError>) -> Result<T, ApiError> {
    id.map_err(|error| ApiError::bad_request("id_malformed", format!("path: {error}")))
}

fn contradicted(field: &'static str) -> ApiError {
    ApiError::of_shape(crate::ledger::ShapeError {
        status: Status::FieldNotAllowed,
        field,
    })
}

async fn apply(service: &Service, request: &CommandRequest, command: Command) -> Answer {
    let command = request.sent(command);
    let evidence = sender::of_command(service.guard(), request, &command)?;
    let outcome = service.apply(&command, evidence).await?;
    answer::command(request.form(), &command, &outcome)
}

/// The command of a body in any form; JSON is read with the key of the head and the kind of the path.
fn decode<R>(
    service: &Service,
    request: &mut CommandRequest,
    kind: Option<Kind>,
    read_json: R,
) -> Result<Command, ApiError>
where
    R: FnOnce(&[u8], Option<CommandId>, Option<Kind>) -> Result<Command, DecodeError>,
{
    let (key, role) = (request.key(), request.role());
    let command = match request.form() {
        Form::Json => return Ok(read_json(request.body(), key, kind)?),
        Form::Protobuf => {
            let reader = service.protobuf_reader();
            reader.command(request.take_body(), kind, role)?
        }
        Form::Raw => raw(request, kind)?,
    };
    if key.is_some_and(|key| key != command.id()) {
        return Err(DecodeError::KeyMismatch.into());
    }
    Ok(command)
}

fn raw(request: &CommandRequest, kind: Option<Kind>) -> Result<Command, ApiError> {
    let Some([record]) = CommandRecord::view(request.body()) else {
        let length = request.body().len();
        let message = format!("a raw command has {RECORD_BYTES} bytes, not {length}");
        return Err(ApiError::bad_request("record_length", message));
    };
    let command = record.command(request.role()).map_err(ApiError::of_shape)?;
    match kind {
        Some(kind) if kind != command.kind() => Err(contradicted("kind")),
        _ => Ok(command),
    }
}
