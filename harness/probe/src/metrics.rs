//! Metrics of the families of [`record::catalog`], counted without locks and encoded as text by the `prometheus` crate.
//!
//! A handle ([`Counter`], [`Gauge`], [`Histogram`], [`Distribution`]) is one series: get it once, keep it, use it from any thread.
//! Asking for a handle takes a lock and allocates; using one does neither.

mod cells;
mod collect;
mod family;
#[cfg(feature = "native")]
pub(crate) mod native;
pub(crate) mod parts;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};

use prometheus::TextEncoder;
use record::catalog::{Family, Kind};

pub use cells::{Counter, Distribution, Gauge, Histogram};
use family::{FamilyCells, Series};

/// The content type of [`Registry::render`].
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

type OnScrape = Box<dyn Fn() + Send + Sync>;

#[derive(Default)]
struct Inner {
    prometheus: prometheus::Registry,
    families: Mutex<BTreeMap<&'static str, Arc<FamilyCells>>>,
    on_scrape: RwLock<Vec<OnScrape>>,
    served: AtomicU64,
    #[cfg(feature = "native")]
    natives: native::Natives,
}

/// The metrics of one process. Clones are the same registry.
#[derive(Clone, Default)]
pub struct Registry {
    inner: Arc<Inner>,
}

/// See [`Registry::downgrade`].
pub(crate) struct WeakRegistry(Weak<Inner>);

impl WeakRegistry {
    /// The registry, while anybody has it.
    pub fn upgrade(&self) -> Option<Registry> {
        self.0.upgrade().map(|inner| Registry { inner })
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let families = self.families();
        f.debug_tuple("Registry").field(&families.keys()).finish()
    }
}

impl Registry {
    /// An empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// A handle that does not keep the registry alive, for what the registry itself calls.
    pub(crate) fn downgrade(&self) -> WeakRegistry {
        WeakRegistry(Arc::downgrade(&self.inner))
    }

    fn families(&self) -> MutexGuard<'_, BTreeMap<&'static str, Arc<FamilyCells>>> {
        let families = self.inner.families.lock();
        families.unwrap_or_else(PoisonError::into_inner)
    }

    /// The cells of a family, made and registered when first asked for.
    fn family(&self, family: &'static Family) -> Arc<FamilyCells> {
        let mut families = self.families();
        let cells = families.entry(family.name).or_insert_with(|| {
            let cells = Arc::new(FamilyCells::new(family));
            collect::Exposed::new(Arc::clone(&cells))
                .and_then(|exposed| self.inner.prometheus.register(Box::new(exposed)))
                .expect("a family of the catalog has a legal, unique name");
            cells
        });
        assert_eq!(cells.family(), family, "one name, two families");
        Arc::clone(cells)
    }

    /// One series of a counter. Values are in the order of the family's labels.
    ///
    /// # Panics
    /// If the family is no counter, or the values do not fit its labels: both are errors of the program. A value beyond
    /// the bound of a bounded label is no error; it is counted as `other`.
    pub fn counter(&self, family: &'static Family, values: &[&str]) -> Counter {
        match self.family(family).series(values) {
            Series::Counter(cell) => cell,
            _ => wrong_kind(family, "counter"),
        }
    }

    /// One series of a gauge.
    ///
    /// # Panics
    /// As [`Registry::counter`].
    pub fn gauge(&self, family: &'static Family, values: &[&str]) -> Gauge {
        match self.family(family).series(values) {
            Series::Gauge(cell) => cell,
            _ => wrong_kind(family, "gauge"),
        }
    }

    /// One series of a histogram, for single observations.
    ///
    /// # Panics
    /// As [`Registry::counter`].
    pub fn histogram(&self, family: &'static Family, values: &[&str]) -> Histogram {
        Histogram::new(self.distribution(family, values))
    }

    /// One series of a histogram, for whole buckets at once.
    ///
    /// # Panics
    /// As [`Registry::counter`].
    pub fn distribution(&self, family: &'static Family, values: &[&str]) -> Distribution {
        match self.family(family).series(values) {
            Series::Histogram(cell) => cell,
            _ => wrong_kind(family, "histogram"),
        }
    }

    /// Makes every series of a family whose labels are all closed lists, at 0, so that the first event is seen as a rise.
    ///
    /// # Panics
    /// If a label of the family is not a closed list.
    pub fn precreate(&self, family: &'static Family) {
        self.family(family).precreate();
    }

    /// Has `read` called before each [`Registry::render`], for values that are read and not counted. It should own handles,
    /// not the registry.
    pub fn on_scrape(&self, read: impl Fn() + Send + Sync + 'static) {
        let list = self.inner.on_scrape.write();
        list.unwrap_or_else(PoisonError::into_inner)
            .push(Box::new(read));
    }

    /// One series of the request durations as a native histogram.
    #[cfg(feature = "native")]
    pub(crate) fn native(&self, method: &str, route: &str) -> native::Native {
        self.inner.natives.series(method, route)
    }

    /// All of them, as Prometheus scrapes them.
    #[cfg(feature = "native")]
    pub(crate) fn encode_native(&self) -> Vec<u8> {
        self.inner.natives.encode()
    }

    /// How often the operations listener has served [`Registry::render`]: tells whether anybody scrapes.
    pub fn served(&self) -> u64 {
        self.inner.served.load(Ordering::Relaxed)
    }

    /// [`Registry::render`] for somebody outside.
    pub(crate) fn serve(&self) -> String {
        let text = self.render();
        self.inner.served.fetch_add(1, Ordering::Relaxed);
        text
    }

    /// All series in the Prometheus text format 0.0.4, sorted. A family without series is left out.
    pub fn render(&self) -> String {
        let list = self.inner.on_scrape.read();
        for read in list.unwrap_or_else(PoisonError::into_inner).iter() {
            read();
        }
        TextEncoder::new()
            .encode_to_string(&self.inner.prometheus.gather())
            .expect("text of families with legal names")
    }
}

fn wrong_kind(family: &Family, asked: &str) -> ! {
    let is = match family.kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram(_) => "histogram",
    };
    panic!("{} is a {is}, not a {asked}", family.name)
}

#[cfg(test)]
mod tests;
