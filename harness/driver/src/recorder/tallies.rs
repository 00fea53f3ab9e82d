//! What a worker counts while requests end: as cheap as can be, poured into [`Sets`] once a window.

use super::sets::{EndedArrivals, Layout, PhaseSet, Sets, StepSet, TransactionSet};
use super::{ArrivalEnd, Ended};
use crate::session::Exchange;
use record::failure::FailureKind;
use record::histogram::Histogram;
use record::phase::Phase;
use record::run::Times;
use record::tally::Tally;

/// Status codes have three digits; a parsed head has no other.
const CODES: usize = 1000;

#[derive(Debug, Clone, Default)]
struct TimesTally {
    response: Tally,
    service: Tally,
}

impl TimesTally {
    fn reserve(&mut self, reach_ns: u64) {
        self.response.reserve(reach_ns);
        self.service.reserve(reach_ns);
    }

    fn pour(&mut self, into: &mut Times) {
        pour(&mut self.response, &mut into.response);
        pour(&mut self.service, &mut into.service);
    }
}

fn pour(tally: &mut Tally, into: &mut Histogram) {
    into.add_tally(tally);
    tally.clear();
}

#[derive(Debug, Clone)]
struct StepTally {
    ok: TimesTally,
    failed: TimesTally,
    failures: [u64; FailureKind::ALL.len()],
    /// By status code; indexed because a map costs as much as all the rest.
    codes: Box<[u64; CODES]>,
    body_bytes: u64,
}

impl Default for StepTally {
    fn default() -> Self {
        Self {
            ok: TimesTally::default(),
            failed: TimesTally::default(),
            failures: Default::default(),
            codes: Box::new([0; CODES]),
            body_bytes: 0,
        }
    }
}

impl StepTally {
    fn pour(&mut self, into: &mut StepSet) {
        self.ok.pour(&mut into.ok);
        self.failed.pour(&mut into.failed);
        for (into, mine) in into.failures.iter_mut().zip(&mut self.failures) {
            *into += std::mem::take(mine);
        }
        for (code, count) in (0..).zip(self.codes.iter_mut()) {
            if *count > 0 {
                *into.codes.entry(code).or_default() += std::mem::take(count);
            }
        }
        into.body_bytes += std::mem::take(&mut self.body_bytes);
    }
}

#[derive(Debug, Clone, Default)]
struct TransactionTally {
    committed: u64,
    failed: u64,
    response: Tally,
}

impl TransactionTally {
    fn pour(&mut self, into: &mut TransactionSet) {
        into.committed += std::mem::take(&mut self.committed);
        into.failed += std::mem::take(&mut self.failed);
        pour(&mut self.response, &mut into.response);
    }
}

/// What is counted of the arrivals of one phase.
#[derive(Debug, Clone, Default)]
pub(super) struct PhaseTally {
    steps: Vec<StepTally>,
    transactions: Vec<TransactionTally>,
    /// Send delays that are pacing delays altogether, as nearly all are: counted once, and poured into both.
    plain: Tally,
    send_delay: Tally,
    pacing: Tally,
    slot_wait: Tally,
    connect_wait: Tally,
    timeouts: Tally,
    ended: EndedArrivals,
}

impl PhaseTally {
    fn new(layout: Layout) -> Self {
        Self {
            steps: vec![StepTally::default(); layout.steps],
            transactions: vec![TransactionTally::default(); layout.scenarios],
            ..Self::default()
        }
    }

    // The memory of a run of an hour is that of its first minute only if the first long time is recorded in memory that was there before.
    fn reserve(&mut self, layout: Layout) {
        let failed = |step: &mut StepTally| step.failed.reserve(layout.reach_ns);
        if layout.is_small() {
            self.steps.iter_mut().for_each(failed);
            self.timeouts.reserve(layout.reach_ns);
        }
        for step in &mut self.steps {
            step.ok.reserve(layout.reach_ns);
        }
        for transaction in &mut self.transactions {
            transaction.response.reserve(layout.reach_ns);
        }
        for tally in [
            &mut self.plain,
            &mut self.send_delay,
            &mut self.pacing,
            &mut self.slot_wait,
            &mut self.connect_wait,
        ] {
            tally.reserve(layout.reach_ns);
        }
    }

