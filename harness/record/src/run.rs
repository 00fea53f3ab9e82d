//! The run record: everything one run established. Domain types; the JSON they become is in [`crate::wire`].

mod cost;
mod engine;
mod figures;
mod health;
mod insides;
mod origin;
mod stretch;

pub use cost::{Allocations, Costs, ProfileFacts, ProfileKind, ProfileOutcome};
pub use engine::{EngineFacts, FaultFacts};
pub use health::{
    ClosedFacts, Delays, Health, PrecisionFacts, RunQueue, WarmupAsked, WarmupFacts,
    pacing_floor_ns, pacing_limit_ns, pacing_quantile,
};
pub use insides::{Insides, LiveObjects, LockWait};
pub use origin::{PlanFacts, Provenance, TargetFacts};
pub use stretch::{RuleStretches, Stretch};

use crate::failure::FailureKind;
use crate::histogram::{Histogram, Summary};
use crate::phase::Phase;
use crate::shift::Shifts;
use std::collections::BTreeMap;
use std::time::Duration;

/// Which workload model offered the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// Arrivals come on a schedule and do not wait for answers.
    Open,
    /// Visits come on a schedule and do not wait for each other; the steps inside one do.
    PartlyOpen,
    /// Each user waits for its answer before it goes on.
    Closed,
}

impl Model {
    /// Every model.
    pub const ALL: [Self; 3] = [Self::Open, Self::PartlyOpen, Self::Closed];

    /// The model of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.name() == name)
    }

    /// True if arrivals come on a schedule.
    pub fn is_scheduled(self) -> bool {
        self != Self::Closed
    }

    /// The name used in plans, records and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::PartlyOpen => "partly-open",
            Self::Closed => "closed",
        }
    }
}

/// Everything one run established.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// `<UTC start>-<4 hex>`: sorts by time.
    pub run_id: String,
    /// Wall-clock start of the run since the Unix epoch; every other time counts from T0, the first intended start possible.
    pub started_unix: Duration,
    /// What made the measurement.
    pub provenance: Provenance,
    /// What was to be done.
    pub plan: PlanFacts,
    /// What was measured.
    pub target: TargetFacts,
    /// How it ended.
    pub ending: Ending,
    /// The steady phase, as far as it went.
    pub steady: Span,
    /// When load was offered, where the run took turns with another one; `None` if all the time.
    pub shifts: Option<Shifts>,
    /// What became of the arrivals intended in the steady phase.
    pub arrivals: Arrivals,
    /// One per scenario and step that the plan has.
    pub steps: Vec<StepRecord>,
    /// One per scenario.
    pub transactions: Vec<TransactionRecord>,
    /// Send delay of every steady arrival that was sent.
    pub send_delay: Histogram,
    /// The parts of it; empty in records of versions that did not keep them.
    pub delays: Delays,
    /// Lower bounds of response times that were never seen: ages at the end of steady arrivals that did not finish, and times after
    /// which a request was given up by its timeout.
    pub unfinished: Histogram,
    /// How the generator itself fared in the steady phase.
    pub health: Health,
    /// The warm-up as it was.
    pub warmup: WarmupFacts,
    /// Whether the quantile that the plan asks for is known well enough; `None` if it asks for none.
    pub precision: Option<PrecisionFacts>,
    /// Rules that are judged on stretches of the steady phase, and what each stretch showed.
    pub stretches: Vec<RuleStretches>,
    /// Which rule of the plan stopped the run before its time, and when, in a sentence; `None` if none did.
    pub aborted: Option<String>,
    /// One-second windows, all phases.
    pub windows: Vec<Window>,
    /// What the steady phase cost.
    pub costs: Costs,
    /// The profiles taken of the steady phase, or why there are none.
    pub profiles: Vec<ProfileFacts>,
    /// What the target told of its own inside.
    pub insides: Insides,
    /// The audit after the run, where the scenarios have one.
    pub audit: Option<Audit>,
    /// What a reader should know before believing the numbers.
    pub warnings: Vec<String>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// As planned.
    Completed,
    /// By Ctrl-C; the numbers are those until then.
    Interrupted,
    /// The target died or could not be reached any more.
    TargetDied(String),
    /// The generator itself failed.
    Failed(String),
}

