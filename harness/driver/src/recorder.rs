//! Recording: one shard per runtime worker, swapped out once per window, merged exactly.
//!
//! A shard is locked by its own worker for a few nanoseconds per request, never across an await, and once per window by the
//! collector, which swaps the full set for an empty spare and merges outside the lock. Memory is fixed at the start.

use crate::session::Exchange;
use record::failure::FailureKind;
use record::histogram::Histogram;
use record::phase::Phase;
use record::run::{Delays, StepRecord, Times, TransactionRecord};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

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
    /// Last answer − intended start, of committed ones.
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

/// The end of a transaction, and perhaps of its arrival with it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    pub(crate) scenario: usize,
    /// Last answer − intended start; `None` if it failed.
    pub(crate) response: Option<u64>,
    pub(crate) arrival: ArrivalEnd,
}

/// Whether a transaction is its arrival's last, and how the arrival ended with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArrivalEnd {
    GoesOn,
    Succeeded,
    Failed(FailureKind),
}

impl ArrivalEnd {
    pub(crate) fn of(failure: Option<FailureKind>) -> Self {
        failure.map_or(Self::Succeeded, Self::Failed)
    }
}

/// What can be read at any time without closing a window: enough to see whether the target is steady.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Pulse {
    /// Good requests so far.
    pub(crate) completed: u64,
    /// Sum of their response times.
    pub(crate) response_sum_ns: u64,
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
    /// Send delays that are pacing delays altogether, as nearly all are: recorded once, and added to both when the window closes.
    plain: Histogram,
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

    pub(crate) fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.steps.iter_mut().zip(&other.steps) {
            mine.add(theirs);
        }
        for (mine, theirs) in self.transactions.iter_mut().zip(&other.transactions) {
            mine.add(theirs);
        }
        self.send_delay.add(&other.send_delay);
        self.delays.add(&other.delays);
        self.plain.add(&other.plain);
        self.timeouts.add(&other.timeouts);
        self.ended.succeeded += other.ended.succeeded;
        self.ended.failed += other.ended.failed;
        self.ended.timed_out += other.ended.timed_out;
    }

    // What was recorded once for several histograms.
    fn settle(&mut self) {
        self.send_delay.add(&self.plain);
        self.delays.pacing.add(&self.plain);
        self.delays.slot_wait.record_many(0, self.plain.count());
        self.delays.connect_wait.record_many(0, self.plain.count());
        self.plain.clear();
    }

    fn clear(&mut self) {
        self.steps.iter_mut().for_each(StepSet::clear);
        self.transactions.iter_mut().for_each(TransactionSet::clear);
        self.send_delay.clear();
        self.timeouts.clear();
        self.ended = EndedArrivals::default();
        self.delays.clear();
        self.plain.clear();
    }

    fn exchange(&mut self, exchange: &Exchange) {
        let step = &mut self.steps[exchange.step];
        if let Some(status) = exchange.status {
            *step.codes.entry(status).or_default() += 1;
        }
        step.body_bytes += exchange.body_bytes;
        let times = match exchange.failure {
            None => &mut step.ok,
            Some(kind) => {
                step.failures[kind as usize] += 1;
                &mut step.failed
            }
        };
        let Some(sent) = exchange.sent else {
            return;
        };
        let response = exchange.done.saturating_sub(exchange.intended);
        times.response.record(response);
        times.service.record(exchange.done.saturating_sub(sent));
        if exchange.failure == Some(FailureKind::Timeout) {
            self.timeouts.record(response);
        }
        if exchange.first {
            self.delay(exchange, sent);
        }
    }

    // Send delay taken apart: first for an idle user, then by ourselves, then for a connection.
    fn delay(&mut self, exchange: &Exchange, sent: u64) {
        let free = exchange.slot_free.max(exchange.intended);
        if free == exchange.intended && exchange.released == 0 {
            self.plain.record(sent.saturating_sub(free));
            return;
        }
        let connects = exchange.released > 0;
        let released = if connects { exchange.released } else { sent };
        self.send_delay
            .record(sent.saturating_sub(exchange.intended));
        let delays = &mut self.delays;
        delays.pacing.record(released.saturating_sub(free));
        delays.slot_wait.record(free - exchange.intended);
        delays.connect_wait.record(sent - released);
    }
}

impl PhaseSet {
    fn end(&mut self, ended: &Ended) {
        let set = &mut self.transactions[ended.scenario];
        match ended.response {
            Some(response) => {
                set.committed += 1;
                set.response.record(response);
            }
            None => set.failed += 1,
        }
        match ended.arrival {
            ArrivalEnd::GoesOn => {}
            ArrivalEnd::Succeeded => self.ended.succeeded += 1,
            ArrivalEnd::Failed(FailureKind::Timeout) => self.ended.timed_out += 1,
            ArrivalEnd::Failed(_) => self.ended.failed += 1,
        }
    }
}

