//! The stall ledger as metrics: for each cause how long requests waited, and the worst of them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::ledger::Ledger;
use crate::metrics::{Distribution, Histogram, Registry};
use crate::stall::Cause;
use record::catalog::{self, CAUSES};

/// One cause.
#[derive(Debug)]
struct Stall {
    times: Histogram,
    most: AtomicU64,
}

impl Stall {
    fn see(&self, nanos: u64) {
        // Zeros are added when the metrics are read.
        if nanos > 0 {
            self.times.observe(Duration::from_nanos(nanos));
            self.most.fetch_max(nanos, Ordering::Relaxed);
        }
    }
}

/// All causes.
#[derive(Debug)]
pub(crate) struct Stalls {
    poll: Histogram,
    ready: Histogram,
    by_cause: Vec<Stall>,
    /// Of detailed requests.
    by_route: RwLock<HashMap<Arc<str>, Vec<Histogram>>>,
    registry: Registry,
    requests: AtomicU64,
    detailed: AtomicU64,
}

/// The first causes of [`CAUSES`], which only detailed requests know.
const OF_DETAILED: usize = 3;

impl Stalls {
    /// Adds the families to a registry.
    pub fn new(registry: &Registry) -> Arc<Self> {
        let stall = |cause: &&str| Stall {
            times: registry.histogram(&catalog::REQUEST_STALL, &[cause]),
            most: AtomicU64::new(0),
        };
        let stalls = Arc::new(Self {
            poll: registry.histogram(&catalog::REQUEST_POLL, &[]),
            ready: registry.histogram(&catalog::REQUEST_READY, &[]),
            by_cause: CAUSES.iter().map(stall).collect(),
            by_route: RwLock::default(),
            registry: registry.clone(),
            requests: AtomicU64::new(0),
            detailed: AtomicU64::new(0),
        });
        let distribution = |cause: &&str| registry.distribution(&catalog::REQUEST_STALL, &[cause]);
        let distributions: Vec<_> = CAUSES.iter().map(distribution).collect();
        let gauge = |cause: &&str| registry.gauge(&catalog::REQUEST_STALL_MAX, &[cause]);
        let most: Vec<_> = CAUSES.iter().map(gauge).collect();
        let read = Arc::clone(&stalls);
        registry.on_scrape(move || {
            for (place, stall) in read.by_cause.iter().enumerate() {
                add_zeros(&distributions[place], read.seen(place));
                most[place].set(stall.most.load(Ordering::Relaxed) as f64 / 1e9);
            }
        });
        stalls
    }

    /// How many requests should be in the histogram of a cause.
    fn seen(&self, place: usize) -> u64 {
        let counter = if place < OF_DETAILED {
            &self.detailed
        } else {
            &self.requests
        };
        counter.load(Ordering::Relaxed)
    }

    /// One poll took so long.
    pub fn poll(&self, nanos: u64) {
        self.poll.observe(Duration::from_nanos(nanos));
    }

    /// One wake took so long to its poll.
    pub fn ready(&self, nanos: u64) {
        self.ready.observe(Duration::from_nanos(nanos));
    }

    /// One request is over; a detailed one says its route.
    pub fn request(&self, route: Option<&Arc<str>>, ledger: &Ledger) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let (run_queue, page_faults) = ledger.off_cpu().unwrap_or_default();
        let cpu = ledger.detail.map_or(0, |detail| detail.cpu);
        let first = [cpu, run_queue, page_faults, ledger.ready, ledger.pending];
        let waits = Cause::ALL.map(|cause| {
            let place = cause as usize;
            ledger.waits.inside[place].saturating_add(ledger.waits.between[place])
        });
        let nanos = first.into_iter().chain(waits);
        for (stall, nanos) in self.by_cause.iter().zip(nanos.clone()) {
            stall.see(nanos);
        }
        if ledger.detail.is_some() {
            self.detailed.fetch_add(1, Ordering::Relaxed);
            if let Some(route) = route {
                self.see_route(route, nanos);
            }
        }
    }

    fn see_route(&self, route: &Arc<str>, nanos: impl Iterator<Item = u64>) {
        let known = self.by_route.read().unwrap_or_else(PoisonError::into_inner);
        let Some(causes) = known.get(route) else {
            drop(known);
            self.learn(route);
            return self.see_route(route, nanos);
        };
        for (times, nanos) in causes.iter().zip(nanos) {
            times.observe(Duration::from_nanos(nanos));
        }
    }

    #[cold]
    fn learn(&self, route: &Arc<str>) {
        let family = &catalog::REQUEST_ROUTE_STALL;
        let causes = CAUSES.iter();
        let causes = causes.map(|cause| self.registry.histogram(family, &[route, cause]));
        let causes = causes.collect();
        let mut known = self
            .by_route
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        known.entry(Arc::clone(route)).or_insert(causes);
    }
}

/// Raises the first bucket until the histogram holds as many requests as there were.
fn add_zeros(distribution: &Distribution, requests: u64) {
    let mut counts = distribution.counts();
    let missing = requests.saturating_sub(counts.iter().sum());
    counts.fill(0);
    if let Some(first) = counts.first_mut() {
        *first = missing;
    }
    distribution.add(&counts, 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::ledger::Detail;

    #[test]
    fn causes_that_did_not_happen_count_as_zero() {
        let registry = Registry::new();
        let stalls = Stalls::new(&registry);
        let mut ledger = Ledger::new(0);
        for lock in [0, 0, 50_000_000] {
            ledger.waits.inside[Cause::Lock as usize] = lock;
            stalls.request(None, &ledger);
        }
        let _ = registry.render();
        let text = registry.render();
        for line in [
            r#"request_stall_seconds_count{cause="lock"} 3"#,
            r#"request_stall_seconds_count{cause="fsync"} 3"#,
            r#"request_stall_seconds_count{cause="on_cpu"} 0"#,
            r#"request_stall_seconds_bucket{cause="lock",le="0.00001"} 2"#,
            r#"request_stall_max_seconds{cause="lock"} 0.05"#,
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }

    #[test]
    fn detailed_requests_are_told_by_route() {
        let registry = Registry::new();
        let stalls = Stalls::new(&registry);
        let mut ledger = Ledger::new(0);
        ledger.waits.inside[Cause::Lock as usize] = 50_000_000;
        stalls.request(Some(&Arc::from("/other")), &ledger);
        ledger.detail = Some(Detail::default());
        let pay = Arc::from("/pay");
        stalls.request(Some(&pay), &ledger);
        stalls.request(Some(&pay), &ledger);
        let text = registry.render();
        for line in [
            r#"request_route_stall_seconds_count{route="/pay",cause="lock"} 2"#,
            r#"request_route_stall_seconds_sum{route="/pay",cause="lock"} 0.1"#,
            r#"request_route_stall_seconds_sum{route="/pay",cause="pending"} 0"#,
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
        assert!(!text.contains("/other"), "{text}");
    }

    #[test]
    fn the_order_of_causes_is_that_of_the_catalog() {
        let waits = CAUSES[OF_DETAILED + 2..].iter();
        assert!(waits.eq(Cause::ALL.map(Cause::name).iter()));
    }
}
