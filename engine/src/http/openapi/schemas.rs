//! Schemas of bodies and answers. Closed lists and bounds are taken from where they are defined.

use crate::http::batch::BATCH_COMMANDS_MAX;
use crate::ledger::{Chain, KYC_LEVEL_MAX, Kind, RECORD_BYTES, Status};
use serde_json::{Map, Value, json};

mod answers;
mod requests;

/// A reference to a schema.
pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// All of them, by name.
pub(super) fn all() -> Value {
    let mut schemas = Map::new();
    let lists = [values(), requests::schemas(), answers::schemas(), forms()];
    for (name, schema) in lists.into_iter().flatten() {
        schemas.insert(name.to_owned(), schema);
    }
    schemas.into()
}

type Named = (&'static str, Value);

/// An object of these properties and no others.
fn closed(required: &[&str], properties: Vec<Named>) -> Value {
    let properties: Map<_, _> = properties
        .into_iter()
        .map(|(name, schema)| (name.to_owned(), schema))
        .collect();
    json!({"type": "object", "required": required, "properties": properties, "additionalProperties": false})
}

/// What may be null.
fn nullable(schema: &Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}

fn values() -> Vec<Named> {
    let kinds: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    let statuses: Vec<_> = Status::ALL.iter().map(|status| status.name()).collect();
    let numbers: Vec<_> = Status::ALL.iter().map(|status| status.number()).collect();
    let chains: Vec<_> = Chain::ALL.iter().map(|chain| chain.name()).collect();
    let moment =
        r"^([0-9]{1,20}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z)?)$";
    vec![
        (
            "Id",
            json!({
                "type": "string",
                "pattern": "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$",
                "description": "128 bits; answers are in lower case. 0 and all ones are reserved.",
            }),
        ),
        (
            "Amount",
            json!({
                "type": "string",
                "pattern": r"^(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?$",
                "description": "Tokens with up to 18 decimals, up to 999999999999999999.999999999999999999.",
            }),
        ),
        (
            "Sum",
            json!({"type": "string", "pattern": r"^(0|[1-9][0-9]*)(\.[0-9]{1,18})?$", "description": "A sum of amounts, without bound."}),
        ),
        (
            "Sequence",
            json!({"type": "integer", "minimum": 1, "description": "A place in the total order of recorded commands."}),
        ),
        (
            "Limit",
            json!({"type": "integer", "minimum": 1, "maximum": 10_000}),
        ),
        ("Consistency", json!({"enum": ["strong", "cached"]})),
        ("Kind", json!({"type": "string", "enum": kinds})),
        (
            "Kinds",
            json!({"type": "string", "pattern": format!("^({0})(,({0}))*$", kinds.join("|"))}),
        ),
        (
            "Moment",
            json!({"type": "string", "pattern": moment, "description": "RFC 3339 in UTC, a day, or nanoseconds since 1970."}),
        ),
        (
            "Status",
            json!({"type": "string", "enum": statuses, "description": "What became of a command; the first that fits, in order of number."}),
        ),
        ("StatusNumber", json!({"type": "integer", "enum": numbers})),
        ("Chain", json!({"type": "string", "enum": chains})),
        (
            "KycLevel",
            json!({"type": "integer", "minimum": 0, "maximum": KYC_LEVEL_MAX}),
        ),
        (
            "Jurisdiction",
            json!({"type": "string", "pattern": "^[A-Z]{2}$", "description": "ISO 3166."}),
        ),
        (
            "Address",
            json!({"type": "string", "pattern": "^0x[0-9a-fA-F]{40}$"}),
        ),
        (
            "Hash",
            json!({"type": "string", "pattern": "^0x[0-9a-f]{64}$"}),
        ),
        (
            "Token",
            json!({"type": "integer", "minimum": 0, "maximum": u32::MAX, "description": "The token's number; the first one if left out."}),
        ),
    ]
}

/// Bodies that are not JSON.
fn forms() -> Vec<Named> {
    let protobuf = |message: &str| {
        json!({
            "type": "string",
            "format": "binary",
            "contentMediaType": "application/x-protobuf",
            "description": format!("The message {message} of:\n\n{}", include_str!("engine.proto")),
        })
    };
    let raw = |bytes: usize, what: &str, least: usize, most: usize| {
        json!({
            "type": "string",
            "format": "binary",
            "contentMediaType": "application/octet-stream",
            "description": format!("{least} to {most} records of {bytes} bytes, little-endian, without padding: {what}"),
        })
    };
    let command = "id u128, debit u128, credit u128, amount u128, related u128, reference u128, deadline_ms u64, expected_version u64, \
        token u32, timeout_s u32, kind u16, flags u16, chain u8, 3 zero bytes. An amount counts 10^-18 of a token; an open has level \
        and jurisdiction there.";
    let answer = "index u32, status u16, flags u16 (1 replayed, 2 recorded), sequence u64 (0 if not recorded).";
    vec![
        ("CommandProtobuf", protobuf("CommandMessage")),
        ("BatchProtobuf", protobuf("CommandBatch")),
        ("AnswerProtobuf", protobuf("Answer")),
        ("BatchAnswerProtobuf", protobuf("AnswerBatch")),
        ("CommandRecord", raw(RECORD_BYTES, command, 1, 1)),
        (
            "BatchRecords",
            raw(RECORD_BYTES, command, 0, BATCH_COMMANDS_MAX),
        ),
        ("AnswerRecord", raw(16, answer, 1, 1)),
        ("AnswerRecords", raw(16, answer, 0, BATCH_COMMANDS_MAX)),
        (
            "Export",
            json!({
                "type": "string",
                "contentMediaType": "application/x-ndjson",
                "description": "Lines of JSON: a head, groups with their records and proofs, an end with digest and signature.",
            }),
        ),
    ]
}
