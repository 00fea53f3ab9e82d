//! Plain transfers decided by several threads at once, for the ways of `--balances` other than `single`.
//!
//! A round is cut into stretches of plain transfers with new keys, and what lies between them. Of a stretch each lane takes item
//! after item, and decides its commands in order on the [`Cells`]; then the ledger records them in the order of their tickets.
//! Whatever a lane cannot decide, and what comes behind it in the same batch, is applied by the ledger when the lanes rest. So the
//! outcomes are those that one thread could have given, and the journal needs no other replay.

use super::balances::{Balances, Cells, Draw, Shifted, Tickets};
use super::item::{Completion, Item, Reply};
use crate::evidence::Evidence;
use crate::ledger::{Command, Ledger, Limits, Outcome, Prepared};
use crate::pool::BatchPool;
use crew::Crew;
use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

mod crew;

/// Fewer commands than this are not worth waking anybody for.
const WORTH_WAKING: usize = 32;

/// Cells, and the threads that move units between them.
#[derive(Debug)]
pub(super) struct Lanes {
    balances: Balances,
    cells: Option<Cells>,
    tickets: Tickets,
    crew: Crew,
    pool: Arc<BatchPool>,
    /// In the ledger's place while the lanes have it.
    spare: Option<Ledger>,
}

/// Commands of one caller, and where the answer goes.
#[derive(Debug)]
pub(super) enum Work {
    One(Command, Evidence, Reply<Outcome>, Instant),
    Many(Vec<Command>, Evidence, Reply<Vec<Outcome>>, Instant),
}

impl Work {
    fn commands(&self) -> &[Command] {
        match self {
            Self::One(command, ..) => std::slice::from_ref(command),
            Self::Many(commands, ..) => commands,
        }
    }

    /// What is recorded with one of the commands of who sent it.
    fn audit(&self, command: &Command) -> &[u8] {
        let evidence = match self {
            Self::One(_, evidence, ..) => evidence,
            Self::Many(_, evidence, ..) if command.needs_operator() => evidence,
            Self::Many(..) => &None,
        };
        evidence.as_deref().unwrap_or_default()
    }

    fn completion(self, outcomes: Vec<Outcome>, pool: &BatchPool) -> Completion {
        match self {
            Self::One(_, _, reply, entered) => {
                let only = outcomes.first().copied();
                let only = only.expect("one command has one outcome");
                Completion::One(reply, only, entered)
            }
            Self::Many(commands, _, reply, entered) => {
                pool.commands.give(commands);
                Completion::Many(reply, outcomes, entered)
            }
        }
    }
}

/// A stretch of plain transfers with everything that deciding them needs.
#[derive(Debug)]
struct Stretch {
    ledger: Ledger,
    cells: Cells,
    tickets: Tickets,
    work: Vec<Work>,
    /// The first item that no lane has taken.
    next: AtomicUsize,
    now_ms: u64,
}

/// A decided command, by its place.
#[derive(Debug, Clone, Copy)]
struct Decided {
    ticket: u64,
    item: u32,
    at: u32,
    prepared: Prepared,
    suffices: bool,
}

impl Stretch {
    /// Decides items until there are no more.
    fn decide(&self, lane: usize) -> Vec<Decided> {
        let mut decided = Vec::new();
        loop {
            let item = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(work) = self.work.get(item) else {
                return decided;
            };
            for (at, command) in work.commands().iter().enumerate() {
                let Some((prepared, ticket, suffices)) = self.decide_one(lane, command) else {
                    break;
                };
                decided.push(Decided {
                    ticket,
                    item: item as u32,
                    at: at as u32,
                    prepared,
                    suffices,
                });
            }
        }
    }

    fn decide_one(&self, lane: usize, command: &Command) -> Option<(Prepared, u64, bool)> {
        let prepared = self.ledger.prepare(self.now_ms, command)?;
        let Prepared::Shift(shift) = &prepared else {
            return Some((prepared, self.tickets.draw(), false));
        };
        match self.cells.shift(lane, shift, &self.tickets) {
            Shifted::Done(ticket) => Some((prepared, ticket, true)),
            Shifted::Short(ticket) => Some((prepared, ticket, false)),
            Shifted::Undecided => None,
        }
    }
}

