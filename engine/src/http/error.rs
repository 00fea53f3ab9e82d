//! Errors as responses: what went wrong, whose fault it is, and where.

use super::answer;
use crate::executor::Refused;
use crate::json::DecodeError;
use crate::json::wire::answer::{ErrorAnswer, ErrorDetail, ProblemAnswer};
use crate::ledger::{
    Command, ConservationError, Outcome, Role, Sequence, ShapeError, StatementError, Status,
};
use crate::proto::ProtoError;
use crate::webhook::Rejected;
use axum::http::header::{CONNECTION, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::borrow::Cow;

/// The most characters of a message: some quote the caller, who may have sent a lot.
const MESSAGE_CHARS: usize = 300;

/// An answer that is not `ok`.
#[derive(Debug)]
pub struct ApiError {
    http: StatusCode,
    code: &'static str,
    message: Cow<'static, str>,
    field: Option<&'static str>,
    sequence: Option<Sequence>,
    replayed: Option<bool>,
    number: Option<u8>,
    retry: bool,
}

impl ApiError {
    /// An error with a code and a message.
    pub(super) fn new(
        http: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            http,
            code,
            message: message.into(),
            field: None,
            sequence: None,
            replayed: None,
            number: None,
            retry: false,
        }
    }

    /// The caller's fault: 400.
    pub(super) fn bad_request(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// What is asked for does not exist, as of `sequence`: 404.
    pub(super) fn not_found(
        code: &'static str,
        message: &'static str,
        sequence: Option<Sequence>,
    ) -> Self {
        let mut error = Self::new(StatusCode::NOT_FOUND, code, message);
        error.sequence = sequence;
        error
    }

    /// Not now: 503, with a time to try again.
    pub(super) fn busy(message: &'static str) -> Self {
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message);
        error.retry = true;
        error
    }

    /// No account of that id.
    pub(super) fn account_unknown(sequence: Option<Sequence>) -> Self {
        Self::not_found("account_unknown", "the account does not exist", sequence)
    }

    /// No such path.
    pub(super) fn route_unknown() -> Self {
        Self::not_found("route_unknown", "no such path", None)
    }

    /// The path exists, but not for this method; axum adds which ones are allowed.
    pub(super) fn method_not_allowed() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "this path does not take that method; the header Allow names those it takes",
        )
    }

    /// What is asked for takes a token that was not shown: 401.
    pub(super) fn unauthorized(message: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// A refusal of `command`: by shape with the field at fault, and to a holder who would need an operator's token, 401.
    pub(super) fn refusal_of(command: &Command, outcome: &Outcome) -> Self {
        let mut error = Self::refusal(outcome);
        if let Some(shape) = command.check_shape().err()
            && shape.status == outcome.status()
        {
            error.field = Some(shape.field);
        }
        if outcome.status() == Status::RoleDenied && command.role() == Role::Holder {
            error.http = StatusCode::UNAUTHORIZED;
        }
        error
    }

    /// Something that is no command for the reason of a status.
    pub(super) fn of_shape(shape: ShapeError) -> Self {
        let mut error = Self::refusal(&Outcome::Unrecorded(shape.status));
        error.field = Some(shape.field);
        error
    }

    /// The HTTP status it will have.
    pub(super) const fn http(&self) -> StatusCode {
        self.http
    }

    /// The field at fault, where one is.
    pub(super) const fn field(&self) -> Option<&'static str> {
        self.field
    }

    /// An outcome that is not a new or replayed `ok`.
    pub(super) fn refusal(outcome: &Outcome) -> Self {
        let status = outcome.status();
        let mut error = Self::new(http_status(status), status.name(), status.message());
        error.number = Some(status.number());
        error.retry = matches!(status.number(), 90 | 91);
        match *outcome {
            Outcome::Recorded { sequence, .. } => {
                error.sequence = Some(sequence);
                error.replayed = Some(false);
            }
            Outcome::Replayed { sequence, .. } => {
                error.sequence = Some(sequence);
                error.replayed = Some(true);
            }
            Outcome::Reused { field, sequence } => {
                error.message = Cow::Owned(format!("{}: \"{field}\" differs", status.message()));
                error.sequence = Some(sequence);
                error.field = Some(field);
            }
            Outcome::Unrecorded(_) => {}
        }
        error
    }
}

