//! The interface as an OpenAPI 3.1 document: made from the same lists of kinds, statuses and bounds that the engine works with.
//!
//! What cannot be taken from code stands in two tables, [`operations`] and [`schemas`]. Tests hold the first against the router's
//! routes, and both against real answers to right and wrong requests.

mod forms;
mod operations;
mod schemas;

use super::request::Query;
use super::{Answer, Service, answer};
use axum::extract::Request;
use axum::http::StatusCode;
use operations::{Access, Body, Operation, Parameter, operations};
use serde_json::{Map, Value, json};
use std::sync::{Arc, LazyLock};

static DOCUMENT: LazyLock<Vec<u8>> = LazyLock::new(|| document().to_string().into_bytes());

/// `GET /openapi.json`.
pub(super) async fn get(_service: Arc<Service>, request: Request) -> Answer {
    Query::read(&request, [])?;
    let text = DOCUMENT.clone();
    Ok(answer::bytes(StatusCode::OK, "application/json", text))
}

/// The whole document.
pub(super) fn document() -> Value {
    let mut paths = Map::new();
    for operation in operations() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = describe(&operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Token engine",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A ledger of tokens over HTTP: every answered command is durable.",
            "description": "Amounts and ids are strings. The same command under the same id takes effect once, and is answered \
                with its first outcome; a refusal by state uses the id up. Commands may be sent as JSON, as protobuf, or as a \
                128-byte record, and are answered in the same form.",
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "tags": [
            {"name": "accounts", "description": "Accounts, what is known of their holders, and their statements"},
            {"name": "commands", "description": "Commands, one a request"},
            {"name": "holds", "description": "Transfers in two phases"},
            {"name": "many", "description": "Batches and airdrops"},
            {"name": "webhooks", "description": "What others tell of"},
            {"name": "audit", "description": "For auditors and regulators"},
            {"name": "service", "description": "About the engine itself"},
        ],
        "paths": paths,
        "components": {
            "schemas": schemas::all(),
            "securitySchemes": {
                "operator": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The operator's token. An engine that was started without one takes everybody for an operator.",
                },
            },
        },
    })
}

fn describe(operation: &Operation) -> Value {
    let mut described = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "responses": answers(operation),
    });
    let parameters = parameters(operation);
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    if let Some(content) = operation.body.content() {
        described["requestBody"] = json!({"required": true, "content": content});
    }
    // An empty requirement beside it: a token is taken, and needed for some commands only.
    match operation.access {
        Access::Anybody | Access::Provider => {}
        Access::Sender => described["security"] = json!([{"operator": []}, {}]),
        Access::Operator => described["security"] = json!([{"operator": []}]),
    }
    described
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let in_path = operation.path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        let schema = match name {
            "provider" => json!({"type": "string", "pattern": "^[a-z0-9_-]{1,32}$"}),
            _ => schemas::reference("Id"),
        };
        Some(json!({"name": name, "in": "path", "required": true, "schema": schema}))
    });
    let in_query = operation.query.iter().map(Parameter::in_query);
    let in_head = match (&operation.body, operation.access) {
        (Body::Delivery, _) => forms::delivery_headers(),
        (Body::None, _) => Vec::new(),
        (_, access) => forms::command_headers(&operation.body, access),
    };
    in_path.chain(in_query).chain(in_head).collect()
}

fn answers(operation: &Operation) -> Value {
    let mut answers = Map::new();
    for (status, content) in &operation.ok {
        let described =
            json!({"description": "Done.", "content": content.in_forms(&operation.body)});
        answers.insert(status.to_string(), described);
    }
    for status in &operation.refusals {
        answers.insert(status.to_string(), forms::refusal(*status, &operation.body));
    }
    answers.into()
}

#[cfg(test)]
mod tests;