impl Lanes {
    /// That many lanes, at least one, over the balances of a ledger; `None` for [`Balances::Single`].
    ///
    /// # Errors
    /// A thread that cannot be started.
    pub(super) fn new(
        balances: Balances,
        lanes: usize,
        ledger: &Ledger,
        pool: &Arc<BatchPool>,
    ) -> io::Result<Option<Self>> {
        let (lanes, tickets) = (lanes.max(1), Tickets::default());
        let Some(mut cells) = Cells::new(balances, lanes, &tickets)? else {
            return Ok(None);
        };
        cells.grow(ledger.accounts_opened());
        for (account, balance) in ledger.balances().enumerate() {
            cells.set(account, balance);
        }
        Ok(Some(Self {
            balances,
            cells: Some(cells),
            tickets,
            crew: Crew::new(lanes - 1)?,
            pool: Arc::clone(pool),
            spare: Some(Ledger::new(Limits::default())),
        }))
    }

    /// Applies a round; `each` is told every command with its outcome, in the order of the journal.
    pub(super) fn round(
        &mut self,
        ledger: &mut Ledger,
        now_ms: u64,
        items: impl Iterator<Item = Item>,
        mut each: impl FnMut(&Command, &Outcome, &[u8]),
    ) -> Vec<Completion> {
        let mut completions = Vec::new();
        let mut stretch = Gathered::default();
        for item in items {
            let work = match item {
                Item::One {
                    command,
                    evidence,
                    reply,
                    entered,
                } => Work::One(command, evidence, reply, entered),
                Item::Many {
                    commands,
                    evidence,
                    reply,
                    entered,
                } => Work::Many(commands, evidence, reply, entered),
                Item::Read { mut asked, .. } => {
                    self.stretch(ledger, now_ms, &mut stretch, &mut completions, &mut each);
                    asked.ask(ledger);
                    completions.push(Completion::Read(asked));
                    continue;
                }
            };
            if stretch.takes(work.commands(), ledger.room()) {
                stretch.work.push(work);
                continue;
            }
            self.stretch(ledger, now_ms, &mut stretch, &mut completions, &mut each);
            if stretch.takes(work.commands(), ledger.room()) {
                stretch.work.push(work);
            } else {
                let mut outcomes = self.pool.outcomes.take(work.commands().len());
                self.alone(ledger, now_ms, &work, &mut outcomes, &mut each);
                completions.push(work.completion(outcomes, &self.pool));
            }
        }
        self.stretch(ledger, now_ms, &mut stretch, &mut completions, &mut each);
        completions
    }

    /// Commands that need the whole ledger, while the lanes rest: those that have no outcome yet.
    fn alone(
        &mut self,
        ledger: &mut Ledger,
        now_ms: u64,
        work: &Work,
        outcomes: &mut Vec<Outcome>,
        each: &mut impl FnMut(&Command, &Outcome, &[u8]),
    ) {
        let cells = self.cells.as_mut().expect("the lanes rest");
        let first = outcomes.len();
        let commands = &work.commands()[first..];
        if let [command] = commands {
            outcomes.push(ledger.apply(now_ms, command));
        } else if cells.refuses_chains() {
            ledger.apply_unlinked(now_ms, commands, outcomes);
        } else {
            ledger.apply_batch(now_ms, commands, outcomes);
        }
        cells.grow(ledger.accounts_opened());
        for (command, outcome) in commands.iter().zip(&outcomes[first..]) {
            for account in ledger.changed_by(outcome) {
                cells.set(account, ledger.balance_at(account));
            }
            each(command, outcome, work.audit(command));
        }
    }

