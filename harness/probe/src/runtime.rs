//! Facts of the program as metrics: its build, its allocations, the samples the probe took.

use record::catalog;

use crate::metrics::Registry;
use crate::{alloc, cpu};

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
    registry.on_scrape(move || {
        let counters = alloc::counters();
        allocations.raise_to(counters.allocations as f64);
        bytes.raise_to(counters.allocated_bytes as f64);
        live.set(counters.live_bytes() as f64);
        cpu_samples.raise_to(cpu::sample_count() as f64);
        alloc_samples.raise_to(alloc::sample_count() as f64);
    });
}
