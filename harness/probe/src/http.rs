//! Counts the requests of an axum service: how many by outcome, how long they took, how many are in flight; and tracks each
//! one, so that samples carry its `x-request-id` and its time is accounted for (see [`crate::request`]).
//!
//! Add it with `Router::layer` after the routes: axum then puts the route template into each request before this layer sees
//! it. What matches no route counts as route `other`. In steady state nothing is allocated: handles are kept by route,
//! method and status.

mod future;
mod series;

use std::task::{Context, Poll};

use axum::extract::MatchedPath;
use tower_layer::Layer;
use tower_service::Service;

use crate::clock;
use crate::metrics::{Registry, parts};
use crate::request::Serving;
use crate::request::stalls::Stalls;
use crate::request::tracking::Tracking;
use future::{Counting, Timed};
use series::Routes;

/// The header whose value names a request.
static REQUEST_ID: http::HeaderName = http::HeaderName::from_static("x-request-id");

/// A tower layer that counts the requests which pass through it.
#[derive(Debug, Clone)]
pub struct HttpLayer {
    routes: &'static Routes,
    stalls: Option<&'static Stalls>,
}

/// A layer that counts into `http_requests_total`, `http_request_duration_seconds` and `http_requests_in_flight`, and keeps a
/// record of each request. It should be the outermost one.
///
/// The duration ends with the response's headers; a body that is streamed later is not in it.
///
/// Make one for each service: what it counts in is kept as long as the process runs, so that no request counts who uses it.
pub fn layer(registry: &Registry) -> HttpLayer {
    HttpLayer {
        routes: Box::leak(Box::new(Routes::new(registry))),
        stalls: None,
    }
}

impl HttpLayer {
    /// Also adds up where the time of requests goes, into the `request_…` families of [`record::catalog`]: the stall ledger
    /// of each record, as histograms and maxima by cause.
    #[must_use]
    pub fn with_ledger(mut self, registry: &Registry) -> Self {
        self.stalls = Some(Stalls::new(registry));
        self
    }
}

impl<S> Layer<S> for HttpLayer {
    type Service = Counted<S>;

    fn layer(&self, inner: S) -> Counted<S> {
        Counted {
            inner,
            routes: self.routes,
            stalls: self.stalls,
        }
    }
}

/// A service whose requests are counted.
#[derive(Debug, Clone)]
pub struct Counted<S> {
    inner: S,
    routes: &'static Routes,
    stalls: Option<&'static Stalls>,
}

impl<S, B, R> Service<http::Request<B>> for Counted<S>
where
    S: Service<http::Request<B>, Response = http::Response<R>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Timed<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        parts::claim();
        let started = clock::monotonic_nanos();
        let matched = request.extensions().get::<MatchedPath>();
        let route = self.routes.route(matched.map(MatchedPath::as_str));
        let method = series::method(request.method());
        let name = || {
            let value = request.headers().get(&REQUEST_ID);
            value.map(http::HeaderValue::as_bytes)
        };
        let tracking = Tracking::start(started, name, route.name(), method.name(), self.stalls);
        // Making the future may already run code of the service.
        let serving = Serving::enter(tracking.as_ref().map_or(0, Tracking::id));
        let inner = self.inner.call(request);
        drop(serving);
        let counting = Counting::new(self.routes, route, method, started);
        Timed::new(inner, tracking, counting)
    }
}