    /// Applies what was gathered, and leaves it empty.
    fn stretch(
        &mut self,
        ledger: &mut Ledger,
        now_ms: u64,
        gathered: &mut Gathered,
        completions: &mut Vec<Completion>,
        each: &mut impl FnMut(&Command, &Outcome, &[u8]),
    ) {
        if gathered.work.is_empty() {
            return;
        }
        let wakes = gathered.keys.len() >= WORTH_WAKING;
        let (work, decided) =
            self.decide(ledger, now_ms, std::mem::take(&mut gathered.work), wakes);
        gathered.keys.clear();
        let mut outcomes: Vec<Vec<Outcome>> = work.iter().map(|_| Vec::new()).collect();
        let mut changed = Vec::new();
        for one in &decided {
            let of = &work[one.item as usize];
            let command = &of.commands()[one.at as usize];
            let outcome = ledger.settle(command, &one.prepared, one.suffices);
            each(command, &outcome, of.audit(command));
            let outcomes = &mut outcomes[one.item as usize];
            debug_assert_eq!(outcomes.len(), one.at as usize, "tickets of an item grow");
            outcomes.push(outcome);
            if let (Prepared::Shift(shift), true) = (&one.prepared, one.suffices) {
                changed.extend([shift.debit(), shift.credit()]);
            }
        }
        ledger.assert_conserved();
        self.assert_same(ledger, changed);
        for (work, mut outcomes) in work.into_iter().zip(outcomes) {
            if outcomes.len() < work.commands().len() {
                self.alone(ledger, now_ms, &work, &mut outcomes, each);
            }
            completions.push(work.completion(outcomes, &self.pool));
        }
    }

    /// Has the lanes decide a stretch; in the order of the tickets.
    fn decide(
        &mut self,
        ledger: &mut Ledger,
        now_ms: u64,
        work: Vec<Work>,
        wakes: bool,
    ) -> (Vec<Work>, Vec<Decided>) {
        self.tickets.restart();
        let spare = self.spare.take().expect("the lanes rest");
        let stretch = Stretch {
            ledger: std::mem::replace(ledger, spare),
            cells: self.cells.take().expect("the lanes rest"),
            tickets: self.tickets.clone(),
            work,
            next: AtomicUsize::new(0),
            now_ms,
        };
        let (stretch, mut decided) = if wakes {
            self.crew.decide(Arc::new(stretch))
        } else {
            let decided = stretch.decide(0);
            (stretch, decided)
        };
        self.spare = Some(std::mem::replace(ledger, stretch.ledger));
        self.cells = Some(stretch.cells);
        assert_eq!(
            decided.len() as u64,
            self.tickets.drawn(),
            "every ticket belongs to a decision"
        );
        decided.sort_unstable_by_key(|one| one.ticket);
        (stretch.work, decided)
    }

    /// At rest the cells hold what the ledger does.
    ///
    /// # Panics
    /// When they do not: units were made or lost, and the ledger must not answer any more.
    fn assert_same(&mut self, ledger: &Ledger, mut changed: Vec<usize>) {
        changed.sort_unstable();
        changed.dedup();
        let cells = self.cells.as_mut().expect("the lanes rest");
        for (account, balance) in changed.iter().zip(cells.get(&changed)) {
            let kept = ledger.balance_at(*account);
            assert_eq!(
                balance,
                kept,
                "{}: the balance of account {account} in the order of opening",
                self.balances.name()
            );
        }
    }
}

/// Items that the lanes may decide together.
#[derive(Debug, Default)]
struct Gathered {
    work: Vec<Work>,
    keys: HashSet<u128>,
}

impl Gathered {
    /// Whether these commands may join; their keys are noted if so. There must be room for an entry of each.
    fn takes(&mut self, commands: &[Command], room: usize) -> bool {
        let fits = !commands.is_empty()
            && self.keys.len() + commands.len() <= room
            && commands.iter().all(Command::is_plain_transfer);
        if !fits {
            return false;
        }
        let new = |key: &Command| !self.keys.contains(&key.id().get());
        if !commands.iter().all(new) {
            return false;
        }
        let before = self.keys.len();
        self.keys.extend(commands.iter().map(|one| one.id().get()));
        if self.keys.len() == before + commands.len() {
            return true;
        }
        // A key stands twice in this batch. Only what was added for it goes again.
        for command in commands {
            self.keys.remove(&command.id().get());
        }
        false
    }
}

#[cfg(test)]
mod tests;
