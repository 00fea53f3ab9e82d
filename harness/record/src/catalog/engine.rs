//! What only the reference engine shows: outcomes of its ledger.

use super::{Family, Kind, Label, Owner, Unit, closed};

/// Values of the label `chain`; release 1 of the engine settles locally.
pub const CHAINS: &[&str] = &["local"];
/// Values of the label `status` of the ledger's families.
pub const LEDGER_STATUSES: &[&str] = &[
    "success",
    "replayed",
    "mismatch",
    "invalid",
    "unknown",
    "denied",
    "kyc",
    "insufficient",
    "conflict",
    "expired",
    "capacity",
];
/// Values of the label `operation`.
pub const LEDGER_OPERATIONS: &[&str] = &[
    "open", "mint", "burn", "approve", "freeze", "unfreeze", "set_kyc", "close", "pause",
    "unpause", "hold", "void", "expire",
];

const CHAIN: Label = closed("chain", CHAINS);
const LEDGER_STATUS: Label = closed("status", LEDGER_STATUSES);

families! {
    TOKEN_DUPLICATE = "token_duplicate_total", Kind::Counter, Count, Engine,
        [closed("source", &["api"]), closed("result", &["replayed", "mismatch"])],
        "Commands whose idempotency key was seen before, by what became of them.";
    TOKEN_OPERATION = "token_operation_total", Kind::Counter, Count, Engine,
        [CHAIN, closed("operation", LEDGER_OPERATIONS), LEDGER_STATUS],
        "Commands other than transfers that the ledger answered.";
    TOKEN_SUPPLY = "token_supply_tokens", Kind::Gauge, Tokens, Engine, [CHAIN],
        "Tokens in existence, rounded to a float.";
    TOKEN_TRANSFER = "token_transfer_total", Kind::Counter, Count, Engine, [CHAIN, LEDGER_STATUS],
        "Transfers that the ledger answered.";
}
