//! Bodies of requests.

use super::{Named, closed, reference};
use crate::http::batch::BATCH_COMMANDS_MAX;
use crate::ledger::Kind;
use serde_json::{Value, json};

/// What every command may have.
fn common(kinds: &[Kind]) -> Vec<Named> {
    let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
    vec![
        ("kind", json!({"type": "string", "enum": names})),
        ("id", reference("Id")),
        ("token", reference("Token")),
        ("reference", described("Id", "The sender's own")),
        (
            "deadline_ms",
            integer("Milliseconds since 1970 until when it is worth starting; 0 for ever"),
        ),
        ("chain", reference("Chain")),
        (
            "linked",
            json!({"type": "boolean", "description": "In a batch: the next command belongs to the same chain"}),
        ),
    ]
}

fn described(schema: &str, description: &str) -> Value {
    let mut described = reference(schema);
    described["description"] = description.into();
    described
}

fn integer(description: &str) -> Value {
    json!({"type": "integer", "minimum": 0, "maximum": u64::MAX, "description": description})
}

fn flag(description: &str) -> Value {
    json!({"type": "boolean", "description": description})
}

/// A command of one kind: its id may stand in the head instead, so it is not required.
fn command(kinds: &[Kind], required: &[&str], own: Vec<Named>) -> Value {
    let mut properties = common(kinds);
    properties.extend(own);
    closed(required, properties)
}

fn version() -> Named {
    (
        "expected_version",
        integer("The version of the changed account that the sender has seen; 0 for any"),
    )
}

pub(super) fn schemas() -> Vec<Named> {
    let mut all = on_one_account();
    all.extend(between_accounts());
    all.extend([
        ("Command", any()),
        ("Batch", batch()),
        ("Airdrop", airdrop()),
        ("Delivery", delivery()),
    ]);
    all
}

fn on_one_account() -> Vec<Named> {
    let (id, amount) = (|| reference("Id"), || reference("Amount"));
    let whole = flag("The whole account instead of an amount");
    let (level, where_from) = (|| reference("KycLevel"), || reference("Jurisdiction"));
    vec![
        (
            "Open",
            closed(
                &["id"],
                vec![
                    (
                        "id",
                        described(
                            "Id",
                            "The account; also the command's id unless the head has another",
                        ),
                    ),
                    ("token", reference("Token")),
                    ("kyc_level", level()),
                    ("jurisdiction", where_from()),
                    ("address", reference("Address")),
                ],
            ),
        ),
        (
            "SetKyc",
            command(
                &[Kind::SetKyc],
                &["kyc_level"],
                vec![
                    ("kyc_level", level()),
                    ("jurisdiction", where_from()),
                    version(),
                ],
            ),
        ),
        (
            "Mint",
            command(
                &[Kind::Mint],
                &["account", "amount"],
                vec![("account", id()), ("amount", amount()), version()],
            ),
        ),
        (
            "Burn",
            command(
                &[Kind::Burn],
                &["account", "amount"],
                vec![
                    ("account", id()),
                    ("amount", amount()),
                    ("from_frozen", flag("Frozen units")),
                    version(),
                ],
            ),
        ),
        (
            "Freeze",
            command(
                &[Kind::Freeze, Kind::Unfreeze],
                &["account"],
                vec![
                    ("account", id()),
                    ("amount", amount()),
                    ("whole", whole),
                    version(),
                ],
            ),
        ),
    ]
}

