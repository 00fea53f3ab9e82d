//! The metric families that only a process with the probe's request layer, locks and tasks has.
//!
//! They follow the rules of [`record::catalog`] and are written once, here.

use record::catalog::{Family, Kind, Label, Owner, Unit, Values};
use record::grid::Grid;

use crate::stall::Cause;

/// Values of the label `cause`: where a request's time may go.
pub const CAUSES: &[&str] = &[
    ON_CPU,
    RUN_QUEUE,
    PAGE_FAULTS,
    READY,
    PENDING,
    Cause::Lock.name(),
    Cause::Allocator.name(),
    Cause::Fsync.name(),
    Cause::Io.name(),
    Cause::Timer.name(),
    Cause::Channel.name(),
    Cause::BlockingQueue.name(),
];
/// CPU time inside polls; of detailed requests.
pub const ON_CPU: &str = "on_cpu";
/// Preempted inside polls, an estimate; of detailed requests.
pub const RUN_QUEUE: &str = "run_queue";
/// Waiting for pages from disk, an estimate; of detailed requests.
pub const PAGE_FAULTS: &str = "page_faults";
/// Woken and not polled yet.
pub const READY: &str = "ready";
/// Not woken: waiting for something outside.
pub const PENDING: &str = "pending";

const CAUSE: &[Label] = &[Label {
    key: "cause",
    values: Values::Closed(CAUSES),
}];

/// One poll of a request.
pub static REQUEST_POLL: Family = Family {
    name: "request_poll_seconds",
    kind: Kind::Histogram(Grid::Fine),
    unit: Unit::Seconds,
    help: "Time of one poll of a request: while it lasts nothing else runs on the worker.",
    labels: &[],
    owner: Owner::Target,
};
/// One wait of a request for a worker.
pub static REQUEST_READY: Family = Family {
    name: "request_ready_seconds",
    kind: Kind::Histogram(Grid::Fine),
    unit: Unit::Seconds,
    help: "Time from the wake of a request to its next poll: the scheduler's delay.",
    labels: &[],
    owner: Owner::Target,
};
/// The stall ledger.
pub static REQUEST_STALL: Family = Family {
    name: "request_stall_seconds",
    kind: Kind::Histogram(Grid::Fine),
    unit: Unit::Seconds,
    help: "Time of a whole request by cause, zeros included; on_cpu, run_queue and page_faults of one in sixteen requests.",
    labels: CAUSE,
    owner: Owner::Target,
};
/// The worst of the stall ledger.
pub static REQUEST_STALL_MAX: Family = Family {
    name: "request_stall_max_seconds",
    kind: Kind::Gauge,
    unit: Unit::Seconds,
    help: "The longest time of one request by cause, since the start.",
    labels: CAUSE,
    owner: Owner::Target,
};
/// What may leak.
pub static RUNTIME_LIVE_OBJECTS: Family = Family {
    name: "runtime_live_objects",
    kind: Kind::Gauge,
    unit: Unit::Count,
    help: "Tasks, timers and blocking calls that are alive, by kind and place of creation.",
    labels: &[
        Label {
            key: "kind",
            values: Values::Closed(&["task", "timer", "blocking"]),
        },
        Label {
            key: "site",
            values: Values::Bounded(256),
        },
    ],
    owner: Owner::Target,
};
