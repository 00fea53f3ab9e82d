//! The bounded queue between the callers and the executor thread. Full, it refuses at once.

use super::QueueLimits;
use super::item::{Item, Refused};
use probe::lock::{Mutex, MutexGuard};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

/// The most items taken at once.
const TAKE_ITEMS: usize = 1024;
/// The most commands taken at once, unless a single batch has more.
const TAKE_COMMANDS: usize = 8192;

struct State {
    items: VecDeque<Item>,
    commands: usize,
    /// The executor thread while it sleeps: only then is waking it worth a call into the system.
    sleeper: Option<Thread>,
    closed: Option<Refused>,
    shed: u64,
}

/// Items in order of arrival.
pub(super) struct Queue {
    limits: QueueLimits,
    /// On the way of every request, so its waits are in their ledgers.
    state: Mutex<State>,
    /// Whether nothing was a reason to close it, for those who need no place in it.
    open: AtomicBool,
    disk_full: AtomicBool,
}

impl Queue {
    pub(super) fn new(limits: QueueLimits) -> Self {
        Self {
            limits,
            state: Mutex::new(State {
                items: VecDeque::with_capacity(limits.items.get().min(4096)),
                commands: 0,
                sleeper: None,
                closed: None,
                shed: 0,
            }),
            open: AtomicBool::new(true),
            disk_full: AtomicBool::new(false),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Adds an item, or says why not; a refused item is answered by its caller.
    pub(super) fn push(&self, item: Item) -> Result<(), Refused> {
        let mut state = self.state();
        self.admit(&mut state, &item)?;
        Self::add(state, item);
        Ok(())
    }

    /// Adds an item, or answers it with why not.
    pub(super) fn push_or_refuse(&self, item: Item) {
        let mut state = self.state();
        match self.admit(&mut state, &item) {
            Ok(()) => Self::add(state, item),
            Err(refused) => {
                drop(state);
                item.refuse(refused);
            }
        }
    }

    fn admit(&self, state: &mut State, item: &Item) -> Result<(), Refused> {
        if let Some(refused) = state.closed {
            return Err(refused);
        }
        let writes = !matches!(item, Item::Read { .. });
        if writes && self.disk_full.load(Ordering::Relaxed) {
            return Err(Refused::DiskFull);
        }
        if state.items.len() >= self.limits.items.get()
            || state.commands + item.commands() > self.limits.commands.get()
        {
            state.shed += 1;
            return Err(Refused::Overloaded);
        }
        Ok(())
    }

    fn add(mut state: MutexGuard<'_, State>, item: Item) {
        state.commands += item.commands();
        state.items.push_back(item);
        let sleeper = state.sleeper.take();
        drop(state);
        if let Some(thread) = sleeper {
            thread.unpark();
        }
    }

    /// Takes the oldest items into an empty list, at most `items_max`; sleeps while there are none, but no longer than `patience`,
    /// after which the list stays empty. `false` when the queue is closed and empty.
    pub(super) fn take(
        &self,
        into: &mut Vec<Item>,
        items_max: usize,
        patience: Option<Duration>,
    ) -> bool {
        let until = patience.map(|patience| Instant::now() + patience);
        let mut state = self.state();
        while state.items.is_empty() {
            if state.closed.is_some() {
                return false;
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                break;
            }
            state.sleeper = Some(thread::current());
            drop(state);
            left.map_or_else(thread::park, thread::park_timeout);
            state = self.state();
        }
        state.sleeper = None;
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
        self.open.store(false, Ordering::Release);
        let mut state = self.state();
        if matches!(state.closed, None | Some(Refused::Stopping)) {
            state.closed = Some(refused);
        }
        let sleeper = state.sleeper.take();
        drop(state);
        if let Some(thread) = sleeper {
            thread.unpark();
        }
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

    /// Whether it is taken from.
    pub(super) fn is_open(&self) -> bool {
        self.open.load(Ordering::Acquire)
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
