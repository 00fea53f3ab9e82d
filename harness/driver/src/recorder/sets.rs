//! What a window, or a whole phase, brought: exact histograms, merged from all shards.

use record::failure::FailureKind;
use record::histogram::Histogram;
use record::run::{Delays, StepRecord, Times, TransactionRecord};
use std::collections::BTreeMap;

/// What the requests of one step did.
#[derive(Debug, Clone, Default)]
pub struct StepSet {
    /// Good requests.
    pub ok: Times,
    /// Failed requests that got as far as being sent.
    pub failed: Times,
    /// Failed requests by kind, in the order of [`FailureKind::ALL`].
    pub failures: [u64; FailureKind::ALL.len()],
    /// Answers by status code.
    pub codes: BTreeMap<u16, u64>,
    /// Body bytes received.
    pub body_bytes: u64,
}

impl StepSet {
    /// Requests that finished, good or not.
    pub fn requests(&self) -> u64 {
        self.ok.response.count() + self.failed_requests()
    }

    /// Requests that failed.
    pub fn failed_requests(&self) -> u64 {
        self.failures.iter().sum()
    }

    fn add(&mut self, other: &Self) {
        self.ok.add(&other.ok);
        self.failed.add(&other.failed);
        for (mine, theirs) in self.failures.iter_mut().zip(other.failures) {
            *mine += theirs;
        }
        for (code, count) in &other.codes {
            *self.codes.entry(*code).or_default() += count;
        }
        self.body_bytes += other.body_bytes;
    }

    fn clear(&mut self) {
        for times in [&mut self.ok, &mut self.failed] {
            times.response.clear();
            times.service.clear();
        }
        self.failures = Default::default();
        self.codes.clear();
        self.body_bytes = 0;
    }

    pub(crate) fn into_record(self, scenario: &str, step: &str) -> StepRecord {
        let failures = FailureKind::ALL.into_iter().zip(self.failures);
        StepRecord {
            scenario: scenario.to_owned(),
            step: step.to_owned(),
            ok: self.ok,
            failed: self.failed,
            failures: failures.filter(|(_, count)| *count > 0).collect(),
            codes: self.codes,
            body_bytes: self.body_bytes,
        }
    }
}

/// What the transactions of one scenario did.
#[derive(Debug, Clone, Default)]
pub struct TransactionSet {
    /// Every request was good.
    pub committed: u64,
    /// At least one was not.
    pub failed: u64,
    /// Last answer − intended start − the user's pauses in between, of committed ones.
    pub response: Histogram,
}

impl TransactionSet {
    fn add(&mut self, other: &Self) {
        self.committed += other.committed;
        self.failed += other.failed;
        self.response.add(&other.response);
    }

    fn clear(&mut self) {
        self.committed = 0;
        self.failed = 0;
        self.response.clear();
    }

    pub(crate) fn into_record(self, scenario: &str) -> TransactionRecord {
        TransactionRecord {
            scenario: scenario.to_owned(),
            committed: self.committed,
            failed: self.failed,
            response: self.response,
        }
    }
}

/// Arrivals that came to an end, by how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct EndedArrivals {
    pub(crate) succeeded: u64,
    pub(crate) failed: u64,
    pub(crate) timed_out: u64,
}

impl EndedArrivals {
    pub(super) fn add(&mut self, other: Self) {
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.timed_out += other.timed_out;
    }
}

/// Everything recorded of the arrivals of one phase.
#[derive(Debug, Clone, Default)]
pub struct PhaseSet {
    /// By step, in the workload's order.
    pub steps: Vec<StepSet>,
    /// By scenario, in the workload's order.
    pub transactions: Vec<TransactionSet>,
    /// Sent − intended, first request of each arrival.
    pub send_delay: Histogram,
    /// The parts of it.
    pub delays: Delays,
    /// Response times of requests that were given up by the timeout: lower bounds of the true ones.
    pub timeouts: Histogram,
    pub(crate) ended: EndedArrivals,
}

impl PhaseSet {
    fn new(layout: Layout) -> Self {
        Self {
            steps: vec![StepSet::default(); layout.steps],
            transactions: vec![TransactionSet::default(); layout.scenarios],
            ..Self::default()
        }
    }

    // What is not used every second, and would take its memory at the first failure. The others have theirs after the first window.
    fn settle(&mut self) {
        for step in &mut self.steps {
            step.failed.response.settle();
            step.failed.service.settle();
        }
        self.timeouts.settle();
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.steps.iter_mut().zip(&other.steps) {
            mine.add(theirs);
        }
        for (mine, theirs) in self.transactions.iter_mut().zip(&other.transactions) {
            mine.add(theirs);
        }
        self.send_delay.add(&other.send_delay);
        self.delays.add(&other.delays);
        self.timeouts.add(&other.timeouts);
        self.ended.add(other.ended);
    }

    fn clear(&mut self) {
        self.steps.iter_mut().for_each(StepSet::clear);
        self.transactions.iter_mut().for_each(TransactionSet::clear);
        self.send_delay.clear();
        self.timeouts.clear();
        self.ended = EndedArrivals::default();
        self.delays.clear();
    }
}

/// Up to so many steps histograms of failed requests are in memory before there are any; a workload with more has them when it fails.
const FEW_STEPS: usize = 8;

/// How many steps and scenarios a workload has, and how long its requests may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) steps: usize,
    pub(crate) scenarios: usize,
    /// Times up to this, in nanoseconds, are recorded in memory that was there before the run: the request timeout.
    pub(crate) reach_ns: u64,
}

impl Layout {
    pub(super) fn is_small(self) -> bool {
        self.steps <= FEW_STEPS
    }
}

/// What one window brought, by phase of the arrival.
#[derive(Debug, Clone)]
pub(crate) struct Sets {
    pub(crate) warmup: PhaseSet,
    pub(crate) steady: PhaseSet,
}

impl Sets {
    pub(crate) fn new(layout: Layout) -> Self {
        let mut steady = PhaseSet::new(layout);
        if layout.is_small() {
            steady.settle();
        }
        Self {
            warmup: PhaseSet::new(layout),
            steady,
        }
    }

    pub(crate) fn clear(&mut self) {
        self.warmup.clear();
        self.steady.clear();
    }
}
