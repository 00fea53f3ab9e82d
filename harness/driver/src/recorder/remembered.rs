//! The requests of the profiled seconds, one by one: what a worker notes of each.
//!
//! When the room is full, what is kept is a sample in which every request of these seconds is equally likely (algorithm R: Vitter,
//! "Random Sampling with a Reservoir", 1985): the first minutes alone would say nothing of a leak that slows the last ones.

use crate::session::Exchange;
use record::served::RequestKey;
use record::splitmix::Draws;
use record::tail::Exchanged;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// Which requests are remembered: those that were under way in a span. Nothing before it is told.
#[derive(Debug)]
pub(super) struct Wanted {
    from: AtomicU64,
    to: AtomicU64,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            from: AtomicU64::new(u64::MAX),
            to: AtomicU64::new(0),
        }
    }
}

impl Wanted {
    /// From now on requests that are under way in `span`, in nanoseconds since T0.
    pub(super) fn set(&self, span: &Range<u64>) {
        self.to.store(span.end, Ordering::Relaxed);
        self.from.store(span.start, Ordering::Relaxed);
    }

    #[inline]
    fn is(&self, exchange: &Exchange) -> bool {
        exchange.done >= self.from.load(Ordering::Relaxed)
            && exchange.sent.unwrap_or(exchange.intended) < self.to.load(Ordering::Relaxed)
    }
}

/// A worker's part of the list.
#[derive(Debug)]
pub(super) struct Remembered {
    list: Vec<Exchanged>,
    room: usize,
    unlisted: u64,
    draws: Draws,
}

impl Remembered {
    /// A list of at most `room` requests, 56 bytes each.
    pub(super) fn with_room(room: usize) -> Self {
        Self {
            list: Vec::with_capacity(room),
            room,
            unlisted: 0,
            draws: Draws::new(0),
        }
    }

    #[inline]
    pub(super) fn note(&mut self, wanted: &Wanted, exchange: &Exchange) {
        if wanted.is(exchange) {
            self.push(exchange);
        }
    }

    fn push(&mut self, exchange: &Exchange) {
        let exchanged = Exchanged {
            key: RequestKey {
                arrival: exchange.arrival,
                number: exchange.number,
            },
            step: u16::try_from(exchange.step).unwrap_or(u16::MAX),
            answered: exchange.status.is_some(),
            intended: exchange.intended,
            sent: exchange.sent.unwrap_or(exchange.done),
            done: exchange.done,
        };
        if self.list.len() < self.room {
            self.list.push(exchanged);
            return;
        }
        self.unlisted += 1;
        let met = self.list.len() as u64 + self.unlisted;
        let place = self.draws.below(met) as usize;
        if let Some(kept) = self.list.get_mut(place) {
            *kept = exchanged;
        }
    }

    /// Hands the list over and keeps no room.
    pub(super) fn take(&mut self) -> (Vec<Exchanged>, u64) {
        self.room = 0;
        (std::mem::take(&mut self.list), self.unlisted)
    }
}
