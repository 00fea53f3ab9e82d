//! What is alive, by the place that made it: tasks, timers and blocking calls.
//!
//! A leak is growth that does not stop, not a large number: compare these counts at the ends of windows of equal load. In Rust a
//! dropped timer deregisters itself; what leaks is a task that owns one, or a map of them, and the place names it.

mod snapshot;

use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::metrics::Registry;
use record::catalog;
pub use snapshot::Snapshot;

/// Most places; what is made elsewhere counts as made nowhere.
const MAX_SITES: usize = 4096;

/// What is alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Made by [`crate::spawn`].
    Task,
    /// Made by [`crate::time`].
    Timer,
    /// Made by [`crate::spawn_blocking`].
    Blocking,
}

impl Kind {
    /// The value of the label `kind`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Timer => "timer",
            Self::Blocking => "blocking",
        }
    }
}

/// A place in the source; the empty file stands for all that found no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Site {
    kind: Kind,
    file: &'static str,
    line: u32,
    column: u32,
}

impl Site {
    /// The place as text, such as `src/cache.rs:12`.
    fn place(&self) -> String {
        if self.file.is_empty() {
            return "other".to_owned();
        }
        format!("{}:{}", self.file, self.line)
    }
}

type Sites = BTreeMap<Site, Arc<AtomicI64>>;

static SITES: Mutex<Sites> = Mutex::new(BTreeMap::new());

fn count_of(mut site: Site) -> Arc<AtomicI64> {
    let mut sites = SITES.lock().unwrap_or_else(PoisonError::into_inner);
    if sites.len() >= MAX_SITES && !sites.contains_key(&site) {
        site = Site {
            file: "",
            line: 0,
            column: 0,
            ..site
        };
    }
    Arc::clone(sites.entry(site).or_default())
}

/// What is alive at each place now, places where nothing is included.
fn counts() -> Vec<(Site, i64)> {
    let sites = SITES.lock().unwrap_or_else(PoisonError::into_inner);
    let sites = sites.iter();
    sites
        .map(|(site, count)| (*site, count.load(Ordering::Relaxed)))
        .collect()
}

/// One living thing; it is counted until dropped.
#[derive(Debug)]
pub(crate) struct Alive(Arc<AtomicI64>);

impl Alive {
    /// Something made at that place.
    pub fn at(kind: Kind, place: &'static Location<'static>) -> Self {
        let count = count_of(Site {
            kind,
            file: place.file(),
            line: place.line(),
            column: place.column(),
        });
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Adds the gauge `runtime_live_objects`, read at each scrape.
pub fn register(registry: &Registry) {
    let weak = registry.downgrade();
    registry.on_scrape(move || {
        let Some(registry) = weak.upgrade() else {
            return;
        };
        let mut sums: BTreeMap<(&str, String), i64> = BTreeMap::new();
        for (site, count) in counts() {
            *sums.entry((site.kind.name(), site.place())).or_default() += count;
        }
        for ((kind, place), count) in sums {
            let gauge = registry.gauge(&catalog::RUNTIME_LIVE_OBJECTS, &[kind, &place]);
            gauge.set(count as f64);
        }
    });
}
