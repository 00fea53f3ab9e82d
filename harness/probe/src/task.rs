//! Tasks that are counted by the place that spawns them, and that go on serving the request that spawned them.

use std::future::Future;
use std::panic::Location;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use tokio::task::{JoinError, JoinHandle};

use crate::clock;
use crate::live::{Alive, Kind};
use crate::request::{Serving, current};
use crate::stall::{Cause, Part, note};

/// As `tokio::spawn`; the task is counted until it ends, and its samples carry the request that spawned it.
///
/// # Panics
/// Outside a tokio runtime.
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let alive = Alive::at(Kind::Task, Location::caller());
    let request = current();
    tokio::spawn(async move {
        let _alive = alive;
        let future = pin!(future);
        InRequest { request, future }.await
    })
}

/// A future whose polls serve a request.
struct InRequest<'a, F> {
    request: u64,
    future: Pin<&'a mut F>,
}

impl<F: Future> Future for InRequest<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let _serving = Serving::enter(self.request);
        self.future.as_mut().poll(context)
    }
}

/// As `tokio::task::spawn_blocking`; the call is counted until it ends, its samples carry the request that made it, and its time
/// in the pool's queue is in that request's ledger as [`Cause::BlockingQueue`].
///
/// # Panics
/// Outside a tokio runtime.
#[track_caller]
pub fn spawn_blocking<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> Blocking<R> {
    let alive = Alive::at(Kind::Blocking, Location::caller());
    let request = current();
    let asked = clock::monotonic_nanos();
    let handle = tokio::task::spawn_blocking(move || {
        let _alive = alive;
        let queued = clock::monotonic_nanos().saturating_sub(asked);
        let _serving = Serving::enter(request);
        (work(), queued)
    });
    Blocking { handle }
}

/// The answer of a blocking call to come. Dropping it lets the call finish unseen.
#[derive(Debug)]
pub struct Blocking<R> {
    handle: JoinHandle<(R, u64)>,
}

impl<R> Blocking<R> {
    /// Takes the call out of the queue if it has not begun.
    pub fn abort(&self) {
        self.handle.abort();
    }
}

impl<R> Future for Blocking<R> {
    type Output = Result<R, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.handle).poll(context).map(|joined| {
            let (result, queued) = joined?;
            note(Cause::BlockingQueue, Part::Between, queued);
            Ok(result)
        })
    }
}
