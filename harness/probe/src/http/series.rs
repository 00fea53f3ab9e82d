//! The handles of all series that were needed so far, found without allocation.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

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

/// Two handles of one method, route and status.
#[derive(Debug, Clone)]
struct Answered {
    method: Method,
    code: u16,
    requests: Counter,
    duration: Histogram,
    #[cfg(feature = "native")]
    native: crate::metrics::native::Native,
}

/// The handles of one route: a few, so a list is the fastest map.
#[derive(Debug)]
pub(super) struct Route {
    name: Arc<str>,
    registry: Registry,
    answered: RwLock<Vec<Answered>>,
}

impl Route {
    fn new(name: &str, registry: &Registry) -> Self {
        Self {
            name: name.into(),
            registry: registry.clone(),
            answered: RwLock::default(),
        }
    }

    /// The template.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Counts one answer.
    pub fn count(&self, method: Method, code: u16, duration: Duration) {
        if !self.count_known(method, code, duration) {
            self.learn(method, code);
            self.count_known(method, code, duration);
        }
    }

    fn count_known(&self, method: Method, code: u16, duration: Duration) -> bool {
        let answered = self.answered.read().unwrap_or_else(PoisonError::into_inner);
        let known = answered
            .iter()
            .find(|known| known.code == code && known.method == method);
        if let Some(known) = known {
            known.requests.inc();
            known.duration.observe(duration);
            #[cfg(feature = "native")]
            known.native.observe(duration);
        }
        known.is_some()
    }

    #[cold]
    fn learn(&self, method: Method, code: u16) {
        let labels = [method.0, &self.name];
        let status = code.to_string();
        let requests = [method.0, &self.name, &status];
        let learned = Answered {
            method,
            code,
            requests: self.registry.counter(&catalog::HTTP_REQUESTS, &requests),
            duration: self.registry.histogram(&catalog::HTTP_DURATION, &labels),
            #[cfg(feature = "native")]
            native: self.registry.native(method.0, &self.name),
        };
        let answered = self.answered.write();
        answered
            .unwrap_or_else(PoisonError::into_inner)
            .push(learned);
    }
}

/// All routes that were asked for.
#[derive(Debug)]
pub(super) struct Routes {
    registry: Registry,
    in_flight: Gauge,
    unmatched: Arc<Route>,
    by_name: RwLock<HashMap<Box<str>, Arc<Route>>>,
}

impl Routes {
    pub fn new(registry: &Registry) -> Self {
        Self {
            registry: registry.clone(),
            in_flight: registry.gauge(&catalog::HTTP_IN_FLIGHT, &[]),
            unmatched: Arc::new(Route::new(UNMATCHED, registry)),
            by_name: RwLock::default(),
        }
    }

    pub fn in_flight(&self) -> Gauge {
        self.in_flight.clone()
    }

    /// The route of that template. Templates come from the program, so there are only so many.
    pub fn route(&self, template: Option<&str>) -> Arc<Route> {
        let Some(template) = template else {
            return Arc::clone(&self.unmatched);
        };
        let known = self.by_name.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(route) = known.get(template) {
            return Arc::clone(route);
        }
        drop(known);
        self.learn(template)
    }

    #[cold]
    fn learn(&self, template: &str) -> Arc<Route> {
        let mut known = self.by_name.write().unwrap_or_else(PoisonError::into_inner);
        let route = known
            .entry(template.into())
            .or_insert_with(|| Arc::new(Route::new(template, &self.registry)));
        Arc::clone(route)
    }
}
