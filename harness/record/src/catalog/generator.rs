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
/// Values of the label `reason` of a run whose numbers are not to be trusted: the stable codes of `stats`.
pub const HEALTH_REASONS: &[&str] = &[
    "counts_differ",
    "generator_cpu",
    "generator_failed",
    "generator_late",
    "generator_limit",
    "generator_stall",
    "generator_stalled",
    "generator_starved",
    "generator_throttled",
    "host_busy",
    "no_data",
    "not_steady",
    "recording_inconsistent",
    "steal",
    "target_died",
    "too_few_samples",
    "under_delivered",
    "other",
];
/// Values of the label `metric` of limits of times, as a plan writes them.
pub const TIMES: &[&str] = &[
    "response_time",
    "service_time",
    "send_delay",
    "pacing_delay",
];
/// Values of the label `verdict`.
pub const VERDICTS: &[&str] = &["pass", "fail", "inconclusive", "invalid"];

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
    LOADTEST_CONNECT_WAIT = "loadtest_connect_wait_seconds", Kind::Histogram(Grid::Coarse), Seconds, Generator, [],
        "Part of send delay: from the moment a user took the arrival until it had a connection.";
    LOADTEST_CORES = "loadtest_cores", Kind::Gauge, Count, Generator, [],
        "Processors that the generator may use.";
    LOADTEST_FAILURES = "loadtest_failures_total", Kind::Counter, Count, Generator,
        [STEP, closed("kind", FAILURE_KINDS)],
        "Failed requests by step and kind of failure.";
    LOADTEST_HEALTH_BROKEN = "loadtest_health_broken", Kind::Gauge, Count, Generator,
        [closed("reason", HEALTH_REASONS)],
        "1 for each reason why the numbers of the run are not to be trusted, from its end on.";
    LOADTEST_IN_FLIGHT_LIMIT = "loadtest_in_flight_limit", Kind::Gauge, Count, Generator, [],
        "The most transactions the generator may have under way at once.";
    LOADTEST_PACING_DELAY = "loadtest_pacing_delay_seconds", Kind::Histogram(Grid::Coarse), Seconds, Generator, [],
        "Part of send delay: the generator's own lateness, from intended or from an idle user to the release.";
    LOADTEST_PHASE = "loadtest_phase", Kind::Gauge, Count, Generator, [closed("phase", PHASES)],
        "1 for the phase the run is in, 0 for the others.";
    LOADTEST_REQUESTS_IN_FLIGHT = "loadtest_requests_in_flight", Kind::Gauge, Count, Generator, [],
        "Transactions under way right now.";
    LOADTEST_REQUESTS = "loadtest_requests_total", Kind::Counter, Count, Generator, [SCENARIO, STEP, OUTCOME],
        "Requests finished, by scenario, step and outcome: their rate is QPS.";
    LOADTEST_RESPONSE_TIME = "loadtest_response_time_seconds", Kind::Histogram(Grid::Fine), Seconds, Generator,
        [SCENARIO, STEP, OUTCOME],
        "Response time: from the intended start to the last byte of the body.";
    LOADTEST_RESPONSES = "loadtest_responses_total", Kind::Counter, Count, Generator, [bounded("code", 64)],
        "Requests finished, by status code; none where no answer came.";
    LOADTEST_RUN_INFO = "loadtest_run_info", Kind::Gauge, Info, Generator,
        [bounded("run_id", 1), bounded("plan", 1), closed("model", &["open", "partly-open", "closed"]), bounded("revision", 1),
            bounded("build", 1)],
        "The run that is on, as labels.";
    LOADTEST_SCRAPES = "loadtest_scrapes_total", Kind::Counter, Count, Generator, [],
        "Scrapes that the generator has answered.";
    LOADTEST_SEND_DELAY = "loadtest_send_delay_seconds", Kind::Histogram(Grid::Coarse), Seconds, Generator, [],
        "Send delay: from the intended start to the first byte sent; the generator's own lateness.";
    LOADTEST_SERVICE_TIME = "loadtest_service_time_seconds", Kind::Histogram(Grid::Coarse), Seconds, Generator,
        [SCENARIO, STEP, OUTCOME],
        "Service time: from the first byte sent to the last byte of the body.";
    LOADTEST_SLOT_WAIT = "loadtest_slot_wait_seconds", Kind::Histogram(Grid::Coarse), Seconds, Generator, [],
        "Part of send delay: from the intended start until a user was idle.";
    LOADTEST_TARGET_CPU = "loadtest_target_cpu_seconds_total", Kind::Counter, Seconds, Generator, [],
        "CPU time of a local target, read by the generator from outside.";
    LOADTEST_TARGET_FDS = "loadtest_target_open_fds", Kind::Gauge, Count, Generator, [],
        "Open file descriptors of a local target, read by the generator from outside.";
    LOADTEST_TARGET_MEMORY = "loadtest_target_resident_memory_bytes", Kind::Gauge, Bytes, Generator, [],
        "Resident memory of a local target, read by the generator from outside.";
    LOADTEST_TARGET_THREADS = "loadtest_target_threads", Kind::Gauge, Count, Generator, [],
        "Threads of a local target, read by the generator from outside.";
    LOADTEST_THRESHOLD_BROKEN = "loadtest_threshold_broken", Kind::Gauge, Count, Generator, [bounded("rule", 32)],
        "1 for each threshold of the plan that the run broke, from its end on; the rule none where the plan has none.";
    LOADTEST_THRESHOLD = "loadtest_threshold_seconds", Kind::Gauge, Seconds, Generator,
        [closed("metric", TIMES), bounded("term", 16), STEP],
        "Limits that the plan sets to times; the step is all where the rule is about every step.";
    LOADTEST_TRANSACTIONS = "loadtest_transactions_total", Kind::Counter, Count, Generator, [SCENARIO, OUTCOME],
        "Transactions finished, by scenario and outcome: the rate of the good ones is TPS.";
    LOADTEST_GOODPUT = "loadtest_transactions_within_slo_total", Kind::Counter, Count, Generator, [SCENARIO],
        "Good transactions that took no longer than the plan's limit: their rate is goodput.";
    LOADTEST_USERS = "loadtest_users", Kind::Gauge, Count, Generator, [],
        "Users that are running.";
    LOADTEST_VERDICT = "loadtest_verdict", Kind::Gauge, Count, Generator, [closed("verdict", VERDICTS)],
        "1 for the verdict of the run, from its end on.";
}
