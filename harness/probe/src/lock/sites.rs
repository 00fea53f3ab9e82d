//! Contended waits as metrics, by the function that waited.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use record::catalog;
use record::profile::Builder;

use super::contention::{self, Sum};
use super::snapshot::is_hook;
use crate::metrics::{Counter, Registry};
use crate::symbol::Symbols;

/// Functions with series of their own; one more series is for the rest.
const MOST_SITES: usize = 63;
/// Where no function is known, and where the counters are seen at 0 before the first wait.
const UNKNOWN: &str = "unknown";
/// All functions beyond [`MOST_SITES`].
const REST: &str = "other";

/// The function of each stack, looked up once, and the series of each function.
#[derive(Default)]
struct Sites {
    of_stack: HashMap<u32, Arc<str>>,
    series: BTreeMap<Arc<str>, (Counter, Counter)>,
}

/// Adds `runtime_lock_contentions_total` and `runtime_lock_wait_seconds_total`, read at each scrape.
pub(crate) fn register(registry: &Registry) {
    let sites = Mutex::new(Sites::default());
    let weak = registry.downgrade();
    registry.on_scrape(move || {
        let Some(registry) = weak.upgrade() else {
            return;
        };
        let mut sites = sites.lock().unwrap_or_else(PoisonError::into_inner);
        let sums = sites.sums();
        for (site, sum) in sums {
            let (waits, seconds) = sites.series(&registry, &site);
            waits.raise_to(sum.count);
            seconds.raise_to(sum.delay / 1e9);
        }
    });
    Sites::default().series(registry, UNKNOWN);
}

impl Sites {
    /// What each function waited so far.
    fn sums(&mut self) -> BTreeMap<Arc<str>, Sum> {
        let (sums, strangers) = contention::read(|table| {
            let sums: Vec<_> = table.block.iter().map(|(&id, &sum)| (id, sum)).collect();
            let strangers = sums.iter().map(|(id, _)| *id);
            let strangers = strangers.filter(|id| !self.of_stack.contains_key(id));
            let frames = |id: u32| (id, table.stacks.get(id as usize).cloned());
            (sums.clone(), strangers.map(frames).collect::<Vec<_>>())
        });
        for (id, frames) in strangers {
            let site = self.admit(function(&frames.unwrap_or_default()));
            self.of_stack.insert(id, site);
        }
        let mut by_site: BTreeMap<Arc<str>, Sum> = BTreeMap::new();
        for (id, sum) in sums {
            if let Some(site) = self.of_stack.get(&id) {
                by_site.entry(Arc::clone(site)).or_default().add(sum);
            }
        }
        by_site
    }

    /// The function, or [`REST`] where there are too many of them.
    fn admit(&self, function: String) -> Arc<str> {
        let known: std::collections::BTreeSet<_> = self.of_stack.values().collect();
        let site: Arc<str> = function.into();
        if known.contains(&site) || known.len() < MOST_SITES {
            site
        } else {
            REST.into()
        }
    }

    fn series(&mut self, registry: &Registry, site: &str) -> &(Counter, Counter) {
        self.series.entry(site.into()).or_insert_with(|| {
            (
                registry.counter(&catalog::RUNTIME_LOCK_CONTENTIONS, &[site]),
                registry.counter(&catalog::RUNTIME_LOCK_WAIT, &[site]),
            )
        })
    }
}

/// The innermost function of a stack that is the program's.
fn function(frames: &[u64]) -> String {
    let symbols = Symbols::new(&mut Builder::new(Vec::new()));
    let mut program = frames.iter().map(|&address| symbols.resolve(address));
    let own = program.find_map(|inlined| {
        let real = inlined.last().is_some_and(|real| !is_hook(real));
        let mut visible = inlined.iter().filter(|symbol| !is_hook(symbol));
        visible.next().filter(|_| real).map(|one| one.name.clone())
    });
    own.unwrap_or_else(|| UNKNOWN.to_owned())
}
