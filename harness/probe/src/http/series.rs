//! The handles of all series that were needed so far, found without a lock and without allocation.
//!
//! Routes, and the answers of each, are lists that only grow at their end: a few of each, so a walk is the fastest way.

use std::sync::OnceLock;

use record::catalog;

use crate::metrics::{Counter, Gauge, Histogram, Registry};

/// The route of requests that match none.
const UNMATCHED: &str = "other";

/// A place in [`catalog::METHODS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Method(&'static str);

impl Method {
    /// The label value.
    pub fn name(self) -> &'static str {
        self.0
    }
}

/// The label value of a method; those that are not in the catalog are `OTHER`.
pub(super) fn method(method: &http::Method) -> Method {
    let known = catalog::METHODS
        .iter()
        .find(|known| **known == method.as_str());
    Method(known.copied().unwrap_or("OTHER"))
}

/// The handles of one method, route and status.
#[derive(Debug)]
struct Answered {
    method: Method,
    code: u16,
    requests: Counter,
    duration: Histogram,
    #[cfg(feature = "native")]
    native: crate::metrics::native::Native,
    next: OnceLock<Box<Answered>>,
}

impl Answered {
    fn new(registry: &Registry, route: &str, method: Method, code: u16) -> Self {
        let labels = [method.0, route];
        let status = code.to_string();
        let requests = [method.0, route, &status];
        Self {
            method,
            code,
            requests: registry.counter(&catalog::HTTP_REQUESTS, &requests),
            duration: registry.histogram(&catalog::HTTP_DURATION, &labels),
            #[cfg(feature = "native")]
            native: registry.native(method.0, route),
            next: OnceLock::new(),
        }
    }
}

/// The handles of one route.
#[derive(Debug)]
pub(super) struct Route {
    name: Box<str>,
    registry: Registry,
    answered: OnceLock<Box<Answered>>,
    next: OnceLock<Box<Route>>,
}

impl Route {
    fn new(name: &str, registry: &Registry) -> Self {
        Self {
            name: name.into(),
            registry: registry.clone(),
            answered: OnceLock::new(),
            next: OnceLock::new(),
        }
    }

    /// The template.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Counts one answer.
    pub fn count(&self, method: Method, code: u16, nanos: u64) {
        let mut place = &self.answered;
        loop {
            // Another thread may put another answer there first; then the next place is tried.
            let here = place
                .get_or_init(|| Box::new(Answered::new(&self.registry, &self.name, method, code)));
            if here.code == code && here.method == method {
                here.requests.inc();
                here.duration.observe_nanos(nanos);
                #[cfg(feature = "native")]
                here.native.observe(std::time::Duration::from_nanos(nanos));
                return;
            }
            place = &here.next;
        }
    }
}

/// All routes that were asked for.
#[derive(Debug)]
pub(super) struct Routes {
    registry: Registry,
    in_flight: Gauge,
    unmatched: Route,
    first: OnceLock<Box<Route>>,
}

impl Routes {
    pub fn new(registry: &Registry) -> Self {
        Self {
            registry: registry.clone(),
            in_flight: registry.gauge(&catalog::HTTP_IN_FLIGHT, &[]),
            unmatched: Route::new(UNMATCHED, registry),
            first: OnceLock::new(),
        }
    }

    /// How many requests are under way.
    pub fn in_flight(&self) -> &Gauge {
        &self.in_flight
    }

    /// The route of that template. Templates come from the program, so there are only so many.
    pub fn route(&self, template: Option<&str>) -> &Route {
        let Some(template) = template else {
            return &self.unmatched;
        };
        let mut place = &self.first;
        loop {
            let here = place.get_or_init(|| Box::new(Route::new(template, &self.registry)));
            if *here.name == *template {
                return here;
            }
            place = &here.next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_come_at_once_find_the_same_routes() {
        let registry = Registry::new();
        let routes = Routes::new(&registry);
        let count = if cfg!(miri) { 2 } else { 20 };
        let names: Vec<_> = (0..count).map(|n| format!("/{n}")).collect();
        std::thread::scope(|scope| {
            for first in 0..4 {
                let (routes, names) = (&routes, &names);
                scope.spawn(move || {
                    for name in names.iter().cycle().skip(first * 5).take(names.len()) {
                        let route = routes.route(Some(name));
                        assert_eq!(route.name(), name);
                        route.count(method(&http::Method::GET), 200, 5);
                        route.count(method(&http::Method::GET), 404, 5);
                    }
                });
            }
        });
        let text = registry.render();
        for name in &names {
            for code in [200, 404] {
                let line = format!(
                    r#"http_requests_total{{method="GET",route="{name}",code="{code}"}} 4"#
                );
                assert!(text.contains(&line), "{line} in {text}");
            }
        }
    }
}