fn between_accounts() -> Vec<Named> {
    let (id, amount) = (|| reference("Id"), || reference("Amount"));
    let sides = || {
        let credit = described("Id", "Where they go");
        vec![
            ("debit", described("Id", "Whose units")),
            ("credit", credit),
            version(),
        ]
    };
    let with = |mut sides: Vec<Named>, more: Vec<Named>| {
        sides.extend(more);
        sides
    };
    vec![
        (
            "Transfer",
            command(
                &[Kind::Transfer, Kind::TransferFrom],
                &["debit", "credit", "amount"],
                with(
                    sides(),
                    vec![
                        ("amount", amount()),
                        ("spender", described("Id", "Who moves them by allowance")),
                    ],
                ),
            ),
        ),
        (
            "Approve",
            command(
                &[Kind::Approve],
                &["owner", "spender"],
                vec![
                    ("owner", id()),
                    ("spender", id()),
                    ("amount", amount()),
                    ("unlimited", flag("Without limit, instead of an amount")),
                    ("expected", expected()),
                    version(),
                ],
            ),
        ),
        (
            "HoldRequest",
            command(
                &[Kind::Hold],
                &["debit", "credit", "amount"],
                with(
                    sides(),
                    vec![("amount", amount()), ("timeout_s", seconds())],
                ),
            ),
        ),
        (
            "Post",
            command(
                &[Kind::Post],
                &[],
                with(
                    sides(),
                    vec![
                        ("amount", amount()),
                        ("all", flag("All of it, instead of an amount")),
                    ],
                ),
            ),
        ),
        ("Void", command(&[Kind::Void], &[], sides())),
    ]
}

fn expected() -> Value {
    json!({
        "anyOf": [reference("Amount"), {"const": "unlimited"}],
        "description": "The allowance that is to be replaced",
    })
}

fn seconds() -> Value {
    json!({"type": "integer", "minimum": 0, "maximum": u32::MAX, "description": "How long it lasts; 0 is the token's usual time"})
}

/// A command of any kind: which fields a kind takes is said by its own schema.
fn any() -> Value {
    let kinds: Vec<_> = Kind::ALL
        .into_iter()
        .filter(|kind| *kind != Kind::Expire)
        .collect();
    let own = vec![
        ("account", reference("Id")),
        ("debit", reference("Id")),
        ("credit", reference("Id")),
        ("owner", reference("Id")),
        ("spender", reference("Id")),
        ("amount", reference("Amount")),
        ("hold", described("Id", "The hold to post or void")),
        ("expected", expected()),
        ("timeout_s", seconds()),
        version(),
        ("kyc_level", reference("KycLevel")),
        ("jurisdiction", reference("Jurisdiction")),
        ("address", reference("Address")),
        ("whole", flag("A freeze of the whole account")),
        ("all", flag("A post of all that is held")),
        ("unlimited", flag("An approval without limit")),
        ("from_frozen", flag("A burn of frozen units")),
    ];
    command(&kinds, &["kind"], own)
}

fn batch() -> Value {
    json!({"type": "array", "maxItems": BATCH_COMMANDS_MAX, "items": reference("Command")})
}

fn airdrop() -> Value {
    let share = closed(
        &["account"],
        vec![
            ("account", reference("Id")),
            ("amount", described("Amount", "Without total and each")),
            (
                "weight",
                json!({"type": "integer", "minimum": 0, "maximum": u64::MAX, "description": "With total"}),
            ),
        ],
    );
    closed(
        &["source", "to"],
        vec![
            ("id", reference("Id")),
            ("source", described("Id", "Whose units are given away")),
            ("token", reference("Token")),
            ("total", described("Amount", "Divided by the weights")),
            ("each", described("Amount", "What each one gets")),
            (
                "to",
                json!({"type": "array", "minItems": 1, "items": share}),
            ),
        ],
    )
}

fn delivery() -> Value {
    json!({
        "type": "object",
        "required": ["type", "account", "amount"],
        "properties": {
            "event": {"type": "string", "minLength": 1, "maxLength": 128,
                "description": "The provider's own id of the event; in the form standard it stands in the head instead"},
            "type": {"type": "string", "enum": ["deposit", "redemption"]},
            "account": reference("Id"),
            "amount": reference("Amount"),
            "token": reference("Token"),
            "chain": reference("Chain"),
            "tx_hash": reference("Hash"),
        },
        "description": "Other members are let pass.",
    })
}
