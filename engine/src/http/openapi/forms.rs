//! Bodies and heads in their three forms, as the document describes them.

use super::operations::{Access, Body, Content};
use super::schemas::reference;
use crate::evidence::NAME_BYTES_MAX;
use crate::http::body::Form;
use crate::http::regulator;
use crate::http::sender::{PROOF, SIGNATURE};
use crate::webhook::{article, standard};
use serde_json::{Map, Value, json};

const PROBLEM: &str = "application/problem+json";

impl Body {
    /// The content of a request; `None` for requests without.
    pub(super) fn content(&self) -> Option<Value> {
        let json = Form::Json.media_type();
        match self {
            Self::None => None,
            Self::Command(schema) => Some(forms(
                &reference(schema),
                "CommandProtobuf",
                "CommandRecord",
            )),
            Self::Batch => Some(forms(&reference("Batch"), "BatchProtobuf", "BatchRecords")),
            Self::Json(schema) => Some(json!({json: {"schema": reference(schema)}})),
            Self::Delivery => Some(json!({json: {"schema": reference("Delivery")}})),
        }
    }

    /// Whether it may come in the other forms than JSON.
    const fn has_forms(&self) -> bool {
        matches!(self, Self::Command(_) | Self::Batch)
    }
}

impl Content {
    /// The content of an answer to a request with that body.
    pub(super) fn in_forms(&self, body: &Body) -> Value {
        let json = Form::Json.media_type();
        match (self, body) {
            (Self::Export, _) => json!({regulator::MEDIA_TYPE: {"schema": reference("Export")}}),
            (Self::Answer(schema), Body::Batch) => {
                forms(&reference(schema), "BatchAnswerProtobuf", "AnswerRecords")
            }
            (Self::Answer(schema), body) if body.has_forms() => {
                forms(&reference(schema), "AnswerProtobuf", "AnswerRecord")
            }
            (Self::Answer(schema) | Self::Json(schema), _) => {
                json!({json: {"schema": reference(schema)}})
            }
        }
    }
}

fn forms(json: &Value, protobuf: &str, raw: &str) -> Value {
    let mut content = Map::new();
    let mut add = |form: Form, schema: Value| {
        content.insert(form.media_type().to_owned(), json!({"schema": schema}));
    };
    add(Form::Json, json.clone());
    add(Form::Protobuf, reference(protobuf));
    add(Form::Raw, reference(raw));
    content.into()
}

/// A refusal: a problem, or the status in the form of a command that the ledger refused.
pub(super) fn refusal(status: u16, body: &Body) -> Value {
    let mut content = Map::new();
    content.insert(PROBLEM.to_owned(), json!({"schema": reference("Problem")}));
    // What is refused before it is a command is answered in JSON whatever its form.
    if matches!(body, Body::Command(_)) && status != 500 {
        let form = |schema| json!({"schema": reference(schema)});
        content.insert(
            Form::Protobuf.media_type().to_owned(),
            form("AnswerProtobuf"),
        );
        content.insert(Form::Raw.media_type().to_owned(), form("AnswerRecord"));
    }
    let mut refusal = json!({"description": reason(status), "content": content});
    let header =
        |name: &str, what: &str| json!({name: {"description": what, "schema": {"type": "string"}}});
    match status {
        401 => refusal["headers"] = header("WWW-Authenticate", "How to show who one is"),
        429 | 503 => {
            refusal["headers"] = header(
                "Retry-After",
                "Seconds after which another try may succeed; not always there",
            );
        }
        _ => {}
    }
    refusal
}

const fn reason(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be read, or the command is none. Nothing is recorded.",
        401 => "A token or signature is missing or wrong.",
        403 => "Role, freeze, pause or KYC level forbids it.",
        404 => "Something that it names does not exist.",
        409 => "It contradicts what is there, or its id was used for another command.",
        413 => "The body or batch is too large.",
        415 => "The form of the body is not taken here.",
        422 => "The amount does not go.",
        429 => "This client has too much under way.",
        500 => "An internal check failed; the ledger answers no more.",
        _ => "Not now: too much waits, a limit is reached, or the engine stops.",
    }
}

fn header(name: &str, schema: &Value, is_required: bool, description: &str) -> Value {
    json!({"name": name, "in": "header", "required": is_required, "schema": schema, "description": description})
}

/// What the head of a request with commands may say.
pub(super) fn command_headers(body: &Body, access: Access) -> Vec<Value> {
    let text = json!({"type": "string"});
    let mut headers = vec![header(
        "request-timeout-ms",
        &json!({"type": "integer", "minimum": 1, "maximum": u32::MAX}),
        false,
        "Milliseconds after which a command is not worth starting",
    )];
    if !matches!(body, Body::Batch) {
        let description = "The id, if it does not stand in the body; both must be the same";
        headers.push(header(
            "idempotency-key",
            &reference("Id"),
            false,
            description,
        ));
    }
    if matches!(body, Body::Command(_)) {
        let signature = json!({"type": "string", "contentEncoding": "base64", "minLength": 88, "maxLength": 88});
        let description = "ed25519 signature of an operator over the command's 128-byte record; needed where the engine has the \
            operator's public key. The command's own deadline_ms counts then, not request-timeout-ms";
        headers.push(header(SIGNATURE, &signature, false, description));
    }
    if access != Access::Anybody {
        let proof = json!({"type": "string", "minLength": 1, "maxLength": NAME_BYTES_MAX});
        let description =
            "An opaque reference to what the operator's identity was proved with; recorded";
        headers.push(header(PROOF, &proof, false, description));
    }
    let description = "Trace of the request (W3C Trace Context); its trace id is recorded with an operator's commands";
    headers.push(header("traceparent", &text, false, description));
    headers
}

/// What the head of a delivery says, by the provider's form.
pub(super) fn delivery_headers() -> Vec<Value> {
    let digits = json!({"type": "string", "pattern": "^([0-9]{10}|[0-9]{13})$"});
    let digest = json!({"type": "string", "pattern": "^[0-9a-f]{64}$"});
    let id = json!({"type": "string", "minLength": 1, "maxLength": NAME_BYTES_MAX});
    let seconds = json!({"type": "string", "pattern": "^[0-9]{10}$"});
    let text = json!({"type": "string"});
    vec![
        header(
            article::TIMESTAMP,
            &digits,
            false,
            "Form article: seconds or milliseconds since 1970, at most 300 s from now",
        ),
        header(
            article::EVENT_ID,
            &digest,
            false,
            "Form article: SHA-256 over body, secret and timestamp",
        ),
        header(standard::ID, &id, false, "Form standard: the event's id"),
        header(
            standard::TIMESTAMP,
            &seconds,
            false,
            "Form standard: seconds since 1970, at most 300 s from now",
        ),
        header(
            standard::SIGNATURE,
            &text,
            false,
            "Form standard: v1 signatures (HMAC-SHA256), separated by blanks",
        ),
    ]
}