/// Whose fault a status is, as HTTP says it.
fn http_status(status: Status) -> StatusCode {
    match status.number() {
        0 => StatusCode::OK,
        18 | 50..=57 => StatusCode::FORBIDDEN,
        10..=17 | 20 => StatusCode::BAD_REQUEST,
        21 | 31 | 45 | 60..=65 => StatusCode::CONFLICT,
        40..=44 => StatusCode::NOT_FOUND,
        70..=77 => StatusCode::UNPROCESSABLE_ENTITY,
        91 => StatusCode::TOO_MANY_REQUESTS,
        96 => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl From<DecodeError> for ApiError {
    fn from(error: DecodeError) -> Self {
        let mut answer = Self::bad_request(error.code(), error.to_string());
        answer.field = error.field();
        answer
    }
}

impl From<ProtoError> for ApiError {
    fn from(error: ProtoError) -> Self {
        match error {
            ProtoError::Shape(shape) => Self::of_shape(shape),
            ProtoError::Malformed(_) | ProtoError::Wire(_) => {
                Self::bad_request("protobuf_malformed", error.to_string())
            }
        }
    }
}

impl From<Rejected> for ApiError {
    fn from(rejected: Rejected) -> Self {
        let message = rejected.to_string();
        match rejected {
            Rejected::Missing(_) => Self::bad_request("header_missing", message),
            Rejected::Malformed { .. } => Self::bad_request("header_malformed", message),
            Rejected::Stale => Self::bad_request("delivery_stale", message),
            Rejected::Signature => Self::new(StatusCode::UNAUTHORIZED, "signature_wrong", message),
        }
    }
}

impl From<StatementError> for ApiError {
    fn from(error: StatementError) -> Self {
        match error {
            StatementError::AccountUnknown => Self::account_unknown(None),
            StatementError::BeforeUnknown => Self::bad_request("before_unknown", error.to_string()),
        }
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        let (http, code) = match refused {
            Refused::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded"),
            Refused::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
            Refused::DiskFull => (StatusCode::SERVICE_UNAVAILABLE, "capacity"),
            Refused::JournalFailed => (StatusCode::SERVICE_UNAVAILABLE, "journal_failed"),
            Refused::Stopped => (StatusCode::INTERNAL_SERVER_ERROR, "ledger_stopped"),
            Refused::StoreDown => (StatusCode::SERVICE_UNAVAILABLE, "store_down"),
            Refused::StoreLost => (StatusCode::SERVICE_UNAVAILABLE, "outcome_unknown"),
        };
        let mut error = Self::new(http, code, refused.to_string());
        error.retry = matches!(
            refused,
            Refused::Overloaded | Refused::StoreDown | Refused::StoreLost
        );
        error
    }
}

impl From<ConservationError> for ApiError {
    fn from(error: ConservationError) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "conservation_broken",
            error.to_string(),
        )
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = ProblemAnswer {
            status: self.http.as_u16(),
            name: self.code,
            number: self.number,
            detail: shortened(&self.message),
            field: self.field,
            sequence: self.sequence.map(Sequence::get),
        };
        let detail = ErrorDetail {
            code: self.code,
            message: shortened(&self.message),
            field: self.field,
            sequence: self.sequence.map(Sequence::get),
            replayed: self.replayed,
        };
        let answer = ErrorAnswer {
            problem,
            error: detail,
        };
        let mut response = answer::problem(self.http, &answer);
        if self.http == StatusCode::UNAUTHORIZED {
            let bearer = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(WWW_AUTHENTICATE, bearer);
        }
        if self.http == StatusCode::PAYLOAD_TOO_LARGE {
            // The rest of the body may still be on its way: the connection cannot carry another request.
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        if self.retry {
            let second = HeaderValue::from_static("1");
            response.headers_mut().insert(RETRY_AFTER, second);
        }
        response
    }
}

fn shortened(message: &str) -> &str {
    match message.char_indices().nth(MESSAGE_CHARS) {
        Some((end, _)) => &message[..end],
        None => message,
    }
}
