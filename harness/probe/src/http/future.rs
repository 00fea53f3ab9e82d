//! The future of one counted request.
#![expect(
    unsafe_code,
    reason = "projects a pin without a box, which would be an allocation per request"
)]

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use super::series::{Method, Route};
use crate::metrics::Gauge;

/// One request in flight, until dropped: also when the client goes away or the handler panics.
#[derive(Debug)]
pub(super) struct InFlight(Gauge);

impl InFlight {
    pub fn enter(gauge: Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// A response to come, counted when it is there. A request whose client goes away before is not counted.
#[derive(Debug)]
pub struct Timed<F> {
    inner: F,
    started: Instant,
    route: Arc<Route>,
    method: Method,
    _in_flight: InFlight,
}

impl<F> Timed<F> {
    pub(super) fn new(
        inner: F,
        started: Instant,
        route: Arc<Route>,
        method: Method,
        in_flight: InFlight,
    ) -> Self {
        Self {
            inner,
            started,
            route,
            method,
            _in_flight: in_flight,
        }
    }
}

impl<F, R, E> Future for Timed<F>
where
    F: Future<Output = Result<http::Response<R>, E>>,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: `inner` is pinned with the whole and never moved: nothing else touches it, the struct has no Drop of its own
        // and is Unpin only if `F` is.
        let inner = unsafe { self.as_mut().map_unchecked_mut(|timed| &mut timed.inner) };
        let result = ready!(inner.poll(context));
        if let Ok(response) = &result {
            let code = response.status().as_u16();
            self.route.count(self.method, code, self.started.elapsed());
        }
        Poll::Ready(result)
    }
}
