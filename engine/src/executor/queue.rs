//! The bounded queue between the callers and the executor thread. Full, it refuses at once.

use super::QueueLimits;
use super::item::{Item, Refused};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The most items taken at once.
const TAKE_ITEMS: usize = 1024;
/// The most commands taken at once, unless a single batch has more.
const TAKE_COMMANDS: usize = 8192;

struct State {
    items: VecDeque<Item>,
    commands: usize,
    /// Whether the executor thread sleeps: only then is waking it worth a call into the system.
    parked: bool,
    closed: Option<Refused>,
    shed: u64,
}

/// Items in order of arrival.
pub(super) struct Queue {
    limits: QueueLimits,
    state: Mutex<State>,
    filled: Condvar,
    disk_full: AtomicBool,
}

impl Queue {
    pub(super) fn new(limits: QueueLimits) -> Self {
        Self {
            limits,
            state: Mutex::new(State {
                items: VecDeque::with_capacity(limits.items.get().min(4096)),
                commands: 0,
                parked: false,
                closed: None,
                shed: 0,
            }),
            filled: Condvar::new(),
            disk_full: AtomicBool::new(false),
        }
    }

    /// Nothing panics while the lock is held.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an item, or says why not; a refused item is answered by its caller.
    pub(super) fn push(&self, item: Item) -> Result<(), Refused> {
        let commands = item.commands();
        let writes = !matches!(item, Item::Read(_));
        let mut state = self.state();
        if let Some(refused) = state.closed {
            return Err(refused);
        }
        if writes && self.disk_full.load(Ordering::Relaxed) {
            return Err(Refused::DiskFull);
        }
        if state.items.len() >= self.limits.items.get()
            || state.commands + commands > self.limits.commands.get()
        {
            state.shed += 1;
            return Err(Refused::Overloaded);
        }
        state.items.push_back(item);
        state.commands += commands;
        let wake = std::mem::take(&mut state.parked);
        drop(state);
        if wake {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// Takes the oldest items into an empty list, at most `items_max`; sleeps while there are none, but no longer than `patience`,
    /// after which the list stays empty. `false` when the queue is closed and empty.
    pub(super) fn take(
        &self,
        into: &mut Vec<Item>,
        items_max: usize,
        patience: Option<Duration>,
    ) -> bool {
        let mut state = self.state();
        while state.items.is_empty() {
            if state.closed.is_some() {
                return false;
            }
            state.parked = true;
            let Some(patience) = patience else {
                state = self
                    .filled
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let (woken, timeout) = self
                .filled
                .wait_timeout(state, patience)
                .unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if timeout.timed_out() {
                break;
            }
        }
        state.parked = false;
        let mut commands = 0;
        while let Some(next) = state.items.front().map(Item::commands) {
            let full = into.len() == items_max.min(TAKE_ITEMS) || commands + next > TAKE_COMMANDS;
            if full && !into.is_empty() {
                break;
            }
            commands += next;
            into.extend(state.items.pop_front());
        }
        state.commands -= commands;
        true
    }

    /// Refuses new items from now on. The first reason stays, but a failure replaces an orderly stop.
    pub(super) fn close(&self, refused: Refused) {
        let mut state = self.state();
        if matches!(state.closed, None | Some(Refused::Stopping)) {
            state.closed = Some(refused);
        }
        drop(state);
        self.filled.notify_one();
    }

    /// Answers everything that waits with the reason of the closing.
    pub(super) fn refuse_rest(&self) {
        let mut state = self.state();
        let refused = state.closed.unwrap_or(Refused::Stopped);
        let rest = std::mem::take(&mut state.items);
        state.commands = 0;
        drop(state);
        for item in rest {
            item.refuse(refused);
        }
    }

    /// Whether there is room on the disk for more commands.
    pub(super) fn set_disk_full(&self, full: bool) {
        self.disk_full.store(full, Ordering::Relaxed);
    }

    /// Why nothing is taken any more, if so.
    pub(super) fn closed(&self) -> Option<Refused> {
        self.state().closed
    }

    /// Commands that wait, and items refused for lack of room so far.
    pub(super) fn depth(&self) -> (usize, u64) {
        let state = self.state();
        (state.commands, state.shed)
    }
}
