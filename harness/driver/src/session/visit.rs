//! Where a user is in its current arrival. Pure: instants in, records out.

use super::Exchange;
use record::failure::FailureKind;
use record::phase::Phase;
use std::time::Duration;

/// The start of an arrival.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    pub(crate) arrival: u64,
    pub(crate) phase: Phase,
    pub(crate) scenario: usize,
    /// Index of the scenario's first step among all steps.
    pub(crate) first_step: usize,
    pub(crate) steps: usize,
    pub(crate) intended: u64,
}

/// One arrival as it goes on. Times in nanoseconds since T0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visit {
    pub(super) start: Start,
    /// When the user that took it was free for it.
    pub(super) slot_free: u64,
    /// Intended start of the next request.
    pub(super) intended: u64,
    /// The next request is sent no earlier than this.
    pub(super) not_before: u64,
    /// Intended start of the transaction.
    began: u64,
    /// Pauses inside the transaction, as far as a request came after them.
    thought: u64,
    /// The pause before the next request.
    next_pause: u64,
    /// When the last answer was complete.
    pub(super) last_done: u64,
    /// Requests sent so far.
    pub(super) sent: u32,
    /// Why the transaction failed, if it did.
    failure: Option<FailureKind>,
    /// Why the arrival failed, if it did.
    pub(super) arrival_failure: Option<FailureKind>,
    /// The last exchange, until it is known whether it ends the arrival: it is recorded together with that, under one lock.
    pub(super) pending: Option<Exchange>,
}

impl Visit {
    /// Before T0: nothing of it is recorded.
    pub(super) const SETUP: Self = Self {
        start: Start {
            arrival: 0,
            phase: Phase::Setup,
            scenario: 0,
            first_step: 0,
            steps: usize::MAX,
            intended: 0,
        },
        slot_free: 0,
        intended: 0,
        not_before: 0,
        began: 0,
        thought: 0,
        next_pause: 0,
        last_done: 0,
        sent: 0,
        failure: None,
        arrival_failure: None,
        pending: None,
    };

    /// A new arrival of a user that has been free since `slot_free`.
    pub(super) fn of(start: Start, slot_free: u64) -> Self {
        Self {
            start,
            slot_free,
            intended: start.intended,
            not_before: start.intended,
            began: start.intended,
            ..Self::SETUP
        }
    }

    /// An answer is there, or none will come. A later request depends on it: it is due now.
    pub(super) fn done(&mut self, exchange: Exchange) {
        self.sent += 1;
        self.thought += std::mem::take(&mut self.next_pause);
        self.intended = exchange.done;
        self.not_before = exchange.done;
        self.last_done = exchange.done;
        if let Some(kind) = exchange.failure {
            self.fail(kind);
        }
        self.pending = Some(exchange);
    }

    /// The next request of a visit whose answer was `expected` to take so long: due by the plan and not by what the target did, so that
    /// a slow answer makes the next step late, as a caller would feel it.
    pub(super) fn expect(&mut self, expected: Option<Duration>, think: Duration) {
        let think = think.as_nanos() as u64;
        self.not_before = self.last_done + think;
        self.next_pause = think;
        self.intended = match (expected, self.pending) {
            (Some(expected), Some(last)) => last.intended + expected.as_nanos() as u64 + think,
            _ => self.not_before,
        };
        self.slot_free = self.not_before;
    }

    /// True for what is recorded: what users do before T0 is not.
    pub(super) fn is_measured(&self) -> bool {
        self.start.phase != Phase::Setup
    }

    /// Makes the next request due later, by a time in which nobody was to send.
    pub(super) fn put_off(&mut self, by: u64) {
        self.intended += by;
        if self.sent > 0 {
            self.thought += by;
        } else {
            self.began += by;
        }
    }

    pub(super) fn begin_transaction(&mut self) {
        self.began = self.intended;
        self.thought = 0;
        self.next_pause = 0;
        self.failure = None;
    }

    pub(super) fn fail(&mut self, kind: FailureKind) {
        self.failure.get_or_insert(kind);
        self.arrival_failure.get_or_insert(kind);
    }

    /// Last answer − intended start of the transaction − pauses in between; `None` if it failed. What a user thinks is no answer's fault,
    /// and would make the goodput of every journey with pauses nothing.
    pub(super) fn response(&self) -> Option<u64> {
        let took = self.last_done.saturating_sub(self.began + self.thought);
        self.failure.is_none().then_some(took)
    }
}

#[cfg(test)]
mod tests;
