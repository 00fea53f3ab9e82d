//! What sets the slow requests of a run apart: bands of response time, and where the time of each band went.
//!
//! The profiles themselves lie beside it in the run folder, their samples labelled with [`BAND_LABEL`] and [`ENDPOINT_LABEL`].

mod json;

pub use json::{from_json, to_json};

use crate::files;
use crate::run::Span;
use crate::served::RequestKey;

/// The label that says how slow the request was for its client: a name of [`Band`].
pub const BAND_LABEL: &str = "response_band";
/// The label that says what kind of request it was: `scenario/step`, as everywhere in a report.
pub const ENDPOINT_LABEL: &str = "endpoint";

/// A profile whose samples are told apart by band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// CPU time.
    Cpu,
    /// Bytes allocated.
    Alloc,
    /// Time that waiters for locks waited.
    Block,
    /// The same time, charged to those who held the locks.
    Mutex,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Cpu, Self::Alloc, Self::Block, Self::Mutex];

    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Alloc => "alloc",
            Self::Block => "block",
            Self::Mutex => "mutex",
        }
    }

    /// What Go's `net/http/pprof` calls it.
    pub const fn served_as(self) -> &'static str {
        match self {
            Self::Cpu => "profile",
            Self::Alloc => "allocs",
            Self::Block => "block",
            Self::Mutex => "mutex",
        }
    }

    /// The column of the profile that is drawn.
    pub const fn column(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Alloc => "alloc_space",
            Self::Block | Self::Mutex => "delay",
        }
    }

    /// The file of the banded profile in a run folder.
    pub fn file(self) -> String {
        format!("{}/{}.pb.gz", files::PROFILES, self.name())
    }
}

/// How slow a request was within its endpoint, as its client saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// Up to the median.
    LeP50,
    /// Above it, up to the 90th percentile.
    P50P90,
    /// Above that, up to the 99th percentile.
    P90P99,
    /// The slowest hundredth.
    GtP99,
    /// A request of this run that got no answer, or whose account the target or the client did not keep.
    Incomplete,
    /// A request of somebody else.
    Unmatched,
    /// Work outside requests: reading, writing, accepting, the runtime, background tasks.
    Untagged,
}

impl Band {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::LeP50,
        Self::P50P90,
        Self::P90P99,
        Self::GtP99,
        Self::Incomplete,
        Self::Unmatched,
        Self::Untagged,
    ];
    /// Those that requests with an answer fall into.
    pub const ANSWERED: [Self; 4] = [Self::LeP50, Self::P50P90, Self::P90P99, Self::GtP99];

    /// The value of [`BAND_LABEL`].
    pub const fn name(self) -> &'static str {
        match self {
            Self::LeP50 => "le_p50",
            Self::P50P90 => "p50_p90",
            Self::P90P99 => "p90_p99",
            Self::GtP99 => "gt_p99",
            Self::Incomplete => "incomplete",
            Self::Unmatched => "unmatched",
            Self::Untagged => "untagged",
        }
    }

    /// What people read.
    pub const fn words(self) -> &'static str {
        match self {
            Self::LeP50 => "up to P50",
            Self::P50P90 => "P50 to P90",
            Self::P90P99 => "P90 to P99",
            Self::GtP99 => "above P99",
            Self::Incomplete => "no answer known",
            Self::Unmatched => "other callers",
            Self::Untagged => "outside requests",
        }
    }

    /// The band of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|band| band.name() == name)
    }
}

/// A request as its client saw it. Times in nanoseconds since T0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exchanged {
    /// Which request.
    pub key: RequestKey,
    /// Which of the plan's steps, all scenarios counted through.
    pub step: u16,
    /// Whether there was an answer, good or bad.
    pub answered: bool,
    /// When it was due.
    pub intended: u64,
    /// When its first byte left.
    pub sent: u64,
    /// When its last byte came, or it was given up.
    pub done: u64,
}

impl Exchanged {
    /// Response time in nanoseconds.
    pub fn response(&self) -> u64 {
        self.done.saturating_sub(self.intended)
    }
}

/// A part of a response time. The parts of one request never overlap and sum to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slice {
    /// Due and not sent yet.
    SendDelay,
    /// Sent or answered, and outside the target's account of it: the network, the target's reading and writing.
    Outside,
    /// Being polled, without the waits below: on a processor, or preempted.
    Running,
    /// A lock that somebody else held.
    Lock,
    /// The allocator's slow path.
    Allocator,
    /// Data on its way to the disk.
    Fsync,
    /// Other input and output.
    Io,
    /// Woken, and waiting for a worker.
    Ready,
    /// A timer.
    Timer,
    /// A channel or another task.
    Channel,
    /// A free thread of the blocking pool.
    BlockingQueue,
    /// Waiting for what the target does not name.
    Pending,
}

impl Slice {
    /// All of them, in the order of a request's life.
    pub const ALL: [Self; 12] = [
        Self::SendDelay,
        Self::Outside,
        Self::Running,
        Self::Lock,
        Self::Allocator,
        Self::Fsync,
        Self::Io,
        Self::Ready,
        Self::Timer,
        Self::Channel,
        Self::BlockingQueue,
        Self::Pending,
    ];

