//! The families of the reference engine. Their names, types and labels change only with a major version of it.
//!
//! Label values come from closed lists: no ids, no addresses, no free text. Every series exists from the start with 0, those of
//! parts that are not running as well, so that the first event is seen as a rise.

use super::{Family, Kind, Label, Owner, Unit, closed};
use crate::grid::Grid;

/// Values of the label `chain`.
pub const CHAINS: &[&str] = &["local", "eth", "polygon", "bnb"];
/// Values of the label `status` of the ledger's families: every answer of the ledger has exactly one of them.
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
];
/// Values of the label `operation`.
pub const LEDGER_OPERATIONS: &[&str] = &[
    "open", "mint", "burn", "approve", "freeze", "unfreeze", "set_kyc", "close", "pause",
    "unpause", "hold", "void", "expire",
];
/// Values of the label `surface`: the part of the HTTP interface that a request came in by.
pub const SURFACES: &[&str] = &["single", "batch", "rpc", "webhook", "admin"];
/// Values of the label `reason` of commands that the ledger never saw.
pub const SHED_REASONS: &[&str] = &[
    "overloaded",
    "client_limited",
    "late_in_queue",
    "stopping",
    "capacity",
    "too_large",
];
/// Values of the label `source` of repeated keys.
pub const DUPLICATE_SOURCES: &[&str] = &["api", "webhook", "chain"];
/// Values of the label `result` of repeated keys.
pub const DUPLICATE_RESULTS: &[&str] = &["replayed", "mismatch"];
/// Values of the label `queue`.
pub const QUEUES: &[&str] = &[
    "executor", "minting", "journal", "webhook", "cache", "nonce", "audit",
];

const CHAIN: Label = closed("chain", CHAINS);
const STATUS: Label = closed("status", LEDGER_STATUSES);

families! {
    TOKEN_CHAIN_TRANSITION = "token_chain_transition_total", Kind::Counter, Count, Engine,
        [CHAIN, closed("state", &["pending", "confirmed", "finalized", "rejected", "reorganized", "late"])],
        "Deposits and withdrawals that entered a state of settlement, by chain.";
    TOKEN_COMMIT = "token_commit_duration_seconds", Kind::Histogram(Grid::Coarse), Seconds, Engine, [],
        "Time from entering the queue to being durable, of commands and batches.";
    TOKEN_DUPLICATE = "token_duplicate_total", Kind::Counter, Count, Engine,
        [closed("source", DUPLICATE_SOURCES), closed("result", DUPLICATE_RESULTS)],
        "Commands whose idempotency key was seen before, by what became of them.";
    TOKEN_FROZEN = "token_frozen_tokens", Kind::Gauge, Tokens, Engine, [CHAIN],
        "Tokens that their holders may not use because they are frozen, rounded to a float.";
    TOKEN_JOURNAL_GROUP = "token_journal_group_commands", Kind::Histogram(Grid::Counts), Count, Engine, [],
        "Commands that one sync of the journal made durable.";
    TOKEN_JOURNAL_SYNC = "token_journal_sync_duration_seconds", Kind::Histogram(Grid::Coarse), Seconds, Engine, [],
        "Duration of one sync of the journal.";
    TOKEN_OPEN_HOLDS = "token_open_holds", Kind::Gauge, Count, Engine, [CHAIN],
        "Holds that are pending.";
    TOKEN_OPERATION = "token_operation_total", Kind::Counter, Count, Engine,
        [CHAIN, closed("operation", LEDGER_OPERATIONS), STATUS],
        "Commands other than transfers that the ledger answered.";
    TOKEN_PENDING_WITHDRAWALS = "token_pending_withdrawals", Kind::Gauge, Count, Engine, [CHAIN],
        "Withdrawals that their chain has not confirmed yet.";
    TOKEN_QUEUE = "token_queue_commands", Kind::Gauge, Count, Engine, [closed("queue", QUEUES)],
        "Commands that wait right now, by queue.";
    TOKEN_REQUEST = "token_request_duration_seconds", Kind::Histogram(Grid::Coarse), Seconds, Engine,
        [closed("surface", SURFACES)],
        "Time from a request's head to its answer's body, by part of the interface.";
    TOKEN_RPC_FAILOVER = "token_rpc_failover_total", Kind::Counter, Count, Engine,
        [CHAIN, closed("reason", &["probe", "lag", "backlog", "return"])],
        "Switches to another endpoint of a chain, by reason.";
    TOKEN_SETTLEMENT_LEVEL = "token_settlement_level_tokens", Kind::Gauge, Tokens, Engine,
        [CHAIN, closed("direction", &["deposit", "withdrawal"])],
        "Tokens on their way to or from a chain that are not final yet, rounded to a float.";
    TOKEN_SHED = "token_shed_total", Kind::Counter, Count, Engine, [closed("reason", SHED_REASONS)],
        "Commands refused before the ledger decided them, by reason; a read or a body that is too large counts as one.";
    TOKEN_STORE_FAULT = "token_store_fault_total", Kind::Counter, Count, Engine,
        [
            closed("store", &["postgres", "redis"]),
            closed("kind", &["serialization", "deadlock", "timeout", "connection", "crc", "stale", "dropped"])
        ],
        "Faults of a store or cache that were met and handled.";
    TOKEN_SUPPLY = "token_supply_tokens", Kind::Gauge, Tokens, Engine, [CHAIN],
        "Tokens in existence, rounded to a float.";
    TOKEN_TRANSFER = "token_transfer_total", Kind::Counter, Count, Engine, [CHAIN, STATUS],
        "Transfers that the ledger answered.";
}
