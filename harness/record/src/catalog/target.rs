//! What any target that embeds `probe` shows, and facts of a process.

use super::{Family, Kind, Label, Owner, Unit, bounded, closed};
use crate::grid::Grid;

/// Values of the label `method`; others count as `OTHER`.
pub const METHODS: &[&str] = &[
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "OTHER",
];
/// Values of the label `cause`: where a request's time may go. The first three are known of detailed requests only, and the
/// last seven are waits that the target names.
pub const CAUSES: &[&str] = &[
    "on_cpu",
    "run_queue",
    "page_faults",
    "ready",
    "pending",
    "lock",
    "allocator",
    "fsync",
    "io",
    "timer",
    "channel",
    "blocking_queue",
];
/// Values of the label `kind` of what is alive.
pub const LIVE_KINDS: &[&str] = &["task", "timer", "blocking"];
/// Values of the label `reason` of a probe whose profiles are poor.
pub const DEGRADED_REASONS: &[&str] = &["frame_pointers", "timer"];

const CAUSE: Label = closed("cause", CAUSES);

families! {
    HTTP_DURATION = "http_request_duration_seconds", Kind::Histogram(Grid::Fine), Seconds, Target,
        [closed("method", METHODS), bounded("route", 64)],
        "Time a request spent in the service, by method and route template.";
    HTTP_IN_FLIGHT = "http_requests_in_flight", Kind::Gauge, Count, Target, [],
        "Requests the service is working on right now.";
    HTTP_REQUESTS = "http_requests_total", Kind::Counter, Count, Target,
        [closed("method", METHODS), bounded("route", 64), bounded("code", 64)],
        "Requests answered, by method, route template and status code.";
    REQUEST_POLL = "request_poll_seconds", Kind::Histogram(Grid::Fine), Seconds, Target, [],
        "Time of one poll of a request: while it lasts nothing else runs on the worker.";
    REQUEST_READY = "request_ready_seconds", Kind::Histogram(Grid::Fine), Seconds, Target, [],
        "Time from the wake of a request to its next poll: the scheduler's delay.";
    REQUEST_ROUTE_STALL = "request_route_stall_seconds", Kind::Histogram(Grid::Mean), Seconds, Target,
        [bounded("route", 64), CAUSE],
        "Time of a whole request by route and cause, zeros included, of one in sixteen requests.";
    REQUEST_STALL_MAX = "request_stall_max_seconds", Kind::Gauge, Seconds, Target, [CAUSE],
        "The longest time of one request by cause, since the start.";
    REQUEST_STALL = "request_stall_seconds", Kind::Histogram(Grid::Fine), Seconds, Target, [CAUSE],
        "Time of a whole request by cause, zeros included; on_cpu, run_queue and page_faults of one in sixteen requests.";
    RUNTIME_ALLOCATED_BYTES = "runtime_allocated_bytes_total", Kind::Counter, Bytes, Target, [],
        "Bytes ever asked of the allocator, exact.";
    RUNTIME_ALLOCATIONS = "runtime_allocations_total", Kind::Counter, Count, Target, [],
        "Allocations ever made, exact.";
    RUNTIME_BUILD_INFO = "runtime_build_info", Kind::Gauge, Info, Target,
        [bounded("name", 1), bounded("version", 1), closed("build", &["debug", "release"])],
        "The build that is running, as labels.";
    RUNTIME_LIVE_HEAP = "runtime_live_heap_bytes", Kind::Gauge, Bytes, Target, [],
        "Bytes allocated and not yet freed, exact.";
    RUNTIME_LIVE_OBJECTS = "runtime_live_objects", Kind::Gauge, Count, Target,
        [closed("kind", LIVE_KINDS), bounded("site", 256)],
        "Tasks, timers and blocking calls that are alive, by kind and place of creation.";
    RUNTIME_LOCK_CONTENTIONS = "runtime_lock_contentions_total", Kind::Counter, Count, Target, [bounded("site", 64)],
        "Waits for a lock of the probe's kinds, by the function that waited; short ones are sampled without bias.";
    RUNTIME_LOCK_WAIT = "runtime_lock_wait_seconds_total", Kind::Counter, Seconds, Target, [bounded("site", 64)],
        "Time waited for locks of the probe's kinds, by the function that waited.";
    RUNTIME_POOL = "runtime_pool_total", Kind::Counter, Count, Target,
        [closed("pool", &["commands", "outcomes"]), closed("result", &["hit", "miss"])],
        "Objects taken from a pool, by whether one was at hand.";
    RUNTIME_PROBE_DEGRADED = "runtime_probe_degraded", Kind::Gauge, Count, Target, [closed("reason", DEGRADED_REASONS)],
        "1 for each reason why profiles of this process will be poor.";
    RUNTIME_PROFILE_DROPPED = "runtime_profile_dropped_total", Kind::Counter, Count, Target,
        [closed("profile", &["cpu", "allocs"])],
        "Samples that the probe's profilers had no room for.";
    RUNTIME_PROFILE_SAMPLES = "runtime_profile_samples_total", Kind::Counter, Count, Target,
        [closed("profile", &["cpu", "allocs"])],
        "Samples taken by the probe's profilers.";
    RUNTIME_SWITCH_INFO = "runtime_switch_info", Kind::Gauge, Info, Target,
        [bounded("switch", 16), bounded("value", 16)],
        "The switches that the process was started with, as labels.";

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
}
