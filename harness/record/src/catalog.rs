//! The one table of metric names, units and labels.
//!
//! Exposition (`probe`), dashboards and rules, and their tests all read it, so that a name is written once and cannot drift.
//! Names follow Prometheus: owner prefix, base unit, `_total` on counters; label values are closed lists or bounded.

use crate::grid::Grid;

/// What a family is, as Prometheus sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only ever grows; the name ends in `_total`.
    Counter,
    /// A value of the moment.
    Gauge,
    /// Cumulative buckets with the bounds of a [`Grid`].
    Histogram(Grid),
}

/// The base unit of a family; decides the unit a panel shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things counted.
    Count,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// Tokens of the reference ledger, rounded to a float: for looking, never for checking.
    Tokens,
    /// A fact: the value is 1, the labels carry the information.
    Info,
}

/// Which values a label may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Exactly these.
    Closed(&'static [&'static str]),
    /// At most this many different ones; what comes after them is counted as `other`.
    Bounded(usize),
}

/// One label of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// The key.
    pub key: &'static str,
    /// The values it may take.
    pub values: Values,
}

/// Whose `/metrics` shows a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The generator (`loadtest`) while a run is on.
    Generator,
    /// Any target that embeds `probe`.
    Target,
    /// Both: facts of a process.
    Process,
    /// The reference engine only.
    Engine,
}

/// One metric family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Family {
    /// The exposition name, unit and `_total` included.
    pub name: &'static str,
    /// Counter, gauge or histogram.
    pub kind: Kind,
    /// Base unit.
    pub unit: Unit,
    /// One sentence; also the first sentence of a panel's description.
    pub help: &'static str,
    /// Label keys in exposition order.
    pub labels: &'static [Label],
    /// Whose `/metrics` shows it.
    pub owner: Owner,
}

