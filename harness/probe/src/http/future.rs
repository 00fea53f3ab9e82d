//! The future of one counted request.
#![expect(
    unsafe_code,
    reason = "projects a pin without a box, which would be an allocation per request"
)]

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::series::{Method, Route, Routes};
use crate::clock;
use crate::metrics::Gauge;
use crate::request::tracking::Tracking;

/// One request in flight, until dropped: also when the client goes away or the handler panics.
#[derive(Debug)]
struct InFlight(&'static Gauge);

impl InFlight {
    fn enter(gauge: &'static Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// What is counted of one request.
#[derive(Debug)]
pub(super) struct Counting {
    route: &'static Route,
    method: Method,
    /// When it came, in monotonic nanoseconds.
    started: u64,
    _in_flight: InFlight,
}

impl Counting {
    pub fn new(
        routes: &'static Routes,
        route: &'static Route,
        method: Method,
        started: u64,
    ) -> Self {
        Self {
            route,
            method,
            started,
            _in_flight: InFlight::enter(routes.in_flight()),
        }
    }
}

/// A response to come, counted when it is there. A request whose client goes away before is not counted.
#[derive(Debug)]
pub struct Timed<F> {
    inner: F,
    tracking: Option<Tracking>,
    counting: Counting,
}

impl<F> Timed<F> {
    pub(super) fn new(inner: F, tracking: Option<Tracking>, counting: Counting) -> Self {
        Self {
            inner,
            tracking,
            counting,
        }
    }
}

impl<F, R, E> Future for Timed<F>
where
    F: Future<Output = Result<http::Response<R>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: `inner` is pinned with the whole and never moved; the other fields are never pinned. The struct has no Drop
        // of its own and is Unpin only if `F` is.
        let (tracking, counting, inner) = unsafe {
            let timed = self.get_unchecked_mut();
            let inner = Pin::new_unchecked(&mut timed.inner);
            (&mut timed.tracking, &timed.counting, inner)
        };
        let result = match tracking {
            Some(tracking) => tracking.poll(context.waker(), |waker| {
                inner.poll(&mut Context::from_waker(waker))
            }),
            None => inner.poll(context),
        };
        let result = ready!(result);
        let code = result
            .as_ref()
            .map_or(0, |response| response.status().as_u16());
        // The clock was read at the end of the poll.
        let finished = match tracking.take() {
            Some(tracking) => tracking.finish(code),
            None => clock::monotonic_nanos(),
        };
        if result.is_ok() {
            let took = finished.saturating_sub(counting.started);
            counting.route.count(counting.method, code, took);
        }
        Poll::Ready(result)
    }
}
