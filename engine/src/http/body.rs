//! Requests that carry commands: who sends them, what their head says, and a bounded body.

use super::error::ApiError;
use super::sender::{Peer, SIGNATURE};
use super::service::Service;
use crate::ledger::{Command, CommandId, Role, Status};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use std::future::poll_fn;
use std::pin::Pin;
use std::time::{SystemTime, UNIX_EPOCH};

/// The most bytes of a body with one command.
pub(super) const BODY_BYTES_MAX: usize = 64 * 1024;

/// The most bytes of a batch: 8,192 records of 128 bytes exactly.
pub(super) const BATCH_BYTES_MAX: usize = 1024 * 1024;

/// The most bytes read and thrown away of a body that is too large, so that its sender gets to read the answer instead of a
/// reset connection.
const DISCARD_BYTES_MAX: usize = 2 * BATCH_BYTES_MAX;

const IDEMPOTENCY_KEY: &str = "idempotency-key";
const REQUEST_TIMEOUT: &str = "request-timeout-ms";

/// The form of a body, and of the answer to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Whatever does not say that it is another.
    Json,
    /// `application/x-protobuf`.
    Protobuf,
    /// `application/octet-stream`: records of 128 bytes, answers of 16.
    Raw,
}

impl Form {
    fn of(headers: &HeaderMap, service: &Service) -> Result<Self, ApiError> {
        let form = match headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes) {
            Some(b"application/x-protobuf" | b"application/protobuf") => Self::Protobuf,
            Some(b"application/octet-stream") => Self::Raw,
            _ => Self::Json,
        };
        service.check_form(form)?;
        Ok(form)
    }

    /// The media type of an answer.
    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Protobuf => "application/x-protobuf",
            Self::Raw => "application/octet-stream",
        }
    }
}

/// A request that carries commands.
#[derive(Debug)]
pub(super) struct CommandRequest {
    path: String,
    headers: HeaderMap,
    peer: Option<Peer>,
    key: Option<CommandId>,
    role: Role,
    form: Form,
    deadline_ms: u64,
    first: Bytes,
    all: Vec<u8>,
}

impl CommandRequest {
    /// Reads the head and then the body, at most `most` bytes, to its end.
    pub(super) async fn read(
        service: &Service,
        request: Request,
        most: usize,
    ) -> Result<Self, ApiError> {
        let (head, body) = request.into_parts();
        let mut request = Self {
            key: idempotency_key(&head.headers)?,
            role: service.guard().role_of(authorization(&head.headers))?,
            form: Form::of(&head.headers, service)?,
            ..Self::of_head(head)
        };
        // What is signed is signed with its own deadline.
        if !request.headers.contains_key(SIGNATURE) {
            request.deadline_ms = deadline_ms(&request.headers)?;
        }
        request.with_body(service, body, most).await
    }

    /// Reads a delivery: its head is its provider's, and means nothing of what ours means.
    pub(super) async fn read_delivery(
        service: &Service,
        request: Request,
        most: usize,
    ) -> Result<Self, ApiError> {
        let (head, body) = request.into_parts();
        Self::of_head(head).with_body(service, body, most).await
    }

    fn of_head(head: Parts) -> Self {
        Self {
            path: head.uri.path().to_owned(),
            peer: head.extensions.get().copied(),
            headers: head.headers,
            key: None,
            role: Role::Operator,
            form: Form::Json,
            deadline_ms: 0,
            first: Bytes::new(),
            all: Vec::new(),
        }
    }

    async fn with_body(
        mut self,
        service: &Service,
        mut body: Body,
        most: usize,
    ) -> Result<Self, ApiError> {
        let announced = body.size_hint().lower();
        if announced > most as u64 {
            return Err(too_large(service, body, most).await);
        }
        while let Some(data) = next_data(&mut body).await? {
            if self.body().len() + data.len() > most {
                return Err(too_large(service, body, most).await);
            }
            self.append(data, announced as usize);
        }
        Ok(self)
    }

    /// Its head.
    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The other end of its connection, where that is known.
    pub(super) fn peer(&self) -> Option<Peer> {
        self.peer
    }

    /// Takes its sender for a holder: what must be signed one by one is not taken in a heap.
    pub(super) fn demote(&mut self) {
        self.role = Role::Holder;
    }

