//! Requests that carry a command: the idempotency key from the head, and a bounded body.

use super::error::ApiError;
use crate::ledger::CommandId;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use std::future::poll_fn;
use std::pin::Pin;

/// The most bytes of a body.
pub(super) const BODY_BYTES_MAX: usize = 64 * 1024;

/// The most bytes read and thrown away of a body that is too large, so that its sender gets to read the answer instead of a
/// reset connection.
const DISCARD_BYTES_MAX: usize = 1024 * 1024;

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// A request that carries a command.
#[derive(Debug)]
pub(super) struct CommandRequest {
    key: Option<CommandId>,
    first: Bytes,
    all: Vec<u8>,
}

impl CommandRequest {
    /// Reads the body to its end.
    pub(super) async fn read(request: Request) -> Result<Self, ApiError> {
        let (head, mut body) = request.into_parts();
        let key = idempotency_key(&head.headers)?;
        if body.size_hint().lower() > BODY_BYTES_MAX as u64 {
            return Err(too_large(body).await);
        }
        let mut request = Self {
            key,
            first: Bytes::new(),
            all: Vec::new(),
        };
        while let Some(data) = next_data(&mut body).await? {
            if request.body().len() + data.len() > BODY_BYTES_MAX {
                return Err(too_large(body).await);
            }
            request.append(data);
        }
        Ok(request)
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
    fn append(&mut self, data: Bytes) {
        if self.body().is_empty() {
            self.first = data;
            return;
        }
        if self.all.is_empty() {
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
async fn too_large(mut body: Body) -> ApiError {
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
        "too_large",
        format!("a body has at most {BODY_BYTES_MAX} bytes"),
    )
}
