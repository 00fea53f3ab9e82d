//! One run from the first connection to the last answer.

mod account;
mod prepare;
mod run;
mod steady;
mod tail;

use crate::exposition::Exposition;
use crate::judge::Judge;
use crate::observer::Observer;
use crate::proc::Process;
use crate::target::{Address, AddressError};
use crate::workload::Workload;
use goose::GooseError;
use plan::Plan;
use record::histogram::Histogram;
use record::profile::Profile;
use record::run::{
    Arrivals, Costs, Delays, Ending, Health, ProfileFacts, Span, StepRecord, TransactionRecord,
    WarmupFacts, Window,
};
use record::shift::Shifts;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;
pub use tail::{TailFacts, TakenProfile};
use thiserror::Error;

/// Says why the target is gone, if it is.
pub type Liveness = Box<dyn FnMut() -> Option<String> + Send>;

/// Taking turns with another run of this machine.
pub struct ShiftWork {
    /// When this run offers load. Warm-up and steady phase are whole blocks of it, both as the time of day goes.
    pub shifts: Shifts,
    /// Asked once everything is ready, and may wait for the other run: T0 on the system's monotonic clock, in nanoseconds. `None` if the
    /// run is not to begin.
    pub begin: Box<dyn FnOnce() -> Option<u64> + Send>,
}

/// Everything a run needs.
pub struct Job {
    /// What to offer.
    pub plan: Plan,
    /// Where to.
    pub address: Address,
    /// What users do there.
    pub workload: Arc<dyn Workload>,
    /// Given where another run takes turns with this one.
    pub shifts: Option<ShiftWork>,
    /// The run's name; part of every request's `x-request-id`.
    pub run_id: String,
    /// Recorder shards: the number of runtime workers.
    pub shards: usize,
    /// The target's process, if it is on this machine.
    pub process: Option<Process>,
    /// Base URL of the target's metrics and profiles, where it serves them.
    pub admin: Option<String>,
    /// Whether to tell the slow requests apart, where the target serves profiles.
    pub tail: bool,
    /// The target's own counter of the requests it answered on the loaded address, where it has one and nobody else sends: the client's
    /// count is held against it.
    pub counter: Option<String>,
    /// Asked every few milliseconds.
    pub liveness: Liveness,
    /// Takes the histogram log.
    pub log: Box<dyn Write + Send>,
    /// Told of every window.
    pub observer: Arc<dyn Observer>,
    /// Decides while the run is on.
    pub judge: Box<dyn Judge>,
}

/// A run that could not begin.
#[derive(Debug, Error)]
pub enum DriverError {
    /// The target's name does not resolve.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The general client cannot be built.
    #[error("TLS client cannot be set up: {0}")]
    Client(String),
    /// Goose refuses the scenarios.
    #[error("goose refuses the scenarios: {0}")]
    Goose(#[from] Box<GooseError>),
    /// Users stopped before the run began.
    #[error("users could not start: {0}")]
    Users(String),
    /// Users did not get ready.
    #[error(
        "only {ready} of {wanted} users were ready after {waited:?}; offer fewer users or raise the open-files limit"
    )]
    NotReady {
        /// Users that were.
        ready: usize,
        /// Users that should have been.
        wanted: usize,
        /// How long we waited.
        waited: Duration,
    },
    /// The run that takes turns with this one is gone.
    #[error("nobody said when the first shift begins")]
    NoShift,
    /// A thread cannot be started.
    #[error("a thread cannot be started: {0}")]
    Thread(std::io::Error),
}

/// A profile of the steady phase, or why there is none.
#[derive(Debug, Clone)]
pub struct ProfileBytes {
    /// For the record.
    pub facts: ProfileFacts,
    /// The profile itself, if it was taken.
    pub profile: Option<Profile>,
}

/// What a run brought.
pub struct Measured {
    /// How it ended.
    pub ending: Ending,
    /// The steady phase, as far as it went.
    pub steady: Span,
    /// What became of the arrivals.
    pub arrivals: Arrivals,
    /// By step.
    pub steps: Vec<StepRecord>,
    /// By scenario.
    pub transactions: Vec<TransactionRecord>,
    /// Sent − intended.
    pub send_delay: Histogram,
    /// The parts of send delay.
    pub delays: Delays,
    /// What happened to the generator.
    pub health: Health,
    /// The warm-up as it was.
    pub warmup: WarmupFacts,
    /// Why the judge stopped the run before its plan was over, if it did.
    pub aborted: Option<String>,
    /// Lower bounds of response times that were never seen.
    pub unfinished: Histogram,
    /// Windows of all phases.
    pub windows: Vec<Window>,
    /// CPU, memory, allocations.
    pub costs: Costs,
    /// CPU and allocation profile.
    pub profiles: Vec<ProfileBytes>,
    /// What tells the slow requests of the profiled seconds apart, where the target serves profiles.
    pub tail: Option<TailFacts>,
    /// The target's exposition at the end of the steady phase.
    pub target_metrics: Option<Exposition>,
    /// What a reader should know.
    pub warnings: Vec<String>,
}

/// Offers the load and measures it. Must run on a runtime of [`crate::runtime`]. One attack per process: Goose keeps its switch in a
/// static.
pub async fn measure(job: Job) -> Result<Measured, DriverError> {
    run::Run::prepare(job).await?.go().await
}
