//! Facts of the program as metrics: its build, its allocations, its waits for locks, the samples the probe took and lost.

use record::catalog;

use crate::metrics::Registry;
use crate::{Degraded, alloc, cpu, lock, self_test};

/// Adds the `runtime_…` families. `name` and `version` are those of the program that embeds the probe.
pub fn register(registry: &Registry, name: &str, version: &str) {
    let build = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    registry
        .gauge(&catalog::RUNTIME_BUILD_INFO, &[name, version, build])
        .set(1.0);
    let allocations = registry.counter(&catalog::RUNTIME_ALLOCATIONS, &[]);
    let bytes = registry.counter(&catalog::RUNTIME_ALLOCATED_BYTES, &[]);
    let live = registry.gauge(&catalog::RUNTIME_LIVE_HEAP, &[]);
    let cpu_samples = registry.counter(&catalog::RUNTIME_PROFILE_SAMPLES, &["cpu"]);
    let alloc_samples = registry.counter(&catalog::RUNTIME_PROFILE_SAMPLES, &["allocs"]);
    let cpu_dropped = registry.counter(&catalog::RUNTIME_PROFILE_DROPPED, &["cpu"]);
    let alloc_dropped = registry.counter(&catalog::RUNTIME_PROFILE_DROPPED, &["allocs"]);
    registry.on_scrape(move || {
        let counters = alloc::counters();
        allocations.raise_to(counters.allocations as f64);
        bytes.raise_to(counters.allocated_bytes as f64);
        live.set(counters.live_bytes() as f64);
        cpu_samples.raise_to(cpu::sample_count() as f64);
        alloc_samples.raise_to(alloc::sample_count() as f64);
        cpu_dropped.raise_to(cpu::dropped_count() as f64);
        alloc_dropped.raise_to(alloc::dropped_count() as f64);
    });
    degraded(registry);
    lock::register(registry);
}

/// The stack walk is checked here and now, the timers before the first profile.
fn degraded(registry: &Registry) {
    let gauges: Vec<_> = catalog::DEGRADED_REASONS
        .iter()
        .map(|&reason| {
            let gauge = registry.gauge(&catalog::RUNTIME_PROBE_DEGRADED, &[reason]);
            (reason, gauge)
        })
        .collect();
    let at_start = self_test().err();
    registry.on_scrape(move || {
        let found = [at_start.clone(), cpu::known_degraded()];
        for reason in found.iter().flatten().map(Degraded::name) {
            for (_, gauge) in gauges.iter().filter(|(name, _)| *name == reason) {
                gauge.set(1.0);
            }
        }
    });
}
