//! Answers.

use super::{Named, closed, nullable, reference};
use serde_json::{Value, json};

fn count() -> Value {
    json!({"type": "integer", "minimum": 0})
}

fn flag() -> Value {
    json!({"type": "boolean"})
}

fn text() -> Value {
    json!({"type": "string"})
}

/// A page of rows, and where the next one starts.
fn page(name: &'static str, row: &str, next: &str) -> Value {
    let rows = json!({"type": "array", "items": reference(row)});
    closed(
        &[name, "next"],
        vec![(name, rows), ("next", nullable(&reference(next)))],
    )
}

pub(super) fn schemas() -> Vec<Named> {
    let mut all = accounts();
    all.extend(entries());
    all.extend(many());
    all.extend([
        ("Totals", totals()),
        ("TokenTotals", token_totals()),
        ("Info", info()),
    ]);
    all.extend([
        (
            "Health",
            closed(&["status"], vec![("status", json!({"const": "ok"}))]),
        ),
        (
            "Document",
            json!({"type": "object", "required": ["openapi", "info", "paths", "components"]}),
        ),
        ("Problem", problem()),
    ]);
    all
}

fn accounts() -> Vec<Named> {
    let (id, amount, place) = (
        || reference("Id"),
        || reference("Amount"),
        || reference("Sequence"),
    );
    let state = json!({"type": "string", "enum": ["open", "frozen", "closed"]});
    let hold_state = json!({"type": "string", "enum": ["pending", "posted", "voided", "expired"]});
    let account = closed(
        &["id", "balance", "version", "sequence"],
        vec![
            ("id", id()),
            ("balance", amount()),
            ("version", json!({"type": "integer", "minimum": 1})),
            ("sequence", place()),
            ("frozen", amount()),
            ("held", amount()),
            ("available", amount()),
            ("state", state),
            ("token", reference("Token")),
            ("kyc_level", reference("KycLevel")),
            ("jurisdiction", reference("Jurisdiction")),
        ],
    );
    vec![
        ("Account", account),
        ("Accounts", page("accounts", "Account", "Id")),
        (
            "OpenAnswer",
            closed(
                &["account", "replayed"],
                vec![("account", reference("Account")), ("replayed", flag())],
            ),
        ),
        (
            "Hold",
            closed(
                &[
                    "id",
                    "debit",
                    "credit",
                    "amount",
                    "deadline_ms",
                    "state",
                    "sequence",
                ],
                vec![
                    ("id", id()),
                    ("debit", id()),
                    ("credit", id()),
                    ("amount", amount()),
                    ("deadline_ms", count()),
                    ("state", hold_state),
                    ("sequence", place()),
                ],
            ),
        ),
        (
            "Allowance",
            closed(
                &["owner", "spender", "amount", "unlimited"],
                vec![
                    ("owner", id()),
                    ("spender", id()),
                    ("amount", nullable(&amount())),
                    ("unlimited", flag()),
                ],
            ),
        ),
    ]
}

fn movement() -> Vec<Named> {
    vec![
        ("sequence", reference("Sequence")),
        ("id", reference("Id")),
        ("kind", reference("Kind")),
        ("debit", nullable(&reference("Id"))),
        ("credit", nullable(&reference("Id"))),
        ("amount", nullable(&reference("Amount"))),
    ]
}

fn entries() -> Vec<Named> {
    let base = ["sequence", "id", "kind", "debit", "credit", "amount"];
    let mut entry = movement();
    entry.extend([
        ("status", reference("Status")),
        ("hold", reference("Id")),
        ("spender", reference("Id")),
        ("token", reference("Token")),
        ("kyc_level", reference("KycLevel")),
        ("reference", reference("Id")),
        (
            "flags",
            json!({"type": "array", "items": {"type": "string"}}),
        ),
    ]);
    let mut line = movement();
    line.push(("balance", reference("Amount")));
    let answer = closed(
        &["id", "status", "sequence", "replayed"],
        vec![
            ("id", reference("Id")),
            ("status", json!({"const": "ok"})),
            ("sequence", reference("Sequence")),
            ("replayed", flag()),
        ],
    );
    vec![
        ("Entry", closed(&[&base[..], &["status"]].concat(), entry)),
        ("Journal", page("entries", "Entry", "Sequence")),
        (
            "StatementLine",
            closed(&[&base[..], &["balance"]].concat(), line),
        ),
        ("Statement", page("entries", "StatementLine", "Sequence")),
        ("CommandAnswer", answer),
    ]
}

