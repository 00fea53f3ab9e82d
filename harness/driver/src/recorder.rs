//! Recording: one shard per runtime worker, swapped out once per window, merged exactly.
//!
//! A shard is locked by its own worker for a few nanoseconds per request, never across an await, and once per window by the
//! collector, which swaps the full tallies for an empty spare and pours them out beyond the lock.

mod remembered;
mod sets;
mod tallies;

use crate::session::Exchange;
use record::failure::FailureKind;
use record::phase::Phase;
use record::tail::Exchanged;
use remembered::{Remembered, Wanted};
pub(crate) use sets::{Layout, Sets};
pub use sets::{PhaseSet, StepSet, TransactionSet};
use std::cell::Cell;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
pub(crate) use tallies::Tallies;

/// The end of a transaction, and perhaps of its arrival with it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ended {
    pub(crate) scenario: usize,
    /// Last answer − intended start − the user's pauses in between, in nanoseconds; `None` if it failed.
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

struct Shard {
    tallies: Box<Tallies>,
    pulse: Pulse,
    remembered: Remembered,
    /// After the run is over nothing is recorded any more, so that what is still under way is counted once, as such.
    frozen: bool,
}

impl Shard {
    fn exchange(&mut self, phase: Phase, exchange: &Exchange, wanted: &Wanted) {
        self.tallies.of(phase).exchange(exchange);
        self.remembered.note(wanted, exchange);
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
    wanted: Wanted,
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
    /// `room` is for requests that are remembered one by one, all shards together; see [`Recorder::remember`].
    pub(crate) fn new(shards: usize, layout: Layout, room: usize) -> Self {
        let shards = shards.max(1);
        let shard = || Shard {
            tallies: Box::new(Tallies::new(layout)),
            pulse: Pulse::default(),
            remembered: Remembered::with_room(room / shards),
            frozen: false,
        };
        Self {
            shards: (0..shards).map(|_| Padded(Mutex::new(shard()))).collect(),
            wanted: Wanted::default(),
        }
    }

    /// From now on requests that are under way in `span`, in nanoseconds since T0, are remembered one by one while there is room.
    pub(crate) fn remember(&self, span: &Range<u64>) {
        self.wanted.set(span);
    }

    /// The remembered requests in no order, and how many found no room. Nothing is remembered any more.
    pub(crate) fn take_remembered(&self) -> (Vec<Exchanged>, u64) {
        let (mut all, mut unlisted) = (Vec::new(), 0);
        for shard in &self.shards {
            let mut shard = shard.0.lock().unwrap_or_else(PoisonError::into_inner);
            let (list, more) = shard.remembered.take();
            all.extend(list);
            unlisted += more;
        }
        (all, unlisted)
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
            shard.exchange(phase, exchange, &self.wanted);
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
            shard.exchange(phase, exchange, &self.wanted);
        }
        shard.tallies.of(phase).end(ended);
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
    pub(crate) fn collect(&self, spare: &mut Box<Tallies>, into: &mut Sets) {
        into.clear();
        for shard in &self.shards {
            let mut shard = shard.0.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(&mut shard.tallies, spare);
            drop(shard);
            spare.pour(into);
        }
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
