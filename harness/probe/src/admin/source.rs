//! The profiles that are sums since the start, or counts of the moment: all that can be taken at once.

use record::profile::Profile;

use crate::alloc::View;
use crate::lock::Whose;
use crate::{alloc, live, lock, thread};

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    Allocs,
    Block,
    Goroutine,
    Heap,
    Mutex,
    Threadcreate,
}

impl Source {
    /// All, in the order of the index.
    pub const ALL: [Self; 6] = [
        Self::Allocs,
        Self::Block,
        Self::Goroutine,
        Self::Heap,
        Self::Mutex,
        Self::Threadcreate,
    ];

    /// Its name in URLs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allocs => "allocs",
            Self::Block => "block",
            Self::Goroutine => "goroutine",
            Self::Heap => "heap",
            Self::Mutex => "mutex",
            Self::Threadcreate => "threadcreate",
        }
    }

    /// What the index says about it.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Allocs => "A sampling of all past memory allocations.",
            Self::Block => {
                "Stacks that waited for probe::lock::Mutex and RwLock; labels=request with seconds tells for which request."
            }
            Self::Goroutine => {
                "Living tasks, timers and blocking calls of probe::spawn, time and spawn_blocking, by the place that made them."
            }
            Self::Heap => {
                "A sampling of memory allocations of live objects. The parameter gc is accepted and does nothing."
            }
            Self::Mutex => "Stacks of holders of contended locks.",
            Self::Threadcreate => "Operating-system threads that live now, by name.",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
    }

    /// What it says now.
    pub fn take(self) -> Taken {
        match self {
            Self::Allocs => Taken::Memory(alloc::Snapshot::take(), View::Allocated),
            Self::Heap => Taken::Memory(alloc::Snapshot::take(), View::Living),
            Self::Block => Taken::Waits(lock::Snapshot::take(Whose::Waiter)),
            Self::Mutex => Taken::Waits(lock::Snapshot::take(Whose::Holder)),
            Self::Goroutine => Taken::Live(live::Snapshot::take()),
            Self::Threadcreate => Taken::Threads(thread::Snapshot::take()),
        }
    }
}

/// What one of them said.
#[derive(Debug, Clone)]
pub(super) enum Taken {
    Memory(alloc::Snapshot, View),
    Waits(lock::Snapshot),
    Live(live::Snapshot),
    Threads(thread::Snapshot),
}

impl Taken {
    /// The difference to an earlier one of the same source, in all columns.
    pub fn since(&self, earlier: &Self) -> Self {
        match (self, earlier) {
            (Self::Memory(now, view), Self::Memory(then, _)) => {
                Self::Memory(now.since(then), *view)
            }
            (Self::Waits(now), Self::Waits(then)) => Self::Waits(now.since(then)),
            (Self::Live(now), Self::Live(then)) => Self::Live(now.since(then)),
            (Self::Threads(now), Self::Threads(then)) => Self::Threads(now.since(then)),
            _ => self.clone(),
        }
    }

    /// As [`Taken::since`], but what lives stays absolute: what scrapers expect of `delta_heap`.
    pub fn added_since(&self, earlier: &Self) -> Self {
        match (self, earlier) {
            (Self::Memory(now, view), Self::Memory(then, _)) => {
                Self::Memory(now.allocated_since(then), *view)
            }
            _ => self.since(earlier),
        }
    }

    /// The profile with symbols; slow.
    pub fn profile(&self) -> Profile {
        match self {
            Self::Memory(snapshot, view) => snapshot.profile_as(*view),
            Self::Waits(snapshot) => snapshot.profile(),
            Self::Live(snapshot) => snapshot.profile(),
            Self::Threads(snapshot) => snapshot.profile(),
        }
    }
}