    /// The part of the path behind the third slash, such as the id in `/v1/holds/{id}/post`.
    pub(super) fn third_segment(&self) -> &str {
        self.path.split('/').nth(3).unwrap_or_default()
    }

    /// What the sender may do.
    pub(super) fn role(&self) -> Role {
        self.role
    }

    /// How the body is written.
    pub(super) fn form(&self) -> Form {
        self.form
    }

    /// The command as this request sends it: by its sender, and not later than its head allows.
    pub(super) fn sent(&self, command: Command) -> Command {
        let deadline_ms = match (command.deadline_ms(), self.deadline_ms) {
            (0, deadline) | (deadline, 0) => deadline,
            (one, other) => one.min(other),
        };
        command.with_role(self.role).with_deadline_ms(deadline_ms)
    }

    /// The whole body, without copying it if it came in one piece.
    pub(super) fn take_body(&mut self) -> Bytes {
        if self.all.is_empty() {
            std::mem::take(&mut self.first)
        } else {
            Bytes::from(std::mem::take(&mut self.all))
        }
    }

    /// The key from the header `Idempotency-Key`.
    pub(super) fn key(&self) -> Option<CommandId> {
        self.key
    }

    /// The whole body.
    pub(super) fn body(&self) -> &[u8] {
        if self.all.is_empty() {
            &self.first
        } else {
            &self.all
        }
    }

    /// A body in one piece, the usual case, is used where it lies; more pieces are copied together.
    fn append(&mut self, data: Bytes, announced: usize) {
        if self.body().is_empty() {
            self.first = data;
            return;
        }
        if self.all.is_empty() {
            // Announced lengths were checked against the bound.
            self.all
                .reserve_exact(announced.max(self.first.len() + data.len()));
            self.all.extend_from_slice(&self.first);
        }
        self.all.extend_from_slice(&data);
    }
}

/// The key of the header, with or without the quotes that its standards draft puts around it.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<CommandId>, ApiError> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim_matches('"');
    match CommandId::parse(text) {
        Ok(key) => Ok(Some(key)),
        Err(error) => {
            let message = format!("header Idempotency-Key: {error}");
            Err(ApiError::bad_request("idempotency_key_malformed", message))
        }
    }
}

/// What stands behind `Bearer`; the scheme's case does not matter.
pub(super) fn authorization(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(AUTHORIZATION)?.as_bytes();
    match value.split_at_checked(7) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"bearer ") => Some(token),
        _ => Some(value),
    }
}

/// Until when the sender waits, in milliseconds since 1970; 0 if its head does not say.
fn deadline_ms(headers: &HeaderMap) -> Result<u64, ApiError> {
    let Some(value) = headers.get(REQUEST_TIMEOUT) else {
        return Ok(0);
    };
    let timeout = value
        .to_str()
        .ok()
        .and_then(|text| text.parse::<u32>().ok());
    let timeout = timeout.filter(|timeout| *timeout > 0).ok_or_else(|| {
        let message = "header Request-Timeout-Ms: expected a number of milliseconds from 1";
        ApiError::bad_request("request_timeout_malformed", message)
    })?;
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let now_ms = since.map_or(0, |time| time.as_millis() as u64);
    Ok(now_ms + u64::from(timeout))
}

async fn next_data(body: &mut Body) -> Result<Option<Bytes>, ApiError> {
    loop {
        match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
            None => return Ok(None),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
            Some(Err(error)) => {
                let message = format!("the body ended early: {error}");
                return Err(ApiError::bad_request("body_unreadable", message));
            }
        }
    }
}

/// The refusal of a body, after reading what its sender may still be writing; one that is far too large is not read at all.
async fn too_large(service: &Service, mut body: Body, most: usize) -> ApiError {
    service.metrics().shed(Status::TooLarge, 1);
    let mut discarded = 0;
    if body.size_hint().lower() <= DISCARD_BYTES_MAX as u64 {
        while let Ok(Some(data)) = next_data(&mut body).await {
            discarded += data.len();
            if discarded > DISCARD_BYTES_MAX {
                break;
            }
        }
    }
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        Status::TooLarge.name(),
        format!("a body has at most {most} bytes"),
    )
}
