//! The run record: everything one run established. Domain types; the JSON they become is in [`crate::wire`].

use crate::failure::FailureKind;
use crate::histogram::{Histogram, Summary};
use crate::phase::Phase;
use crate::rule::Rule;
use std::collections::BTreeMap;
use std::time::Duration;

/// Which workload model offered the load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// Arrivals come on a schedule and do not wait for answers.
    Open,
    /// Each user waits for its answer before it goes on.
    Closed,
}

impl Model {
    /// The name used in plans, records and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
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
    /// What became of the arrivals intended in the steady phase.
    pub arrivals: Arrivals,
    /// One per scenario and step that the plan has.
    pub steps: Vec<StepRecord>,
    /// One per scenario.
    pub transactions: Vec<TransactionRecord>,
    /// Send delay of every steady arrival that was sent.
    pub send_delay: Histogram,
    /// Lower bounds of response times that were never seen: ages at the end of steady arrivals that did not finish, and times after
    /// which a request was given up by its timeout.
    pub unfinished: Histogram,
    /// One-second windows, all phases.
    pub windows: Vec<Window>,
    /// What the steady phase cost.
    pub costs: Costs,
    /// The profiles taken of the steady phase, or why there are none.
    pub profiles: Vec<ProfileFacts>,
    /// The audit after the run, where the scenarios have one.
    pub audit: Option<Audit>,
    /// What a reader should know before believing the numbers.
    pub warnings: Vec<String>,
}

/// What made the measurement: two runs are comparable only where this agrees.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provenance {
    /// Version of loadtest.
    pub version: String,
    /// Source revision it was built from, or `unknown`.
    pub revision: String,
    /// `debug` or `release`.
    pub build: String,
    /// Compiler.
    pub rustc: String,
    /// Operating system and kernel release.
    pub kernel: String,
    /// Processor model.
    pub cpu: String,
    /// Processors online.
    pub cores: u32,
    /// Main memory in bytes.
    pub memory_bytes: u64,
    /// Processor the generator was pinned to.
    pub generator_core: Option<u32>,
    /// Processor the target was pinned to.
    pub target_core: Option<u32>,
    /// The command line.
    pub command: Vec<String>,
}

/// What was to be done.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanFacts {
    /// The plan's name.
    pub name: String,
    /// Digest of the resolved plan: equal digests offer equal load.
    pub digest: String,
    /// Workload model.
    pub model: Model,
    /// One sentence for people.
    pub words: String,
    /// The seed of every random choice.
    pub seed: u64,
    /// Offered rate in arrivals per second (open model).
    pub offered_rate: Option<f64>,
    /// Users: callers in the closed model, slots (the most in flight) in the open one.
    pub users: u32,
    /// Planned length of the warm-up.
    pub warmup: Duration,
    /// Planned length of the steady phase.
    pub duration: Duration,
    /// Request timeout.
    pub timeout: Duration,
    /// Scenario names and weights.
    pub scenarios: Vec<(String, u32)>,
    /// What the run must satisfy.
    pub thresholds: Vec<Rule>,
    /// The resolved plan as TOML.
    pub text: String,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetFacts {
    /// Base URL.
    pub url: String,
    /// True for the reference engine that loadtest started itself.
    pub reference: bool,
    /// Base of its profile and metric endpoints, where known.
    pub admin: Option<String>,
    /// Build information it tells of itself, where it does.
    pub build: Option<String>,
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
    /// Last answer − intended start, of committed ones.
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

/// What the steady phase cost.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Costs {
    /// CPU time of the generator.
    pub generator_cpu: Option<Duration>,
    /// CPU time of the target, where it runs on this machine.
    pub target_cpu: Option<Duration>,
    /// Resident memory of the generator at the end, in bytes.
    pub generator_memory_bytes: Option<u64>,
    /// Resident memory of the target at the end, in bytes.
    pub target_memory_bytes: Option<u64>,
    /// Exact allocations of the target, where it counts them.
    pub allocations: Option<Allocations>,
}

/// Exact allocations of the target between two readings of its counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allocations {
    /// Allocations made.
    pub count: u64,
    /// Bytes asked for.
    pub bytes: u64,
    /// Requests the target answered meanwhile, by its own count.
    pub requests: u64,
}