    #[cfg(test)]
    fn tallies(&mut self) -> Vec<&mut Tally> {
        let steps = self.steps.iter_mut().flat_map(|step| {
            let (ok, failed) = (&mut step.ok, &mut step.failed);
            [
                &mut ok.response,
                &mut ok.service,
                &mut failed.response,
                &mut failed.service,
            ]
        });
        let transactions = self.transactions.iter_mut().map(|one| &mut one.response);
        let delays = [
            &mut self.plain,
            &mut self.send_delay,
            &mut self.pacing,
            &mut self.slot_wait,
            &mut self.connect_wait,
            &mut self.timeouts,
        ];
        steps.chain(transactions).chain(delays).collect()
    }

    pub(super) fn exchange(&mut self, exchange: &Exchange) {
        let step = &mut self.steps[exchange.step];
        if let Some(status) = exchange.status
            && let Some(count) = step.codes.get_mut(usize::from(status))
        {
            *count += 1;
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
        self.pacing.record(released.saturating_sub(free));
        self.slot_wait.record(free - exchange.intended);
        self.connect_wait.record(sent - released);
    }

    pub(super) fn end(&mut self, ended: &Ended) {
        let tally = &mut self.transactions[ended.scenario];
        match ended.response {
            Some(response) => {
                tally.committed += 1;
                tally.response.record(response);
            }
            None => tally.failed += 1,
        }
        match ended.arrival {
            ArrivalEnd::GoesOn => {}
            ArrivalEnd::Succeeded => self.ended.succeeded += 1,
            ArrivalEnd::Failed(FailureKind::Timeout) => self.ended.timed_out += 1,
            ArrivalEnd::Failed(_) => self.ended.failed += 1,
        }
    }

    fn pour(&mut self, into: &mut PhaseSet) {
        for (mine, into) in self.steps.iter_mut().zip(&mut into.steps) {
            mine.pour(into);
        }
        for (mine, into) in self.transactions.iter_mut().zip(&mut into.transactions) {
            mine.pour(into);
        }
        let delays = &mut into.delays;
        let plain = self.plain.count();
        into.send_delay.add_tally(&self.plain);
        pour(&mut self.plain, &mut delays.pacing);
        delays.slot_wait.record_many(0, plain);
        delays.connect_wait.record_many(0, plain);
        pour(&mut self.send_delay, &mut into.send_delay);
        pour(&mut self.pacing, &mut delays.pacing);
        pour(&mut self.slot_wait, &mut delays.slot_wait);
        pour(&mut self.connect_wait, &mut delays.connect_wait);
        pour(&mut self.timeouts, &mut into.timeouts);
        into.ended.add(std::mem::take(&mut self.ended));
    }
}

/// What a worker counted since it was last asked, by phase of the arrival.
#[derive(Debug, Clone)]
pub(crate) struct Tallies {
    warmup: PhaseTally,
    steady: PhaseTally,
}

impl Tallies {
    pub(crate) fn new(layout: Layout) -> Self {
        let mut steady = PhaseTally::new(layout);
        steady.reserve(layout);
        Self {
            warmup: PhaseTally::new(layout),
            steady,
        }
    }

    /// Bytes of the counters of times.
    #[cfg(test)]
    pub(super) fn bytes(&mut self) -> usize {
        let phases = [&mut self.warmup, &mut self.steady];
        let tallies = phases.into_iter().flat_map(PhaseTally::tallies);
        tallies.map(|tally| tally.bytes()).sum()
    }

    pub(super) fn of(&mut self, phase: Phase) -> &mut PhaseTally {
        match phase {
            Phase::Steady => &mut self.steady,
            _ => &mut self.warmup,
        }
    }

    /// Hands everything over and is empty then.
    pub(super) fn pour(&mut self, into: &mut Sets) {
        self.warmup.pour(&mut into.warmup);
        self.steady.pour(&mut into.steady);
    }
}
