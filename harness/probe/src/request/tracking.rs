//! One request while it is served: sets its id for each poll and keeps its account.
#![expect(unsafe_code, reason = "asks the system for facts of the thread")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::Waker;

use super::current::{Serving, current};
use super::ledger::{Detail, Ledger};
use super::stalls::Stalls;
use super::table::{Begun, Name};
use super::waker::{Lazy, WakeCell};
use super::{Level, ids, sampling, table};
use crate::stall::PollWaits;
use crate::{alloc, clock, thread};

static LEVEL: AtomicU8 = AtomicU8::new(Level::Usual as u8);

/// How much is kept of each request from now on.
pub(super) fn set_level(level: Level) {
    LEVEL.store(level as u8, Ordering::Relaxed);
}

/// What is set.
pub(super) fn level() -> Level {
    match LEVEL.load(Ordering::Relaxed) {
        0 => Level::Off,
        1 => Level::Usual,
        _ => Level::Full,
    }
}

/// The request; its record is written when this is dropped.
#[derive(Debug)]
pub(crate) struct Tracking {
    id: u64,
    status: u16,
    ledger: Ledger,
    waker: Option<(Waker, Arc<WakeCell>)>,
    detailed: bool,
    finished: bool,
    stalls: Option<&'static Stalls>,
    route: &'static str,
}

impl Tracking {
    /// A request came at that monotonic time; its header is looked for only if requests are tracked. `None` if they are not.
    pub fn start<'a>(
        started: u64,
        header: impl FnOnce() -> Option<&'a [u8]>,
        route: &'static str,
        method: &'static str,
        stalls: Option<&'static Stalls>,
    ) -> Option<Self> {
        let level = level();
        if level == Level::Off {
            return None;
        }
        let id = ids::next();
        table().begin(&Begun {
            id,
            name: header().and_then(Name::of),
            route,
            method,
            started,
        });
        Some(Self {
            id,
            status: 0,
            ledger: Ledger::new(started),
            waker: None,
            detailed: level == Level::Full || sampling::is_chosen(id, started),
            finished: false,
            stalls,
            route,
        })
    }

    /// The request's id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The last poll brought the answer, with that status, 0 if it is an error. Answers the monotonic time of its end.
    pub fn finish(mut self, status: u16) -> u64 {
        self.status = status;
        self.finished = true;
        self.ledger.last()
    }

    /// Polls under this request's id with a waker that notes wakes, and accounts for the time.
    pub fn poll<R>(&mut self, real: &Waker, poll: impl FnOnce(&Waker) -> R) -> R {
        let woken = self
            .waker
            .as_ref()
            .and_then(|(_, cell)| cell.take_first_wake());
        let waits = PollWaits::begin(current() > 0);
        let before = Edge::begin(self.detailed);
        let ready = self.ledger.begin_poll(before.now, woken);
        if let Some(stalls) = self.stalls {
            stalls.ready(ready);
        }
        let mut piece = Piece {
            tracking: self,
            waits,
            before,
        };
        piece.run(real, poll)
    }
}

/// One poll; closes the account also when the poll unwinds.
struct Piece<'a> {
    tracking: &'a mut Tracking,
    waits: PollWaits,
    before: Edge,
}

impl Piece<'_> {
    fn run<R>(&mut self, real: &Waker, poll: impl FnOnce(&Waker) -> R) -> R {
        let _serving = Serving::enter(self.tracking.id());
        if let Some((waker, cell)) = &self.tracking.waker {
            cell.forward_to(real);
            return poll(waker);
        }
        let lazy = Lazy::new(real);
        let result = lazy.with(poll);
        self.tracking.waker = lazy
            .into_cell()
            .map(|cell| (Waker::from(Arc::clone(&cell)), cell));
        result
    }
}

impl Drop for Piece<'_> {
    fn drop(&mut self) {
        let after = Edge::end(self.tracking.detailed);
        let ledger = &mut self.tracking.ledger;
        let poll = ledger.end_poll(after.now, thread::own_tid());
        self.waits.end(&mut ledger.waits);
        self.before.add_to(&after, ledger);
        if let Some(stalls) = self.tracking.stalls {
            stalls.poll(poll);
        }
    }
}

impl Drop for Tracking {
    fn drop(&mut self) {
        let now = if self.finished {
            self.ledger.last()
        } else {
            clock::monotonic_nanos()
        };
        self.ledger.end(now);
        if let Some(stalls) = self.stalls {
            stalls.request(self.route, &self.ledger);
        }
        table().end(self.id, self.status, &self.ledger);
    }
}

/// What is read at both edges of a poll.
struct Edge {
    now: u64,
    allocations: alloc::Counters,
    detail: Option<Detail>,
}

impl Edge {
    /// The clock is read last, so that the other readings are not in the poll.
    fn begin(detailed: bool) -> Self {
        let detail = detailed.then(read_detail);
        Self {
            now: clock::monotonic_nanos(),
            detail,
            allocations: alloc::thread_counters(),
        }
    }

    /// The clock is read first.
    fn end(detailed: bool) -> Self {
        let now = clock::monotonic_nanos();
        Self {
            now,
            detail: detailed.then(read_detail),
            allocations: alloc::thread_counters(),
        }
    }

    fn add_to(&self, after: &Self, ledger: &mut Ledger) {
        let allocations = after.allocations.since(&self.allocations);
        ledger.allocations += allocations.allocations;
        ledger.allocated_bytes += allocations.allocated_bytes;
        if let (Some(before), Some(after)) = (&self.detail, &after.detail) {
            let detail = ledger.detail.get_or_insert_default();
            detail.add_between(before, after);
        }
    }
}

#[cfg(target_os = "linux")]
fn read_detail() -> Detail {
    // SAFETY: an all-zero struct is valid, and the call fills it.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage);
        usage
    };
    let count = |value: libc::c_long| u64::try_from(value).unwrap_or(0);
    Detail {
        cpu: clock::own_cpu_nanos(),
        minor_faults: count(usage.ru_minflt),
        major_faults: count(usage.ru_majflt),
        voluntary_switches: count(usage.ru_nvcsw),
        involuntary_switches: count(usage.ru_nivcsw),
    }
}

#[cfg(not(target_os = "linux"))]
fn read_detail() -> Detail {
    Detail {
        cpu: clock::own_cpu_nanos(),
        ..Detail::default()
    }
}
