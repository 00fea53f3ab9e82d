//! The executor thread: takes items, applies them at the time of their group, leaves the group for the journal.

use super::Durability;
use super::item::{Completion, Item, Refused};
use super::lanes::Lanes;
use super::queue::Queue;
use super::record;
use super::slot::{GROUP_BYTES, Open, Shared};
use super::state::State;
use crate::inject::Injector;
use crate::ledger::{Command, Ledger, Outcome, Sequence};
use crate::metrics::Metrics;
use crate::pool::BatchPool;
use crate::store::cache::Cache;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::runtime::Handle;

/// Items of a round from which on the next round is waited for. Where that many arrive during one sync, the next sync is better shared
/// by more than done at once: on one processor each costs as much as serving two requests.
const MANY: usize = 8;
/// How long it is waited for: about one sync of a fast disk, so that no answer takes much longer for it.
const GATHER: Duration = Duration::from_millis(1);
/// Holds ended before the next look at what is due.
const EXPIRE_AT_ONCE: usize = 1024;
/// Between two looks at holds that cannot be ended, for lack of room.
const LEAST_PATIENCE: Duration = Duration::from_millis(10);
/// A clock that is set forward is noticed after this.
const MOST_PATIENCE: Duration = Duration::from_secs(1);

/// The ledger and its surroundings on their thread.
pub(super) struct Apply {
    pub(super) state: Arc<State>,
    pub(super) pool: Arc<BatchPool>,
    /// Several threads for plain transfers; `None` leaves everything to this one.
    pub(super) lanes: Option<Lanes>,
    pub(super) queue: Arc<Queue>,
    pub(super) shared: Arc<Shared>,
    pub(super) injector: Arc<Injector>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) cache: Option<Arc<Cache>>,
    pub(super) durability: Durability,
    pub(super) runtime: Option<Handle>,
    /// Answers of this round that rest on durable entries only.
    pub(super) ready: Vec<Completion>,
    /// The time of the last group; times of groups only grow.
    pub(super) time_ns: u64,
}

/// Nanoseconds of Unix time; 0 before 1970.
pub(super) fn now_ns() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_nanos() as u64)
}

/// However the thread ends, nobody waits for ever.
pub(super) struct Ending<'a>(pub(super) &'a Queue, pub(super) &'a Shared);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.close(Refused::Stopped);
        }
        self.0.refuse_rest();
        self.1.end();
    }
}

impl Apply {
    /// Works until the queue is closed and empty; false if the journal has failed before.
    pub(super) fn run(mut self) -> bool {
        let (queue, shared) = (Arc::clone(&self.queue), Arc::clone(&self.shared));
        let state = Arc::clone(&self.state);
        let _ending = Ending(&queue, &shared);
        let items_max = match self.durability {
            Durability::Each => 1,
            Durability::Group | Durability::None => usize::MAX,
        };
        self.publish(&state.look());
        let mut items = Vec::new();
        let mut open = Open::default();
        while queue.take(&mut items, items_max, patience(&state)) {
            let taken = items.len();
            let applied = {
                let mut ledger = state.change();
                if open.is_empty() {
                    self.next_group(&mut ledger, &mut open);
                }
                // A stall is one for those who only look as well.
                self.injector.before_round();
                self.round(&mut ledger, &mut items, &mut open);
                self.publish(&ledger)
            };
            super::commit::send_all(&mut self.ready, self.runtime.as_ref());
            if let Err(refused) = self.hand_over(&mut open, applied) {
                queue.close(refused);
                for completion in open.completions.drain(..) {
                    completion.send(Err(refused));
                }
                return false;
            }
            if taken >= MANY && self.durability == Durability::Group {
                std::thread::sleep(GATHER);
            }
        }
        true
    }

    /// The group to go on with; a new one gets its time.
    fn next_group(&mut self, ledger: &mut Ledger, open: &mut Open) {
        self.shared.reclaim(open);
        if open.time_ns == 0 {
            open.time_ns = now_ns().max(self.time_ns + 1);
            self.time_ns = open.time_ns;
            self.expire(ledger, open);
        }
    }

    /// Applies what was taken, with the help of other threads where there are some.
    fn round(&mut self, ledger: &mut Ledger, items: &mut Vec<Item>, open: &mut Open) {
        let Some(lanes) = &mut self.lanes else {
            for item in items.drain(..) {
                self.item(item, ledger, open);
            }
            return;
        };
        let (is_kept, now_ms) = (self.durability != Durability::None, open.now_ms());
        let (buffer, metrics) = (&mut open.buffer, &self.metrics);
        let (is_cached, mut new) = (self.cache.is_some(), Vec::new());
        let completions = lanes.round(
            ledger,
            now_ms,
            items.drain(..),
            |command, outcome, audit| {
                metrics.count(command, outcome);
                if is_kept {
                    record::push(buffer, command, outcome, audit);
                }
                if let (true, Outcome::Recorded { sequence, .. }) = (is_cached, outcome) {
                    new.push(*sequence);
                }
            },
        );
        for sequence in new {
            open.changed.extend(ledger.accounts_of(sequence));
        }
        open.completions.extend(completions);
    }

