//! The stall ledger as metrics: for each cause how long requests waited, and the worst of them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use super::ledger::Ledger;
use crate::metrics::{Counter, Distribution, Histogram, Registry};
use crate::stall::Waits;
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
            self.times.observe_nanos(nanos);
            // Nearly always there was a longer one, and reading is cheaper.
            if nanos > self.most.load(Ordering::Relaxed) {
                self.most.fetch_max(nanos, Ordering::Relaxed);
            }
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
    by_route: RwLock<HashMap<&'static str, Vec<Histogram>>>,
    registry: Registry,
    requests: Counter,
    detailed: Counter,
}

/// The first causes of [`CAUSES`], which only detailed requests know.
const OF_DETAILED: usize = 3;
/// Where the others are.
const READY: usize = OF_DETAILED;
const PENDING: usize = READY + 1;
const WAITS: usize = PENDING + 1;

impl Stalls {
    /// Adds the families to a registry, which keeps on reading them: they are never given back.
    pub fn new(registry: &Registry) -> &'static Self {
        let stall = |cause: &&str| Stall {
            times: registry.histogram(&catalog::REQUEST_STALL, &[cause]),
            most: AtomicU64::new(0),
        };
        let stalls: &'static Self = Box::leak(Box::new(Self {
            poll: registry.histogram(&catalog::REQUEST_POLL, &[]),
            ready: registry.histogram(&catalog::REQUEST_READY, &[]),
            by_cause: CAUSES.iter().map(stall).collect(),
            by_route: RwLock::default(),
            registry: registry.clone(),
            requests: Counter::default(),
            detailed: Counter::default(),
        }));
        let distribution = |cause: &&str| registry.distribution(&catalog::REQUEST_STALL, &[cause]);
        let distributions: Vec<_> = CAUSES.iter().map(distribution).collect();
        let gauge = |cause: &&str| registry.gauge(&catalog::REQUEST_STALL_MAX, &[cause]);
        let most: Vec<_> = CAUSES.iter().map(gauge).collect();
        registry.on_scrape(move || {
            for (place, stall) in stalls.by_cause.iter().enumerate() {
                add_zeros(&distributions[place], stalls.seen(place));
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
        counter.get() as u64
    }

    /// One poll took so long.
    pub fn poll(&self, nanos: u64) {
        self.poll.observe_nanos(nanos);
    }

    /// One wake took so long to its poll.
    pub fn ready(&self, nanos: u64) {
        self.ready.observe_nanos(nanos);
    }

    /// One request of that route is over; a detailed one is told by route, too.
    pub fn request(&self, route: &'static str, ledger: &Ledger) {
        self.requests.inc();
        if ledger.detail.is_none() {
            self.by_cause[READY].see(ledger.ready);
            self.by_cause[PENDING].see(ledger.pending);
            if ledger.waits.notes > 0 {
                let waits = self.by_cause.iter().skip(WAITS).zip(waits(ledger));
                waits.for_each(|(stall, nanos)| stall.see(nanos));
            }
            return;
        }
        self.detailed.inc();
        let (run_queue, page_faults) = ledger.off_cpu().unwrap_or_default();
        let cpu = ledger.detail.map_or(0, |detail| detail.cpu);
        let first = [cpu, run_queue, page_faults, ledger.ready, ledger.pending];
        let nanos = first.into_iter().chain(waits(ledger));
        for (stall, nanos) in self.by_cause.iter().zip(nanos.clone()) {
            stall.see(nanos);
        }
        self.see_route(route, nanos);
    }

    fn see_route(&self, route: &'static str, nanos: impl Iterator<Item = u64>) {
        let known = self.by_route.read().unwrap_or_else(PoisonError::into_inner);
        let Some(causes) = known.get(route) else {
            drop(known);
            self.learn(route);
            return self.see_route(route, nanos);
        };
        for (times, nanos) in causes.iter().zip(nanos) {
            times.observe_nanos(nanos);
        }
    }

    #[cold]
    fn learn(&self, route: &'static str) {
        let family = &catalog::REQUEST_ROUTE_STALL;
        let causes = CAUSES.iter();
        let causes = causes.map(|cause| self.registry.histogram(family, &[route, cause]));
        let causes = causes.collect();
        let mut known = self
            .by_route
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        known.entry(route).or_insert(causes);
    }
}

/// What the request waited for, inside its polls and between them, in the order of causes.
fn waits(ledger: &Ledger) -> impl Iterator<Item = u64> + Clone {
    let Waits {
        inside, between, ..
    } = ledger.waits;
    let waits = inside.into_iter().zip(between);
    waits.map(|(inside, between)| inside.saturating_add(between))
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
    use crate::stall::Cause;

    #[test]
    fn causes_that_did_not_happen_count_as_zero() {
        let registry = Registry::new();
        let stalls = Stalls::new(&registry);
        let mut ledger = Ledger::new(0);
        for lock in [0, 0, 50_000_000] {
            ledger.waits.inside[Cause::Lock as usize] = lock;
            ledger.waits.notes += u64::from(lock > 0);
            stalls.request("/pay", &ledger);
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
        stalls.request("/other", &ledger);
        ledger.detail = Some(Detail::default());
        stalls.request("/pay", &ledger);
        stalls.request("/pay", &ledger);
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
        assert_eq!(CAUSES[READY..WAITS], ["ready", "pending"]);
        let waits = CAUSES[WAITS..].iter();
        assert!(waits.eq(Cause::ALL.map(Cause::name).iter()));
    }
}