/// A stretch of time since T0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// Start.
    pub start: Duration,
    /// End; never before the start.
    pub end: Duration,
}

impl Span {
    /// Length.
    pub fn length(self) -> Duration {
        self.end.saturating_sub(self.start)
    }
}

/// What became of the arrivals that were due: `scheduled` is the sum of all others ([`Arrivals::is_conserved`]), nothing
/// leaves the denominator. In the closed model an arrival is one start of a user's transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Arrivals {
    /// Intended in the steady phase.
    pub scheduled: u64,
    /// Their transaction finished and was good.
    pub succeeded: u64,
    /// Their transaction finished and was not good; timeouts are apart.
    pub failed: u64,
    /// Their transaction ended by the request timeout.
    pub timed_out: u64,
    /// Under way when the run stopped.
    pub in_flight: u64,
    /// Waiting for an idle user when the run stopped.
    pub unsent: u64,
    /// Given up because a bound was reached.
    pub dropped: u64,
}

impl Arrivals {
    /// Everything but `scheduled`.
    pub fn accounted(&self) -> u64 {
        self.succeeded + self.failed + self.timed_out + self.in_flight + self.unsent + self.dropped
    }

    /// The integer identity that every run must satisfy.
    pub fn is_conserved(&self) -> bool {
        self.scheduled == self.accounted()
    }
}

/// Times of one class of requests.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Times {
    /// Done − intended.
    pub response: Histogram,
    /// Done − sent.
    pub service: Histogram,
}

impl Times {
    /// Adds all values of `other`.
    pub fn add(&mut self, other: &Self) {
        self.response.add(&other.response);
        self.service.add(&other.service);
    }
}

/// The requests of one step in the steady phase.
#[derive(Debug, Clone, PartialEq)]
pub struct StepRecord {
    /// The scenario it belongs to.
    pub scenario: String,
    /// The step's name; never a raw URL.
    pub step: String,
    /// Requests that were good.
    pub ok: Times,
    /// Requests that were not: kept apart, because a fast refusal must not improve a percentile.
    pub failed: Times,
    /// Failed requests by kind.
    pub failures: BTreeMap<FailureKind, u64>,
    /// Answers by status code.
    pub codes: BTreeMap<u16, u64>,
    /// Body bytes received.
    pub body_bytes: u64,
}

/// The transactions of one scenario in the steady phase.
#[derive(Debug, Clone, PartialEq)]
pub struct TransactionRecord {
    /// The scenario.
    pub scenario: String,
    /// Every request of it was good.
    pub committed: u64,
    /// At least one was not.
    pub failed: u64,
    /// Last answer − intended start − the user's pauses in between, of committed ones.
    pub response: Histogram,
}

/// A slice of a run, by completion time; at most one second, cut at the edges of phases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// When, since T0.
    pub span: Span,
    /// The phase at its start.
    pub phase: Phase,
    /// Arrivals that became due.
    pub due: u64,
    /// Requests finished, failed ones included.
    pub requests: u64,
    /// Requests that failed.
    pub failed: u64,
    /// Transactions committed.
    pub committed: u64,
    /// Transactions finished without being good.
    pub uncommitted: u64,
    /// Transactions under way at its end.
    pub in_flight: u64,
    /// Arrivals waiting for an idle user at its end.
    pub backlog: u64,
    /// Response times of good requests.
    pub response: Option<Summary>,
    /// Service times of good requests.
    pub service: Option<Summary>,
    /// Send delays.
    pub send_delay: Option<Summary>,
}

/// The audit after a run: is the answer right?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// What was checked, a sentence each.
    pub checks: Vec<AuditCheck>,
}

impl Audit {
    /// True if every check held.
    pub fn passed(&self) -> bool {
        self.checks.iter().all(|check| check.held)
    }
}

/// One thing the audit checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditCheck {
    /// What must hold.
    pub name: String,
    /// Whether it did.
    pub held: bool,
    /// The figures it stands on.
    pub detail: String,
}