    fn item(&mut self, item: Item, ledger: &mut Ledger, open: &mut Open) {
        let completion = match item {
            Item::One {
                command,
                evidence,
                reply,
                entered,
            } => {
                let outcome = ledger.apply(open.now_ms(), &command);
                self.metrics.count(&command, &outcome);
                let audit = evidence.as_deref().unwrap_or_default();
                self.record(ledger, (&command, &outcome), audit, open);
                Completion::One(reply, outcome, entered)
            }
            Item::Many {
                commands,
                evidence,
                reply,
                entered,
            } => {
                let mut outcomes = self.pool.outcomes.take(commands.len());
                ledger.apply_batch(open.now_ms(), &commands, &mut outcomes);
                self.metrics.count_batch(&commands, &outcomes);
                let audit = evidence.as_deref().unwrap_or_default();
                for (command, outcome) in commands.iter().zip(&outcomes) {
                    let own = if command.needs_operator() { audit } else { &[] };
                    self.record(ledger, (command, outcome), own, open);
                }
                self.pool.commands.give(commands);
                Completion::Many(reply, outcomes, entered)
            }
            Item::Read { mut asked, .. } => {
                let rests_on = asked.ask(ledger);
                if rests_on <= self.shared.durable() {
                    self.ready.push(Completion::Read(asked));
                    return;
                }
                Completion::Read(asked)
            }
        };
        open.completions.push(completion);
    }

    /// Ends the holds whose time is over, before what arrived from outside: then a replay needs no clock.
    fn expire(&self, ledger: &mut Ledger, open: &mut Open) {
        let now_ms = open.now_ms();
        while ledger.next_due_ms().is_some_and(|due| due <= now_ms) {
            let commands = ledger.due(now_ms, EXPIRE_AT_ONCE);
            let mut recorded = false;
            for command in &commands {
                let outcome = ledger.apply(now_ms, command);
                self.metrics.count(command, &outcome);
                recorded |= outcome.is_new();
                self.record(ledger, (command, &outcome), &[], open);
            }
            if !recorded {
                // The ledger is full: it answers so to everybody, and holds stay until there is room.
                return;
            }
        }
    }

    fn record(
        &self,
        ledger: &Ledger,
        (command, outcome): (&Command, &Outcome),
        audit: &[u8],
        open: &mut Open,
    ) {
        if self.durability != Durability::None {
            record::push(&mut open.buffer, command, outcome, audit);
        }
        if let (Some(_), Outcome::Recorded { sequence, .. }) = (&self.cache, outcome) {
            open.changed.extend(ledger.accounts_of(*sequence));
        }
    }

    /// Shows how far the ledger is; the last sequence that is applied.
    fn publish(&self, ledger: &Ledger) -> u64 {
        let applied = ledger.last_sequence().map_or(0, Sequence::get);
        self.shared.set_applied(applied);
        self.metrics.set_levels(&ledger.levels());
        applied
    }

    /// Answers what need not wait, and leaves the rest for the journal.
    fn hand_over(&self, open: &mut Open, applied: u64) -> Result<(), Refused> {
        let waits_for_nothing = self.durability == Durability::None
            || open.buffer.count() == 0 && self.shared.durable() == applied;
        if waits_for_nothing {
            self.shared.set_durable(applied);
            if let Some(cache) = &self.cache {
                cache.write(&std::mem::take(&mut open.changed));
            }
            super::commit::send_all(&mut open.completions, self.runtime.as_ref());
            return Ok(());
        }
        self.shared.offer(open)?;
        // Nothing may stay here while this thread sleeps, and no group may grow without bound.
        let wait = self.durability == Durability::Each
            || !open.is_empty() && open.buffer.entry_bytes() >= GROUP_BYTES;
        if wait || !open.is_empty() && self.queue.depth().0 == 0 {
            self.shared.wait_fetched()?;
            if !open.is_empty() {
                self.shared.offer(open)?;
            }
        }
        Ok(())
    }
}

/// How long to sleep at most if nothing arrives.
fn patience(state: &State) -> Option<Duration> {
    let due = state.look().next_due_ms()?;
    let wait = due.saturating_sub(now_ns() / 1_000_000);
    Some(Duration::from_millis(wait).clamp(LEAST_PATIENCE, MOST_PATIENCE))
}