impl Allocations {
    /// Allocations per request; `None` without requests.
    pub fn per_request(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.count as f64 / self.requests as f64)
    }

    /// Bytes per request; `None` without requests.
    pub fn bytes_per_request(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.bytes as f64 / self.requests as f64)
    }
}

/// One profile of the steady phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileFacts {
    /// `cpu` or `alloc`.
    pub kind: ProfileKind,
    /// What came of it.
    pub outcome: ProfileOutcome,
}

/// Which profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileKind {
    /// Sampled stacks by CPU time.
    Cpu,
    /// Sampled stacks by bytes allocated.
    Alloc,
}

impl ProfileKind {
    /// The name used in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Alloc => "alloc",
        }
    }
}

/// What came of asking for a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProfileOutcome {
    /// Written to the run folder.
    Taken {
        /// The part of the steady phase it covers.
        span: Span,
        /// Number of samples (stacks with a value), not their weight.
        samples: u64,
        /// Sum of its main value: CPU nanoseconds or bytes.
        total: i64,
        /// Good requests that finished inside `span`.
        requests: u64,
    },
    /// The target serves none, or it could not be read; the reason.
    Absent(String),
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

impl RunRecord {
    /// Response times of all good requests, with unfinished arrivals at their lower bounds: what the headline shows.
    pub fn response_time(&self) -> Histogram {
        let mut all = self.merged(|step| &step.ok.response);
        all.add(&self.unfinished);
        all
    }

    /// Service times of all good requests.
    pub fn service_time(&self) -> Histogram {
        self.merged(|step| &step.ok.service)
    }

    fn merged(&self, of: impl Fn(&StepRecord) -> &Histogram) -> Histogram {
        let mut all = Histogram::new();
        for step in &self.steps {
            all.add(of(step));
        }
        all
    }

    /// Requests of the steady phase that were good.
    pub fn requests_ok(&self) -> u64 {
        self.steps.iter().map(|step| step.ok.service.count()).sum()
    }

    /// Requests of the steady phase that failed.
    pub fn requests_failed(&self) -> u64 {
        self.steps
            .iter()
            .flat_map(|step| step.failures.values())
            .sum()
    }

    /// Requests of the steady phase.
    pub fn requests(&self) -> u64 {
        self.requests_ok() + self.requests_failed()
    }

    /// Failed ÷ all requests; `None` without requests.
    pub fn error_ratio(&self) -> Option<f64> {
        let all = self.requests();
        (all > 0).then(|| self.requests_failed() as f64 / all as f64)
    }

    /// Requests per second: exchanges that finished inside the steady span, good or not, ÷ its length.
    pub fn qps(&self) -> f64 {
        self.steady_rate(|window| window.requests)
    }

    /// Committed transactions per second, by the same rule.
    pub fn tps(&self) -> f64 {
        self.steady_rate(|window| window.committed)
    }

    /// Transactions per second that finished inside the steady span, good or not: what the generator and the target achieved
    /// together.
    pub fn achieved_rate(&self) -> f64 {
        self.steady_rate(|window| window.committed + window.uncommitted)
    }

    fn steady_rate(&self, of: impl Fn(&Window) -> u64) -> f64 {
        let steady = self
            .windows
            .iter()
            .filter(|window| window.phase == Phase::Steady);
        self.per_second(steady.map(of).sum())
    }

    /// Arrivals per second that were due in the steady phase.
    pub fn offered_rate(&self) -> f64 {
        self.per_second(self.arrivals.scheduled)
    }

    fn per_second(&self, events: u64) -> f64 {
        let seconds = self.steady.length().as_secs_f64();
        if seconds > 0.0 {
            events as f64 / seconds
        } else {
            0.0
        }
    }

    /// Failed requests by kind, all steps.
    pub fn failures(&self) -> BTreeMap<FailureKind, u64> {
        let mut all = BTreeMap::new();
        for (kind, count) in self.steps.iter().flat_map(|step| &step.failures) {
            *all.entry(*kind).or_default() += count;
        }
        all
    }
}
