//! The naive model: the rules as sentences over maps.

mod change;
mod statuses;

use super::{LIMITS, tokens};
use crate::amount::Amount;
use crate::ledger::command::Flags;
use crate::ledger::{
    Account, AccountState, Allowance, Command, HoldState, Outcome, Sequence, Status, TokenId,
    TokenSpec,
};
use std::collections::BTreeMap;

/// An account as the model and the ledger must agree on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Holder {
    number: u128,
    token: TokenId,
    balance: u128,
    frozen: u128,
    held: u128,
    version: u64,
    level: u8,
    state: AccountState,
    sequence: u64,
}

impl Holder {
    pub(super) fn of(account: &Account) -> Self {
        Self {
            number: account.id.get(),
            token: account.token,
            balance: account.balance.units(),
            frozen: account.frozen.units(),
            held: account.held.units(),
            version: account.version,
            level: account.profile.level,
            state: account.state,
            sequence: account.sequence.get(),
        }
    }

    fn available(&self) -> u128 {
        self.balance - self.frozen - self.held
    }
}

#[derive(Debug, Clone, Copy)]
struct Hold {
    debit: u128,
    credit: u128,
    token: TokenId,
    amount: u128,
    deadline: u64,
    sequence: u64,
    state: HoldState,
}

#[derive(Debug, Clone)]
pub(crate) struct Model {
    tokens: Vec<(TokenSpec, bool)>,
    accounts: BTreeMap<u128, Holder>,
    holds: BTreeMap<u128, Hold>,
    allowances: BTreeMap<(u128, u128), u128>,
    entries: Vec<(Command, Status)>,
    /// Places and balances of each account's changes, oldest first.
    lines: BTreeMap<u128, Vec<(u64, u128)>>,
}

impl Model {
    pub(crate) fn new() -> Self {
        Self {
            tokens: tokens().into_iter().map(|spec| (spec, false)).collect(),
            accounts: BTreeMap::new(),
            holds: BTreeMap::new(),
            allowances: BTreeMap::new(),
            entries: Vec::new(),
            lines: BTreeMap::new(),
        }
    }

    pub(super) fn journal(&self) -> Vec<(Command, Status)> {
        self.entries.clone()
    }

    pub(super) fn accounts(&self) -> Vec<Holder> {
        self.accounts.values().copied().collect()
    }

    pub(super) fn numbers(&self) -> Vec<u128> {
        self.accounts.keys().copied().collect()
    }

    pub(super) fn statement(&self, number: u128) -> Vec<(u64, u128)> {
        let lines = self.lines.get(&number).into_iter().flatten();
        lines.rev().copied().collect()
    }

    pub(super) fn allowance(&self, owner: u128, spender: u128) -> Option<Allowance> {
        self.accounts.get(&owner)?;
        Allowance::unpack(self.allowed(owner, spender))
    }

    fn allowed(&self, owner: u128, spender: u128) -> u128 {
        self.allowances.get(&(owner, spender)).copied().unwrap_or(0)
    }

    /// Holds whose time is over, in the order in which they end.
    pub(super) fn due(&self, now: u64) -> Vec<u128> {
        let pending = self
            .holds
            .iter()
            .filter(|(_, hold)| hold.state == HoldState::Pending && hold.deadline <= now);
        let mut due: Vec<_> = pending
            .map(|(id, hold)| (hold.deadline, hold.sequence, *id))
            .collect();
        due.sort_unstable();
        due.into_iter().map(|(.., id)| id).collect()
    }

