//! From the pacer to the users: a due arrival goes to the idle user that was busy last; with none idle it waits in order.

mod dropped;

pub(crate) use dropped::Dropped;

use plan::schedule::Arrival;
use record::phase::Phase;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Arrivals for whose waiting memory is taken, and written to once, before the load: 2 MiB, the backlog of three seconds at 20,000/s. A
/// generator that was stopped for a moment would otherwise be larger from then on.
const ROOM: usize = 1 << 16;

#[derive(Default)]
struct Mailbox {
    arrival: Option<Arrival>,
    waker: Option<Waker>,
    idle: bool,
}

#[derive(Default)]
struct State {
    mailboxes: Vec<Mailbox>,
    /// A stack: the user used last goes first, so that few connections are hot instead of all being lukewarm.
    idle: Vec<usize>,
    backlog: VecDeque<Arrival>,
    closed: bool,
    dropped: Dropped,
    /// Steady arrivals that found no idle user.
    waited: u64,
}

/// The hand-over between one pacer and many users.
pub(crate) struct Handover {
    state: Mutex<State>,
    max_backlog: usize,
}

impl Handover {
    pub(crate) fn new(users: usize, max_backlog: usize) -> Self {
        let arrival = Arrival {
            n: 0,
            intended_ns: 0,
            phase: Phase::Warmup,
            scenario: 0,
        };
        let mut backlog = VecDeque::from(vec![arrival; max_backlog.min(ROOM)]);
        backlog.clear();
        let state = State {
            mailboxes: (0..users).map(|_| Mailbox::default()).collect(),
            backlog,
            ..State::default()
        };
        Self {
            state: Mutex::new(state),
            max_backlog,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the arrival to an idle user, or queues it. Beyond the backlog's bound it is dropped and counted; with a bound of 0 that is
    /// what happens to every arrival that finds no idle user.
    pub(crate) fn release(&self, arrival: Arrival) {
        let waker = self.state().accept(arrival, self.max_backlog);
        // Woken outside the lock: the user's first act is to take it.
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The next arrival for `user`; `None` once the hand-over is closed and nothing waits.
    pub(crate) async fn next(&self, user: usize) -> Option<Arrival> {
        poll_fn(|context| self.poll_next(user, context)).await
    }

    fn poll_next(&self, user: usize, context: &Context<'_>) -> Poll<Option<Arrival>> {
        let mut state = self.state();
        let given = state.mailboxes[user].arrival.take();
        if let Some(arrival) = given.or_else(|| state.next_waiting()) {
            state.mailboxes[user].waker = None;
            return Poll::Ready(Some(arrival));
        }
        if state.closed {
            return Poll::Ready(None);
        }
        let mailbox = &mut state.mailboxes[user];
        mailbox.waker = Some(context.waker().clone());
        if !std::mem::replace(&mut mailbox.idle, true) {
            state.idle.push(user);
        }
        Poll::Pending
    }

    /// Ends the hand-over: waiting users get `None`. What is left in the queue is returned.
    pub(crate) fn close(&self) -> Vec<Arrival> {
        let mut state = self.state();
        state.closed = true;
        let wakers: Vec<_> = state
            .mailboxes
            .iter_mut()
            .filter_map(|m| m.waker.take())
            .collect();
        let given: Vec<_> = state
            .mailboxes
            .iter_mut()
            .filter_map(|m| m.arrival.take())
            .collect();
        let left = given.into_iter().chain(state.backlog.drain(..)).collect();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        left
    }

    /// Arrivals that wait for an idle user.
    pub(crate) fn backlog(&self) -> u64 {
        self.state().backlog.len() as u64
    }

    /// Arrivals that no user works on yet: those that wait, and those given to a user that has not woken up.
    pub(crate) fn pending(&self) -> u64 {
        let state = self.state();
        let given = state.mailboxes.iter().filter(|one| one.arrival.is_some());
        (state.backlog.len() + given.count()) as u64
    }

    /// Steady arrivals that had to wait for a user so far.
    pub(crate) fn waited(&self) -> u64 {
        self.state().waited
    }

    /// How many arrivals have been given up so far because the backlog was full.
    pub(crate) fn dropped(&self) -> u64 {
        self.state().dropped.all()
    }

    /// The arrivals given up so far because the backlog was full; each is in the answer once.
    pub(crate) fn take_dropped(&self) -> Dropped {
        std::mem::take(&mut self.state().dropped)
    }
}

impl State {
    /// What has waited longest. What a stall took for the waiting is given back when nobody waits any more.
    fn next_waiting(&mut self) -> Option<Arrival> {
        let arrival = self.backlog.pop_front()?;
        if self.backlog.is_empty() && self.backlog.capacity() > ROOM {
            self.backlog.shrink_to(ROOM);
        }
        Some(arrival)
    }

    fn accept(&mut self, arrival: Arrival, max_backlog: usize) -> Option<Waker> {
        if let Some(user) = self.idle.pop() {
            let mailbox = &mut self.mailboxes[user];
            mailbox.idle = false;
            mailbox.arrival = Some(arrival);
            return mailbox.waker.take();
        }
        if self.backlog.len() < max_backlog {
            self.waited += u64::from(arrival.phase == Phase::Steady);
            self.backlog.push_back(arrival);
        } else {
            self.dropped.add(&arrival);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(n: u64) -> Arrival {
        Arrival {
            n,
            intended_ns: n,
            phase: Phase::Steady,
            scenario: 0,
        }
    }

    fn poll(handover: &Handover, user: usize) -> Poll<Option<u64>> {
        let context = Context::from_waker(Waker::noop());
        handover
            .poll_next(user, &context)
            .map(|given| given.map(|a| a.n))
    }

    #[test]
    fn the_user_that_was_idle_last_goes_first_and_order_is_kept() {
        let handover = Handover::new(3, 10);
        assert!(poll(&handover, 0).is_pending());
        assert!(poll(&handover, 1).is_pending());
        (0..4).map(arrival).for_each(|a| handover.release(a));
        assert_eq!((handover.backlog(), handover.pending()), (2, 4));
        assert_eq!(poll(&handover, 1), Poll::Ready(Some(0)));
        assert_eq!(poll(&handover, 0), Poll::Ready(Some(1)));
        assert_eq!((handover.backlog(), handover.pending()), (2, 2));
        assert_eq!(poll(&handover, 2), Poll::Ready(Some(2)));
        assert_eq!(poll(&handover, 1), Poll::Ready(Some(3)));
        assert!(poll(&handover, 1).is_pending());
    }

    #[test]
    fn a_second_look_does_not_make_a_user_idle_twice() {
        let handover = Handover::new(1, 10);
        assert!(poll(&handover, 0).is_pending());
        assert!(poll(&handover, 0).is_pending());
        (0..2).map(arrival).for_each(|a| handover.release(a));
        assert_eq!(poll(&handover, 0), Poll::Ready(Some(0)));
        assert_eq!(poll(&handover, 0), Poll::Ready(Some(1)));
    }

    #[test]
    fn beyond_the_bound_arrivals_are_dropped_and_counted() {
        let handover = Handover::new(1, 2);
        (0..5).map(arrival).for_each(|a| handover.release(a));
        assert_eq!(handover.backlog(), 2);
        assert_eq!(handover.dropped(), 3);
        assert_eq!(
            (handover.waited(), handover.take_dropped().steady()),
            (2, 3)
        );
        assert_eq!(handover.take_dropped(), Dropped::default());
    }

    #[test]
    fn memory_of_a_long_backlog_is_given_back() {
        let handover = Handover::new(1, 3 * ROOM);
        let usual = handover.state().backlog.capacity();
        (0..3 * ROOM as u64)
            .map(arrival)
            .for_each(|a| handover.release(a));
        assert!(handover.state().backlog.capacity() >= 3 * ROOM);
        for n in 0..3 * ROOM as u64 {
            assert_eq!(poll(&handover, 0), Poll::Ready(Some(n)));
        }
        assert_eq!(handover.state().backlog.capacity(), usual);
    }

    #[test]
    fn closing_returns_what_is_left_and_ends_the_waiting() {
        let handover = Handover::new(2, 10);
        (0..2).map(arrival).for_each(|a| handover.release(a));
        let left: Vec<_> = handover.close().iter().map(|a| a.n).collect();
        assert_eq!(left, [0, 1]);
        assert_eq!(poll(&handover, 0), Poll::Ready(None));
    }
}
