//! Our own sampler: one CPU timer a thread, one ring, one store that all profiles read by time.
//!
//! Timers exist only while somebody samples; several may at once, at one rate. A tick that the kernel could not deliver in time
//! is in the next signal's overrun and counts, so rates above the kernel's tick stay right on average.

mod drain;
pub(crate) mod handler;
mod report;
mod store;
pub(crate) mod timers;
mod walk;

use std::ops::Range;
use std::time::Duration;

use record::profile::{Builder, Profile};

use super::{CpuError, Instant, Labels, OWN_MAX_HZ, owner};
use crate::symbol::Symbols;
use crate::{Degraded, clock, process};

/// Sums that only grow, read at both ends of a profile.
#[derive(Debug, Clone, Copy)]
struct Sums {
    cpu: Duration,
    own_cpu: Duration,
    dropped: u64,
    foreign: u64,
    handler_nanos: u64,
}

impl Sums {
    fn read() -> Self {
        Self {
            cpu: process::cpu_time(),
            own_cpu: drain::cpu_time(),
            dropped: handler::ring().dropped(),
            foreign: handler::foreign_signals(),
            handler_nanos: handler::nanos(),
        }
    }
}

/// Samples since the process started that found the ring full.
pub(super) fn dropped_count() -> u64 {
    handler::dropped()
}

/// One profile that is being taken. Dropping it ends it; the last one stops the timers.
#[derive(Debug)]
pub(super) struct Session {
    hz: u32,
    begun: u64,
    begun_wall: u64,
    sums: Sums,
    _owner: owner::Own,
}

impl Session {
    pub fn start(hz: u32) -> Result<Self, CpuError> {
        if !(1..=OWN_MAX_HZ).contains(&hz) {
            return Err(CpuError::Rate(hz, OWN_MAX_HZ));
        }
        let start = || {
            handler::install()?;
            drain::start()?;
            timers::start(interval_nanos(hz));
            Ok(())
        };
        let owner = owner::Own::claim(hz, start, stop)?;
        Ok(Self {
            hz,
            begun: clock::monotonic_nanos(),
            begun_wall: clock::wall_nanos(),
            sums: Sums::read(),
            _owner: owner,
        })
    }

    /// Ends the profile, then looks up symbols.
    pub fn finish(self, labels: Labels) -> Profile {
        let span: Range<u64> = self.begun..clock::monotonic_nanos();
        let now = Sums::read();
        let report = drain::with_store(|store| report::Report::of(&self, &now, span, store));
        drop(self);
        report.profile(labels)
    }

    /// Ends the profile; the answer is the samples one by one with the names of their leaves.
    pub fn instants(self, most: usize) -> Vec<Instant> {
        let span = self.begun..clock::monotonic_nanos();
        let raw: Vec<_> = drain::with_store(|store| {
            let leaf = |stack| store.stack(stack).first().copied().unwrap_or(0);
            let records = store.range(span).take(most);
            records.map(|r| (r.time, r.tid, leaf(r.stack))).collect()
        });
        drop(self);
        let symbols = Symbols::new(&mut Builder::default());
        let named = raw.into_iter().map(|(time, tid, leaf)| {
            let found = symbols.resolve(leaf);
            let leaf = found
                .first()
                .map_or_else(|| format!("{leaf:#x}"), |s| s.name.clone());
            Instant { time, tid, leaf }
        });
        named.collect()
    }

    /// Weight of one thread's samples since the start.
    fn weight_of(&self, tid: i32) -> u64 {
        let span = self.begun..clock::monotonic_nanos();
        drain::with_store(|store| {
            let own = store.range(span).filter(|record| record.tid == tid);
            own.map(|record| u64::from(record.weight)).sum()
        })
    }
}

fn stop() {
    timers::stop();
    handler::rest();
    drain::rest();
}

fn interval_nanos(hz: u32) -> u64 {
    1_000_000_000 / u64::from(hz.max(1))
}

/// Thread CPU time that the self-test works for.
const TEST_NANOS: u64 = 50_000_000;
/// Rate of the self-test: 10 ticks.
const TEST_HZ: u32 = 200;

/// Whether 50 ms of CPU time give about the weight that they should, within a half.
///
/// # Errors
/// [`Degraded::Timer`] if not. A sampler that is in use is not disturbed and not tested.
pub(super) fn self_test() -> Result<(), Degraded> {
    let Ok(session) = Session::start(TEST_HZ) else {
        return Ok(());
    };
    let tid = handler::own_tid();
    let begun = clock::own_cpu_nanos();
    while clock::own_cpu_nanos() - begun < TEST_NANOS {}
    let found = session.weight_of(tid);
    let expected = TEST_NANOS / interval_nanos(TEST_HZ);
    if (expected / 2..=expected * 3 / 2).contains(&found) {
        return Ok(());
    }
    Err(Degraded::Timer { found, expected })
}
