//! Faults of stores that were met and handled, counted by kind.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Whose fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Place {
    /// The SQL store.
    Postgres,
    /// The cache.
    Redis,
}

impl Place {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Postgres, Self::Redis];

    /// As the label `store` of `token_store_fault_total`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Redis => "redis",
        }
    }
}

/// What kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Fault {
    /// A unit of work could not be serialised with others, and was tried again.
    Serialization,
    /// The same, found as a deadlock.
    Deadlock,
    /// No answer in time.
    Timeout,
    /// A connection could not be had, or broke.
    Connection,
    /// A cache entry was damaged, and deleted.
    Crc,
    /// A cache entry was older than what the store had, or a write of an older state came late.
    Stale,
    /// A write to the cache was left out, because too many waited.
    Dropped,
}

impl Fault {
    /// Every kind, in order of its position.
    pub const ALL: [Self; 7] = [
        Self::Serialization,
        Self::Deadlock,
        Self::Timeout,
        Self::Connection,
        Self::Crc,
        Self::Stale,
        Self::Dropped,
    ];

    /// As the label `kind` of `token_store_fault_total`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Serialization => "serialization",
            Self::Deadlock => "deadlock",
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::Crc => "crc",
            Self::Stale => "stale",
            Self::Dropped => "dropped",
        }
    }
}

/// The counters of one engine, and what the last fault said.
#[derive(Debug, Default)]
pub struct Faults {
    counts: [[AtomicU64; Fault::ALL.len()]; Place::ALL.len()],
    last: Mutex<Option<String>>,
}

impl Faults {
    /// Counts one.
    pub fn count(&self, place: Place, fault: Fault) {
        self.count_many(place, fault, 1);
    }

    /// Counts some of the same kind.
    pub fn count_many(&self, place: Place, fault: Fault, number: u64) {
        self.counts[place as usize][fault as usize].fetch_add(number, Ordering::Relaxed);
    }

    /// How many since the start.
    pub fn get(&self, place: Place, fault: Fault) -> u64 {
        self.counts[place as usize][fault as usize].load(Ordering::Relaxed)
    }

    /// Every counter with its labels `store` and `kind`.
    pub fn each(&self) -> impl Iterator<Item = (&'static str, &'static str, u64)> {
        let kinds = |place| Fault::ALL.into_iter().map(move |fault| (place, fault));
        Place::ALL
            .into_iter()
            .flat_map(kinds)
            .map(|(place, fault)| (place.name(), fault.name(), self.get(place, fault)))
    }

    /// Remembers what a store said, for whoever asks what is wrong.
    pub fn note(&self, what: String) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(what);
    }

    /// What a store said last when something was wrong.
    pub fn last(&self) -> Option<String> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_stands_under_its_own_labels() {
        let faults = Faults::default();
        for (at, place) in Place::ALL.into_iter().enumerate() {
            for (kind, fault) in Fault::ALL.into_iter().enumerate() {
                assert_eq!((place as usize, fault as usize), (at, kind));
                faults.count_many(place, fault, (10 * at + kind) as u64);
            }
        }
        let all: Vec<_> = faults.each().collect();
        assert_eq!(all.len(), 14);
        assert!(all.contains(&("postgres", "deadlock", 1)));
        assert!(all.contains(&("redis", "dropped", 16)));
    }
}