fn many() -> Vec<Named> {
    let (id, amount, place) = (
        || reference("Id"),
        || reference("Amount"),
        || reference("Sequence"),
    );
    let line = closed(
        &["index", "status", "number", "sequence", "replayed"],
        vec![
            ("index", count()),
            ("status", reference("Status")),
            ("number", reference("StatusNumber")),
            ("sequence", nullable(&place())),
            ("replayed", flag()),
            ("field", text()),
        ],
    );
    vec![
        ("BatchLine", line),
        (
            "BatchAnswer",
            json!({"type": "array", "items": reference("BatchLine")}),
        ),
        (
            "AirdropAnswer",
            closed(
                &["id", "account", "total", "delivered", "refused", "returned"],
                vec![
                    ("id", id()),
                    ("account", id()),
                    ("total", amount()),
                    ("delivered", count()),
                    ("refused", count()),
                    ("returned", amount()),
                ],
            ),
        ),
        (
            "AirdropState",
            closed(
                &["id", "account", "total", "undelivered", "sequence"],
                vec![
                    ("id", id()),
                    ("account", id()),
                    ("total", nullable(&amount())),
                    ("undelivered", amount()),
                    ("sequence", place()),
                ],
            ),
        ),
        (
            "DeliveryAnswer",
            closed(
                &[
                    "event", "event_id", "command", "status", "sequence", "replayed",
                ],
                vec![
                    ("event", text()),
                    ("event_id", text()),
                    ("command", id()),
                    ("status", reference("Status")),
                    ("sequence", place()),
                    ("replayed", flag()),
                ],
            ),
        ),
    ]
}

fn token_totals() -> Value {
    let amount = || reference("Amount");
    closed(
        &[
            "token",
            "name",
            "symbol",
            "supply",
            "cap",
            "sum_of_balances",
            "sum_of_frozen",
            "sum_of_held",
            "minted",
            "burned",
            "accounts",
            "open_holds",
            "paused",
        ],
        vec![
            ("token", reference("Token")),
            ("name", text()),
            ("symbol", text()),
            ("supply", amount()),
            ("cap", amount()),
            ("sum_of_balances", amount()),
            ("sum_of_frozen", amount()),
            ("sum_of_held", amount()),
            ("minted", reference("Sum")),
            ("burned", reference("Sum")),
            ("accounts", count()),
            ("open_holds", count()),
            ("paused", flag()),
        ],
    )
}

fn totals() -> Value {
    closed(
        &[
            "accounts",
            "supply",
            "sum_of_balances",
            "minted",
            "burned",
            "mints",
            "transfers",
            "refused",
            "sequence",
            "tokens",
        ],
        vec![
            ("accounts", count()),
            ("supply", reference("Amount")),
            ("sum_of_balances", reference("Amount")),
            ("minted", reference("Sum")),
            ("burned", reference("Sum")),
            ("mints", count()),
            ("transfers", count()),
            ("refused", count()),
            ("sequence", count()),
            (
                "tokens",
                json!({"type": "array", "items": reference("TokenTotals")}),
            ),
        ],
    )
}

/// Open for more: every switch of the engine shows itself here.
fn info() -> Value {
    json!({
        "type": "object",
        "required": ["name", "version", "build", "durability", "executor", "journal", "store", "audit", "faults", "limits"],
        "properties": {
            "name": {"const": env!("CARGO_PKG_NAME")},
            "version": text(),
            "build": {"enum": ["debug", "release"]},
            "durability": {"enum": ["group", "each", "none"]},
            "journal": {
                "type": "object",
                "required": ["folder", "durable", "groups", "sync_seconds", "waiting", "shed"],
                "properties": {
                    "folder": nullable(&text()),
                    "durable": count(),
                    "groups": count(),
                    "sync_seconds": {"type": "number", "minimum": 0},
                    "waiting": count(),
                    "shed": count(),
                },
            },
            "store": {
                "type": "object",
                "required": ["kind", "faults"],
                "properties": {
                    "kind": {"enum": ["embedded", "postgres"]},
                    "url": text(),
                    "cache": {"type": "object", "required": ["url", "up", "hits", "misses", "waiting"]},
                    "faults": {"type": "array", "items": closed(
                        &["store", "kind", "count"],
                        vec![("store", text()), ("kind", text()), ("count", count())],
                    )},
                    "last_fault": text(),
                },
            },
            "audit": nullable(&closed(
                &["file", "sequence", "problem"],
                vec![("file", text()), ("sequence", count()), ("problem", nullable(&text()))],
            )),
            "faults": {"type": "array", "items": closed(&["spec", "fired"], vec![("spec", text()), ("fired", count())])},
            "limits": {
                "type": "object",
                "required": ["accounts", "entries", "supply_cap", "connections", "body_bytes", "page"],
            },
        },
    })
}

/// RFC 9457, and besides the same as earlier versions had it.
fn problem() -> Value {
    let name = json!({"type": "string", "pattern": "^[a-z0-9_]+$"});
    let error = closed(
        &["code", "message"],
        vec![
            ("code", name.clone()),
            ("message", text()),
            ("field", text()),
            ("sequence", count()),
            ("replayed", flag()),
        ],
    );
    closed(
        &["status", "name", "detail", "error"],
        vec![
            (
                "status",
                json!({"type": "integer", "minimum": 400, "maximum": 599}),
            ),
            ("name", name),
            ("number", reference("StatusNumber")),
            ("detail", text()),
            ("field", text()),
            ("sequence", count()),
            ("error", error),
        ],
    )
}
