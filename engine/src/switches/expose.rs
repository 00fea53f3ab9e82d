//! The knobs and the pool on `/metrics`.

use super::Switches;
use crate::executor::Durability;
use crate::pool::BatchPool;
use probe::metrics::Registry;
use record::catalog::{RUNTIME_POOL, RUNTIME_SWITCH_INFO};
use std::sync::Arc;

/// Shows every switch, and counts what the pool does.
pub(crate) fn expose(
    registry: &Registry,
    switches: &Switches,
    durability: Durability,
    pool: &Arc<BatchPool>,
) {
    let show = |switch: &str, value: &str| {
        registry
            .gauge(&RUNTIME_SWITCH_INFO, &[switch, value])
            .set(1.0);
    };
    show("journal", durability.name());
    for (switch, value) in switches.values() {
        show(switch, &value);
    }
    registry.precreate(&RUNTIME_POOL);
    let counter = |name, result| registry.counter(&RUNTIME_POOL, &[name, result]);
    let counters =
        ["commands", "outcomes"].map(|name| (counter(name, "hit"), counter(name, "miss")));
    let pool = Arc::clone(pool);
    registry.on_scrape(move || {
        let counts = [pool.commands.counts(), pool.outcomes.counts()];
        for ((hit, miss), (hits, misses)) in counters.iter().zip(counts) {
            hit.raise_to(hits as f64);
            miss.raise_to(misses as f64);
        }
    });
}