    pub(crate) fn apply_batch(&mut self, now: u64, commands: &[Command]) -> Vec<Outcome> {
        let is_linked = |command: &Command| command.flags.has(Flags::LINKED);
        let mut outcomes = Vec::new();
        let mut at = 0;
        while at < commands.len() {
            let length = commands[at..].iter().take_while(|c| is_linked(c)).count();
            let end = at + length;
            if length == 0 {
                outcomes.push(self.apply(now, &commands[at]));
                at += 1;
            } else if end == commands.len() {
                outcomes.extend((at..end).map(|place| {
                    let status = if place + 1 == end {
                        Status::LinkedOpen
                    } else {
                        Status::LinkedFailed
                    };
                    Outcome::Unrecorded(shape(&commands[place]).unwrap_or(status))
                }));
                at = end;
            } else {
                outcomes.extend(self.chain(now, &commands[at..=end]));
                at = end + 1;
            }
        }
        outcomes
    }

    fn chain(&mut self, now: u64, chain: &[Command]) -> Vec<Outcome> {
        if chain.iter().any(|command| shape(command).is_some()) {
            let status = |command| shape(command).unwrap_or(Status::LinkedFailed);
            return chain
                .iter()
                .map(|c| Outcome::Unrecorded(status(c)))
                .collect();
        }
        let mut failed = None;
        if chain.iter().all(|command| self.first(command).is_none()) {
            let mut trial = self.clone();
            let outcomes: Vec<_> = chain.iter().map(|c| trial.apply(now, c)).collect();
            let is_ok = |outcome: &Outcome| outcome.is_new() && outcome.status() == Status::Ok;
            match outcomes.iter().position(|outcome| !is_ok(outcome)) {
                None => {
                    *self = trial;
                    return outcomes;
                }
                Some(at) => failed = Some((at, outcomes[at].status())),
            }
        }
        let has_room = self.entries.len() + chain.len() <= LIMITS.entries_max as usize;
        let mut outcomes = Vec::new();
        for (at, command) in chain.iter().enumerate() {
            let status = match failed {
                Some((place, status)) if place == at => status,
                _ => Status::LinkedFailed,
            };
            outcomes.push(match (self.repeat(command), failed) {
                (Some(outcome), _) => outcome,
                (None, Some((_, service))) if service >= Status::Overloaded => {
                    Outcome::Unrecorded(status)
                }
                (None, _) if !has_room => Outcome::Unrecorded(Status::Capacity),
                (None, _) => self.enter(command, status),
            });
        }
        outcomes
    }

    fn first(&self, command: &Command) -> Option<usize> {
        self.entries
            .iter()
            .position(|(seen, _)| seen.id == command.id)
    }

    fn repeat(&self, command: &Command) -> Option<Outcome> {
        let at = self.first(command)?;
        let sequence = Sequence::new(at as u64 + 1)?;
        let (first, status) = self.entries[at];
        // Names are the business of a test of their own.
        Some(match command.first_difference(&first) {
            Some(field) => Outcome::Reused { field, sequence },
            None => Outcome::Replayed { status, sequence },
        })
    }

    fn enter(&mut self, command: &Command, status: Status) -> Outcome {
        self.entries.push((*command, status));
        super::recorded(status, self.entries.len() as u64)
    }

    fn apply(&mut self, now: u64, command: &Command) -> Outcome {
        if let Some(status) = shape(command) {
            return Outcome::Unrecorded(status);
        }
        if let Some(outcome) = self.repeat(command) {
            return outcome;
        }
        if self.entries.len() >= LIMITS.entries_max as usize {
            return Outcome::Unrecorded(Status::Capacity);
        }
        if command.deadline_ms != 0 && now > command.deadline_ms {
            return Outcome::Unrecorded(Status::LateInQueue);
        }
        match self.statuses(now, command).into_iter().min() {
            Some(Status::Capacity) => Outcome::Unrecorded(Status::Capacity),
            Some(status) => self.enter(command, status),
            None => {
                let outcome = self.enter(command, Status::Ok);
                self.change(now, command);
                outcome
            }
        }
    }
}

/// The order of these has tests of its own, beside records and commands.
fn shape(command: &Command) -> Option<Status> {
    command.check_shape().err().map(|error| error.status)
}

/// Amounts of the model are plain numbers.
const _: () = assert!(Amount::MAX.units() < u128::MAX / 4);
