//! Single commands: any kind by its name, and a short path for each of the usual ones.

use super::body::{CommandRequest, Form};
use super::error::ApiError;
use super::{Answer, Service, answer, sender};
use crate::evidence::Evidence;
use crate::json::{self, DecodeError};
use crate::ledger::{
    AccountId, Command, CommandId, CommandRecord, Kind, Outcome, RECORD_BYTES, Status,
};
use std::sync::Arc;

/// What finds the command of a route in its request.
pub(super) trait Read:
    Fn(&Service, &mut CommandRequest) -> Result<Command, ApiError> + Copy + Send + Sync + 'static
{
}

impl<R> Read for R where
    R: Fn(&Service, &mut CommandRequest) -> Result<Command, ApiError>
        + Copy
        + Send
        + Sync
        + 'static
{
}

/// A command that was read, and all that its answer needs of its request. Head and body are given back before the ledger is waited for: while
/// the processor has them at hand, and not when a thousand other requests have been there since.
pub(super) struct Ready {
    /// How the answer is written.
    pub(super) form: Form,
    /// As its sender may send it.
    pub(super) command: Command,
    evidence: Evidence,
}

impl Ready {
    /// Reads a command and checks who sends it.
    pub(super) fn read(
        service: &Service,
        mut request: CommandRequest,
        read: impl Read,
    ) -> Result<Self, ApiError> {
        let command = read(service, &mut request)?;
        let command = request.sent(command);
        Ok(Self {
            form: request.form(),
            evidence: sender::of_command(service.guard(), &request, &command)?,
            command,
        })
    }

    /// What becomes of it.
    pub(super) async fn applied(&mut self, service: &Service) -> Result<Outcome, ApiError> {
        service.apply(&self.command, self.evidence.take()).await
    }
}

/// Applies the command that `read` finds in a request, and answers in the request's form.
pub(super) fn apply(
    service: Arc<Service>,
    request: CommandRequest,
    read: impl Read,
) -> impl Future<Output = Answer> {
    let ready = Ready::read(&service, request, read);
    applied(service, ready)
}

async fn applied(service: Arc<Service>, ready: Result<Ready, ApiError>) -> Answer {
    let mut ready = ready?;
    let outcome = ready.applied(&service).await?;
    answer::command(ready.form, &ready.command, &outcome)
}

/// `POST /v1/commands`: the body says the kind.
pub(super) fn any(service: &Service, request: &mut CommandRequest) -> Result<Command, ApiError> {
    decode(service, request, None, json::decode_command)
}

/// `POST /v1/transfers` and the other short forms: the path says the kind.
pub(super) fn of_kind(kind: Kind) -> impl Read {
    move |service: &Service, request: &mut CommandRequest| {
        decode(service, request, Some(kind), json::decode_command)
    }
}

/// `POST /v1/accounts`.
pub(super) fn open(service: &Service, request: &mut CommandRequest) -> Result<Command, ApiError> {
    let read_json = |body: &[u8], key, _| json::decode_open(body, key);
    decode(service, request, Some(Kind::Open), read_json)
}

/// `POST /v1/holds/{id}/post` and `POST /v1/holds/{id}/void`.
pub(super) fn end_of_hold(kind: Kind) -> impl Read {
    move |service: &Service, request: &mut CommandRequest| {
        let hold = in_path(CommandId::parse(request.third_segment()))?;
        let command = decode(service, request, Some(kind), |body, key, _| {
            json::decode_end_of_hold(body, key, kind, hold)
        })?;
        if command.hold() != Some(hold) {
            return Err(contradicted("related"));
        }
        Ok(command)
    }
}

/// `PUT /v1/accounts/{id}/kyc`.
pub(super) fn kyc(service: &Service, request: &mut CommandRequest) -> Result<Command, ApiError> {
    let account = in_path(AccountId::parse(request.third_segment()))?;
    let command = decode(service, request, Some(Kind::SetKyc), |body, key, _| {
        json::decode_kyc(body, key, account)
    })?;
    if command.debit() != Some(account) {
        return Err(contradicted("debit"));
    }
    Ok(command)
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
