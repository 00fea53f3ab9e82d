//! Timers that are counted by the place that makes them: `sleep`, `interval` and `timeout` of tokio.
//!
//! A wait for a `sleep` is in the ledger of the request that waited, as [`Cause::Timer`].
#![expect(
    unsafe_code,
    reason = "projects pins without a box, which would be an allocation per timer"
)]

use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::error::Elapsed;

use crate::clock;
use crate::live::{Alive, Kind};
use crate::stall::{Cause, Part, note};

/// As `tokio::time::sleep`; counted until dropped.
///
/// # Panics
/// Outside a tokio runtime with timers.
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    let alive = Alive::at(Kind::Timer, Location::caller());
    Sleep {
        inner: tokio::time::sleep(duration),
        begun: None,
        _alive: alive,
    }
}

/// See [`sleep`].
#[derive(Debug)]
pub struct Sleep {
    inner: tokio::time::Sleep,
    begun: Option<u64>,
    _alive: Alive,
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // SAFETY: `inner` is pinned with the whole and never moved; the other fields are never pinned. There is no Drop, and
        // tokio's timer keeps the whole from being Unpin.
        let (inner, begun) = unsafe {
            let whole = self.get_unchecked_mut();
            (Pin::new_unchecked(&mut whole.inner), &mut whole.begun)
        };
        let begun = *begun.get_or_insert_with(clock::monotonic_nanos);
        ready!(inner.poll(context));
        let waited = clock::monotonic_nanos().saturating_sub(begun);
        note(Cause::Timer, Part::Between, waited);
        Poll::Ready(())
    }
}

/// As `tokio::time::interval`; counted until dropped.
///
/// # Panics
/// Outside a tokio runtime with timers, or for a period of zero.
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    let alive = Alive::at(Kind::Timer, Location::caller());
    Interval {
        inner: tokio::time::interval(period),
        _alive: alive,
    }
}

/// See [`interval`]; all methods are those of tokio's.
#[derive(Debug)]
pub struct Interval {
    inner: tokio::time::Interval,
    _alive: Alive,
}

impl Deref for Interval {
    type Target = tokio::time::Interval;

    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}

impl DerefMut for Interval {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.inner
    }
}

/// As `tokio::time::timeout`; counted until dropped.
///
/// # Panics
/// Outside a tokio runtime with timers.
#[track_caller]
pub fn timeout<F: Future>(duration: Duration, future: F) -> Timeout<F> {
    let alive = Alive::at(Kind::Timer, Location::caller());
    Timeout {
        inner: tokio::time::timeout(duration, future),
        _alive: alive,
    }
}

/// See [`timeout`].
#[derive(Debug)]
pub struct Timeout<F> {
    inner: tokio::time::Timeout<F>,
    _alive: Alive,
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: as for `Sleep`.
        unsafe { self.map_unchecked_mut(|whole| &mut whole.inner) }.poll(context)
    }
}
