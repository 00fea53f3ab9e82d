//! The request timeout without a timer of its own for every request.
//!
//! A user's timer is set once and left alone while requests come and go: it fires at the latest when the request for which it was set
//! would have timed out, finds out whether the present one is due, and if not sets itself for that. So a request costs a look at
//! a flag instead of an entry in the runtime's timer wheel and its removal.

use crate::clock::Clock;
use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use tokio::time::Sleep;

/// One user's timer.
#[derive(Debug, Default)]
pub(super) struct Watchdog {
    armed: Option<Armed>,
}

#[derive(Debug)]
struct Armed {
    sleep: Pin<Box<Sleep>>,
    /// Whom it wakes.
    waker: Waker,
}

impl Watchdog {
    /// Ready once `clock` has passed `due`. To be called whenever the request was found pending. `due` may never be earlier than that of an
    /// earlier call: every request of a user has the same timeout.
    pub(super) fn poll(&mut self, context: &mut Context<'_>, clock: Clock, due: u64) -> Poll<()> {
        let still_set = self.armed.as_ref().is_some_and(|armed| {
            armed.waker.will_wake(context.waker()) && !armed.sleep.is_elapsed()
        });
        if still_set {
            return Poll::Pending;
        }
        let at = clock.at(due).into();
        let mut sleep = match self.armed.take() {
            Some(armed) => armed.sleep,
            None => Box::pin(tokio::time::sleep_until(at)),
        };
        if clock.now() >= due {
            return Poll::Ready(());
        }
        sleep.as_mut().reset(at);
        let polled = sleep.as_mut().poll(context);
        self.armed = Some(Armed {
            sleep,
            waker: context.waker().clone(),
        });
        polled
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use std::future::poll_fn;
    use std::time::Duration;

    #[tokio::test]
    async fn a_later_request_gets_its_whole_time_from_the_timer_of_an_earlier_one() {
        let (mut watchdog, clock) = (Watchdog::default(), Clock::starting_in(Duration::ZERO));
        let first = poll_fn(|context| Poll::Ready(watchdog.poll(context, clock, 5_000_000)));
        assert!(first.await.is_pending());
        poll_fn(|context| watchdog.poll(context, clock, 12_000_000)).await;
        assert!(clock.now() >= 12_000_000);
        // And it can be used again.
        let last = clock.now() + 3_000_000;
        poll_fn(|context| watchdog.poll(context, clock, last)).await;
        assert!(clock.now() >= last);
    }
}
