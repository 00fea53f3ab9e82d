//! What the generator shows while a run is on.

use super::{Family, Kind, Label, Owner, Unit, bounded, closed};
use crate::grid::Grid;

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

const SCENARIO: Label = bounded("scenario", 64);
const STEP: Label = bounded("step", 64);
const OUTCOME: Label = closed("outcome", OUTCOMES);

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
}
