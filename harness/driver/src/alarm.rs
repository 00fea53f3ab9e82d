//! Think times, to the tens of microseconds: the pacer's thread wakes users whose pause is over.
//!
//! The runtime's timer has slots of a millisecond, which would make every start after a pause up to that late; the pacer sleeps precisely
//! anyway.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::thread::Thread;

#[derive(Default)]
struct State {
    /// When, and whom.
    due: BinaryHeap<Reverse<(u64, usize)>>,
    /// By user: who waits, and since when the wait is over.
    wakers: Vec<Option<Waker>>,
    /// The thread that wakes.
    thread: Option<Thread>,
    closed: bool,
}

/// The alarms of all users. Times in nanoseconds since T0.
pub(crate) struct Alarms {
    state: Mutex<State>,
}

impl Alarms {
    pub(crate) fn new(users: usize) -> Self {
        let state = State {
            wakers: vec![None; users],
            ..State::default()
        };
        Self {
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the pacer's clock has reached `at`, or the alarms are closed.
    pub(crate) async fn wait(&self, user: usize, at: u64) {
        let mut set = false;
        poll_fn(|context| {
            let mut state = self.state();
            if state.closed || (set && state.wakers[user].is_none()) {
                return Poll::Ready(());
            }
            state.wakers[user] = Some(context.waker().clone());
            if !set {
                set = true;
                let first = state
                    .due
                    .peek()
                    .is_none_or(|Reverse((first, _))| at < *first);
                state.due.push(Reverse((at, user)));
                if first && let Some(thread) = &state.thread {
                    thread.unpark();
                }
            }
            Poll::Pending
        })
        .await;
    }

    /// Makes the calling thread the one that is unparked for an alarm that comes before all others.
    pub(crate) fn adopt(&self) {
        self.state().thread = Some(std::thread::current());
    }

    /// Wakes everybody whose alarm is due and returns when the next one is.
    pub(crate) fn ring(&self, now: u64) -> Option<u64> {
        let mut state = self.state();
        let mut woken = Vec::new();
        while let Some(&Reverse((at, user))) = state.due.peek() {
            if at > now {
                break;
            }
            state.due.pop();
            woken.extend(state.wakers[user].take());
        }
        let next = state.due.peek().map(|Reverse((at, _))| *at);
        drop(state);
        woken.into_iter().for_each(Waker::wake);
        next
    }

    /// Ends all waiting: nobody starts anything new.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        let woken: Vec<_> = state.wakers.iter_mut().filter_map(Option::take).collect();
        drop(state);
        woken.into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::Context;

    #[test]
    fn users_are_woken_in_time_and_not_before() {
        let alarms = Alarms::new(2);
        let mut context = Context::from_waker(Waker::noop());
        let mut early = pin!(alarms.wait(0, 10));
        let mut late = pin!(alarms.wait(1, 20));
        assert!(late.as_mut().poll(&mut context).is_pending());
        assert!(early.as_mut().poll(&mut context).is_pending());
        assert_eq!(alarms.ring(9), Some(10));
        assert!(early.as_mut().poll(&mut context).is_pending());
        assert_eq!(alarms.ring(10), Some(20));
        assert!(early.as_mut().poll(&mut context).is_ready());
        assert!(late.as_mut().poll(&mut context).is_pending());
        alarms.close();
        assert!(late.as_mut().poll(&mut context).is_ready());
    }
}