    /// The name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SendDelay => "send_delay",
            Self::Outside => "outside",
            Self::Running => "running",
            Self::Lock => "lock",
            Self::Allocator => "allocator",
            Self::Fsync => "fsync",
            Self::Io => "io",
            Self::Ready => "ready",
            Self::Timer => "timer",
            Self::Channel => "channel",
            Self::BlockingQueue => "blocking_queue",
            Self::Pending => "pending",
        }
    }

    /// What people read.
    pub const fn words(self) -> &'static str {
        match self {
            Self::SendDelay => "send delay",
            Self::Outside => "network, reading and writing",
            Self::Running => "running",
            Self::Lock => "lock",
            Self::Allocator => "allocator",
            Self::Fsync => "sync to disk",
            Self::Io => "other input and output",
            Self::Ready => "ready, waiting for a worker",
            Self::Timer => "timer",
            Self::Channel => "queue or other task",
            Self::BlockingQueue => "blocking pool",
            Self::Pending => "waiting, cause unknown",
        }
    }
}

/// Nanoseconds by [`Slice`], in the order of [`Slice::ALL`].
pub type Slices = [u64; Slice::ALL.len()];

/// The bands of one endpoint. Quantiles are exact, by nearest rank over all answered requests of the span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// `scenario/step`.
    pub name: String,
    /// Median response time in nanoseconds.
    pub p50: u64,
    /// 90th percentile.
    pub p90: u64,
    /// 99th percentile.
    pub p99: u64,
    /// Slowest.
    pub max: u64,
    /// Answered requests by band, in the order of [`Band::ANSWERED`].
    pub requests: [u64; 4],
}

/// What one slice of the time was over all requests that both sides know, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spread {
    /// Median, zeros included.
    pub p50: u64,
    /// 99th percentile.
    pub p99: u64,
    /// Longest.
    pub max: u64,
}

/// What [`Slice::Running`] was, of the requests that the target accounted for in detail; sums in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Running {
    /// Requests.
    pub requests: u64,
    /// On a processor.
    pub cpu: u64,
    /// Preempted; an estimate.
    pub run_queue: u64,
    /// Waiting for pages from disk; an estimate.
    pub page_faults: u64,
    /// None of these.
    pub unexplained: u64,
}

/// The time of a group of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Account {
    /// Requests that both sides know.
    pub requests: u64,
    /// Sums over them.
    pub slices: Slices,
    /// Of those in detail.
    pub running: Running,
}

/// Where the time of requests went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StallLedger {
    /// By band, in the order of [`Band::ANSWERED`].
    pub bands: [Account; 4],
    /// The requests around the 99th percentile of their endpoint.
    pub around_p99: Account,
    /// Over all, in the order of [`Slice::ALL`].
    pub spreads: [Spread; Slice::ALL.len()],
}

/// How the target's monotonic clock stands to the generator's, whose zero is T0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockOffset {
    /// Target's reading − ours, in nanoseconds.
    pub offset_ns: i64,
    /// The offset is known within this.
    pub error_ns: u64,
}

/// Everything about slow requests that a report needs beside the profiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    /// The seconds that the profiles cover.
    pub span: Span,
    /// How the clocks stood, where the target tells its own.
    pub clock: Option<ClockOffset>,
    /// By endpoint.
    pub endpoints: Vec<Endpoint>,
    /// Requests of the span without an answer.
    pub unanswered: u64,
    /// Requests of the span that found no room in the client's list.
    pub unlisted: u64,
    /// Where the time went, or why that is not known.
    pub ledger: Result<StallLedger, String>,
    /// Profiles that are not there, and why.
    pub absent: Vec<(Metric, String)>,
}

impl Tail {
    /// Requests of a band whose samples say whose they are: what values are divided by. A target that keeps records forgets the oldest,
    /// and then their samples say nothing; of one that keeps none all requests count.
    pub fn told_apart(&self, band: Band) -> u64 {
        let place = Band::ANSWERED.iter().position(|one| *one == band);
        match (&self.ledger, place) {
            (Ok(ledger), Some(place)) => ledger.bands[place].requests,
            _ => self.requests(band),
        }
    }

    /// [`Tail::told_apart`] of one endpoint. The ledger knows no endpoints, so what was forgotten is taken to be forgotten evenly.
    pub fn told_apart_at(&self, endpoint: &Endpoint, band: Band) -> u64 {
        let place = Band::ANSWERED.iter().position(|one| *one == band);
        let all = self.requests(band).max(1) as f64;
        place.map_or(0, |place| {
            let own = endpoint.requests[place] as f64;
            (own * self.told_apart(band) as f64 / all).round() as u64
        })
    }

    /// Answered requests of a band over all endpoints. 0 for bands that are no part of the answered.
    pub fn requests(&self, band: Band) -> u64 {
        let place = Band::ANSWERED.iter().position(|one| *one == band);
        place.map_or(0, |place| {
            self.endpoints.iter().map(|one| one.requests[place]).sum()
        })
    }
}