const fn closed(key: &'static str, values: &'static [&'static str]) -> Label {
    Label {
        key,
        values: Values::Closed(values),
    }
}

const fn bounded(key: &'static str, most: usize) -> Label {
    Label {
        key,
        values: Values::Bounded(most),
    }
}

/// Values of the label `phase`.
pub const PHASES: &[&str] = &["setup", "warmup", "steady", "drain", "done"];
/// Values of the label `outcome`.
pub const OUTCOMES: &[&str] = &["ok", "failed"];
/// Values of the label `kind` of a failed request.
pub const FAILURE_KINDS: &[&str] = &[
    "status",
    "timeout",
    "connect",
    "reset",
    "malformed",
    "check",
];
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

const SCENARIO: Label = bounded("scenario", 64);
const STEP: Label = bounded("step", 64);
const OUTCOME: Label = closed("outcome", OUTCOMES);
const CHAIN: Label = closed("chain", CHAINS);
const LEDGER_STATUS: Label = closed("status", LEDGER_STATUSES);

macro_rules! families {
    ($($constant:ident = $name:literal, $kind:expr, $unit:ident, $owner:ident, [$($label:expr),*], $help:literal;)*) => {
        $(
            #[doc = $help]
            pub const $constant: Family = Family {
                name: $name,
                kind: $kind,
                unit: Unit::$unit,
                help: $help,
                labels: &[$($label),*],
                owner: Owner::$owner,
            };
        )*
        /// Every family, in the order of owner, then name.
        pub const CATALOG: &[Family] = &[$($constant),*];
    };
}

families! {
    LOADTEST_ARRIVALS_DROPPED = "loadtest_arrivals_dropped_total", Kind::Counter, Count, Generator,
        [closed("reason", &["backlog_full"])],
        "Arrivals that were due and never sent, by reason.";
    LOADTEST_ARRIVALS_DUE = "loadtest_arrivals_due_total", Kind::Counter, Count, Generator, [],
        "Arrivals whose intended time has come: the offered load.";
    LOADTEST_ARRIVALS_RELEASED = "loadtest_arrivals_released_total", Kind::Counter, Count, Generator, [],
        "Arrivals handed to a user to be sent: the achieved load.";
    LOADTEST_BACKLOG = "loadtest_backlog_arrivals", Kind::Gauge, Count, Generator, [],
        "Arrivals that are due and wait for an idle user.";
    LOADTEST_FAILURES = "loadtest_failures_total", Kind::Counter, Count, Generator,
        [STEP, closed("kind", FAILURE_KINDS)],
        "Failed requests by step and kind of failure.";
    LOADTEST_IN_FLIGHT_LIMIT = "loadtest_in_flight_limit", Kind::Gauge, Count, Generator, [],
        "The most transactions the generator may have under way at once.";
    LOADTEST_PHASE = "loadtest_phase", Kind::Gauge, Count, Generator, [closed("phase", PHASES)],
        "1 for the phase the run is in, 0 for the others.";
    LOADTEST_REQUESTS_IN_FLIGHT = "loadtest_requests_in_flight", Kind::Gauge, Count, Generator, [],
        "Transactions under way right now.";
    LOADTEST_REQUESTS = "loadtest_requests_total", Kind::Counter, Count, Generator, [SCENARIO, STEP, OUTCOME],
        "Requests finished, by scenario, step and outcome: their rate is QPS.";
    LOADTEST_RESPONSE_TIME = "loadtest_response_time_seconds", Kind::Histogram(Grid::Fine), Seconds, Generator,
        [SCENARIO, STEP, OUTCOME],
        "Response time: from the intended start to the last byte of the body.";
    LOADTEST_RUN_INFO = "loadtest_run_info", Kind::Gauge, Info, Generator,
        [bounded("run_id", 1), bounded("plan", 1), closed("model", &["open", "partly-open", "closed"])],
        "The run that is on, as labels.";
    LOADTEST_SEND_DELAY = "loadtest_send_delay_seconds", Kind::Histogram(Grid::Coarse), Seconds, Generator, [],
        "Send delay: from the intended start to the first byte sent; the generator's own lateness.";
    LOADTEST_SERVICE_TIME = "loadtest_service_time_seconds", Kind::Histogram(Grid::Coarse), Seconds, Generator,
        [SCENARIO, STEP, OUTCOME],
        "Service time: from the first byte sent to the last byte of the body.";
    LOADTEST_TARGET_CPU = "loadtest_target_cpu_seconds_total", Kind::Counter, Seconds, Generator, [],
        "CPU time of a local target, read by the generator from outside.";
    LOADTEST_TARGET_MEMORY = "loadtest_target_resident_memory_bytes", Kind::Gauge, Bytes, Generator, [],
        "Resident memory of a local target, read by the generator from outside.";
    LOADTEST_TRANSACTIONS = "loadtest_transactions_total", Kind::Counter, Count, Generator, [SCENARIO, OUTCOME],
        "Transactions finished, by scenario and outcome: the rate of the good ones is TPS.";
    LOADTEST_USERS = "loadtest_users", Kind::Gauge, Count, Generator, [],
        "Users that are running.";

    HTTP_DURATION = "http_request_duration_seconds", Kind::Histogram(Grid::Fine), Seconds, Target,
        [closed("method", METHODS), bounded("route", 64)],
        "Time a request spent in the service, by method and route template.";
    HTTP_IN_FLIGHT = "http_requests_in_flight", Kind::Gauge, Count, Target, [],
        "Requests the service is working on right now.";
    HTTP_REQUESTS = "http_requests_total", Kind::Counter, Count, Target,
        [closed("method", METHODS), bounded("route", 64), bounded("code", 64)],
        "Requests answered, by method, route template and status code.";
    RUNTIME_ALLOCATED_BYTES = "runtime_allocated_bytes_total", Kind::Counter, Bytes, Target, [],
        "Bytes ever asked of the allocator, exact.";
    RUNTIME_ALLOCATIONS = "runtime_allocations_total", Kind::Counter, Count, Target, [],
        "Allocations ever made, exact.";
    RUNTIME_BUILD_INFO = "runtime_build_info", Kind::Gauge, Info, Target,
        [bounded("name", 1), bounded("version", 1), closed("build", &["debug", "release"])],
        "The build that is running, as labels.";
    RUNTIME_LIVE_HEAP = "runtime_live_heap_bytes", Kind::Gauge, Bytes, Target, [],
        "Bytes allocated and not yet freed, exact.";
    RUNTIME_PROFILE_SAMPLES = "runtime_profile_samples_total", Kind::Counter, Count, Target,
        [closed("profile", &["cpu", "allocs"])],
        "Samples taken by the probe's profilers.";

    PROCESS_CPU = "process_cpu_seconds_total", Kind::Counter, Seconds, Process, [],
        "User and system CPU time of the process.";
    PROCESS_OPEN_FDS = "process_open_fds", Kind::Gauge, Count, Process, [],
        "Open file descriptors of the process.";
    PROCESS_MEMORY = "process_resident_memory_bytes", Kind::Gauge, Bytes, Process, [],
        "Resident memory of the process.";
    PROCESS_START_TIME = "process_start_time_seconds", Kind::Gauge, Seconds, Process, [],
        "Start of the process as Unix time.";
    PROCESS_THREADS = "process_threads", Kind::Gauge, Count, Process, [],
        "Operating-system threads of the process.";

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

/// Values of the label `method`; others count as `OTHER`.
pub const METHODS: &[&str] = &[
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER",
];

/// The family of that exposition name.
pub fn find(name: &str) -> Option<&'static Family> {
    CATALOG.iter().find(|family| family.name == name)
}

#[cfg(test)]
mod tests;