/// How many steps and scenarios a workload has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) steps: usize,
    pub(crate) scenarios: usize,
}

/// What one window brought, by phase of the arrival.
#[derive(Debug, Clone)]
pub(crate) struct Sets {
    pub(crate) warmup: PhaseSet,
    pub(crate) steady: PhaseSet,
}

impl Sets {
    pub(crate) fn new(layout: Layout) -> Self {
        Self {
            warmup: PhaseSet::new(layout),
            steady: PhaseSet::new(layout),
        }
    }

    pub(crate) fn clear(&mut self) {
        self.warmup.clear();
        self.steady.clear();
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.warmup.add(&other.warmup);
        self.steady.add(&other.steady);
    }

    fn of(&mut self, phase: Phase) -> &mut PhaseSet {
        match phase {
            Phase::Steady => &mut self.steady,
            _ => &mut self.warmup,
        }
    }
}

struct Shard {
    sets: Box<Sets>,
    pulse: Pulse,
    /// After the run is over nothing is recorded any more, so that what is still under way is counted once, as such.
    frozen: bool,
}

impl Shard {
    fn exchange(&mut self, phase: Phase, exchange: &Exchange) {
        self.sets.of(phase).exchange(exchange);
        if exchange.failure.is_none() {
            self.pulse.completed += 1;
            self.pulse.response_sum_ns += exchange.done.saturating_sub(exchange.intended);
        }
    }
}

// A cache line to itself, so that two workers do not slow each other down.
#[repr(align(128))]
struct Padded(Mutex<Shard>);

/// The shards.
pub(crate) struct Recorder {
    shards: Vec<Padded>,
}

thread_local! {
    static SHARD: Cell<usize> = const { Cell::new(0) };
}

/// Gives the calling thread its shard number; called when a runtime worker starts.
pub(crate) fn enter_thread() {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    SHARD.set(NEXT.fetch_add(1, Ordering::Relaxed));
}

impl Recorder {
    pub(crate) fn new(shards: usize, layout: Layout) -> Self {
        let shard = || Shard {
            sets: Box::new(Sets::new(layout)),
            pulse: Pulse::default(),
            frozen: false,
        };
        Self {
            shards: (0..shards.max(1))
                .map(|_| Padded(Mutex::new(shard())))
                .collect(),
        }
    }

    fn shard(&self) -> MutexGuard<'_, Shard> {
        let at = SHARD.get() % self.shards.len();
        self.shards[at]
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn exchange(&self, phase: Phase, exchange: &Exchange) {
        let mut shard = self.shard();
        if !shard.frozen {
            shard.exchange(phase, exchange);
        }
    }

    /// Records the end of a transaction, and of its arrival if it has ended, with the request that ended it. `clear` runs under the same
    /// lock, so that an arrival is either ended or in flight, never both.
    pub(crate) fn end(
        &self,
        phase: Phase,
        last: Option<&Exchange>,
        ended: &Ended,
        clear: impl FnOnce(),
    ) {
        if phase == Phase::Setup {
            return;
        }
        let mut shard = self.shard();
        if shard.frozen {
            return;
        }
        if let Some(exchange) = last {
            shard.exchange(phase, exchange);
        }
        shard.sets.of(phase).end(ended);
        if ended.arrival != ArrivalEnd::GoesOn {
            clear();
        }
    }

    /// What all shards have seen so far.
    pub(crate) fn pulse(&self) -> Pulse {
        let mut all = Pulse::default();
        for shard in &self.shards {
            let pulse = shard.0.lock().unwrap_or_else(PoisonError::into_inner).pulse;
            all.completed += pulse.completed;
            all.response_sum_ns += pulse.response_sum_ns;
        }
        all
    }

    /// Takes what was recorded since the last call; `into` is cleared first.
    pub(crate) fn collect(&self, spare: &mut Box<Sets>, into: &mut Sets) {
        into.clear();
        for shard in &self.shards {
            std::mem::swap(
                &mut shard.0.lock().unwrap_or_else(PoisonError::into_inner).sets,
                spare,
            );
            into.add(spare);
            spare.clear();
        }
        into.warmup.settle();
        into.steady.settle();
    }

    /// Ends recording: what comes later is ignored.
    pub(crate) fn freeze(&self) {
        for shard in &self.shards {
            shard
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .frozen = true;
        }
    }
}

#[cfg(test)]
mod tests;
