//! Plain transfers whose balances are kept elsewhere for a while.
//!
//! The variants of `--balances` decide many transfers at once, on cells of their own. What they need of the ledger is here: the
//! rules for everything but the balance, the one rule about the balance as a function of it, and a way to record what was decided
//! in the order in which it was. So the rules are written once, and a ledger that took part is the same as one that did all
//! alone.

use super::account::Slot;
use super::command::{Command, Flags, Kind};
use super::rules;
use super::state::Change;
use super::{Ledger, Outcome, Status};

/// Units on their way from one account to another, by the places of both in the order of opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    debit: Slot,
    credit: Slot,
    /// Frozen and held units of the debit account.
    reserved: u128,
    amount: u128,
}

impl Shift {
    /// A movement between the accounts opened at these places, from 0, that leaves `reserved` units where they are.
    pub const fn new(debit: u32, credit: u32, reserved: u128, amount: u128) -> Self {
        Self {
            debit: Slot::at(debit),
            credit: Slot::at(credit),
            reserved,
            amount,
        }
    }

    /// Whose balance falls, as a place from 0.
    pub const fn debit(&self) -> usize {
        self.debit.index()
    }

    /// Whose balance rises, as a place from 0.
    pub const fn credit(&self) -> usize {
        self.credit.index()
    }

    /// What is left of the debit account's balance; `None` if what is available does not suffice.
    pub const fn debited(&self, balance: u128) -> Option<u128> {
        match balance.checked_sub(self.reserved) {
            Some(available) if available >= self.amount => Some(balance - self.amount),
            _ => None,
        }
    }

    /// What the credit account's balance becomes. It stays in an amount's range, because the supply does.
    pub const fn credited(&self, balance: u128) -> u128 {
        balance + self.amount
    }
}

/// A plain transfer of which everything is decided but what depends on balances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prepared {
    /// It is refused, whatever the balances are.
    Refused(Status),
    /// It is accepted if the units suffice.
    Shift(Shift),
}

impl Command {
    /// Whether nothing but balances can make a difference between one moment and the next while only such commands are applied:
    /// a transfer without flags that expects no version.
    pub fn is_plain_transfer(&self) -> bool {
        self.kind == Kind::Transfer && self.flags == Flags::NONE && self.expected_version == 0
    }
}

impl Ledger {
    /// Decides a plain transfer but for its balances; `None` if it would not be recorded anew, which [`Ledger::apply`] has to say.
    pub fn prepare(&self, now_ms: u64, command: &Command) -> Option<Prepared> {
        let is_late = command.deadline_ms != 0 && now_ms > command.deadline_ms;
        if is_late || command.check_shape().is_err() || self.ids.get(command.id).is_some() {
            return None;
        }
        match rules::decide(&self.state, now_ms, command) {
            Ok(Change::Move { debit, credit }) => Some(self.shift(command, debit, credit)),
            Err(Status::InsufficientAvailable) => {
                let accounts = &self.state.accounts;
                let debit = accounts.slot(command.debit)?;
                Some(self.shift(command, debit, accounts.slot(command.credit)?))
            }
            Err(status) if status.is_recorded() => Some(Prepared::Refused(status)),
            _ => None,
        }
    }

    fn shift(&self, command: &Command, debit: Slot, credit: Slot) -> Prepared {
        let account = self.state.accounts.get(debit);
        Prepared::Shift(Shift {
            debit,
            credit,
            reserved: account.frozen.units() + account.held.units(),
            amount: command.amount.units(),
        })
    }

    /// Records a transfer that was prepared since the last command that was none, and whether its units sufficed.
    ///
    /// # Panics
    /// When its key was used meanwhile, or there is no room: who prepares many at once has to see to both.
    pub fn settle(&mut self, command: &Command, prepared: &Prepared, suffices: bool) -> Outcome {
        let decision = match *prepared {
            Prepared::Refused(status) => Err(status),
            Prepared::Shift(_) if !suffices => Err(Status::InsufficientAvailable),
            Prepared::Shift(Shift { debit, credit, .. }) => Ok(Change::Move { debit, credit }),
        };
        let sequence = self.place().expect("room was left for it");
        let claimed = self.ids.claim(command.id, sequence);
        assert!(claimed.is_ok(), "a key is prepared once: {command:?}");
        self.record(command, decision, sequence)
    }

    /// How many more entries there may be.
    pub fn room(&self) -> usize {
        (self.state.limits.entries_max).saturating_sub(self.entries.len()) as usize
    }

    /// All balances in units, in the order in which accounts were opened.
    pub fn balances(&self) -> impl Iterator<Item = u128> {
        let accounts = self.state.accounts.iter();
        accounts.map(|account| account.balance.units())
    }

    /// Accounts that were opened.
    pub fn accounts_opened(&self) -> usize {
        self.state.accounts.len()
    }

    /// The balance of the account opened at that place, from 0, in units.
    pub fn balance_at(&self, place: usize) -> u128 {
        let slot = Slot::at(place as u32);
        self.state.accounts.get(slot).balance.units()
    }

    /// The accounts that an outcome changed, by their places, from 0.
    pub fn changed_by(&self, outcome: &Outcome) -> impl Iterator<Item = usize> {
        let new = outcome.is_new().then(|| outcome.sequence()).flatten();
        let entry = new.and_then(|sequence| self.entries.get(sequence));
        let (debit, credit) = entry.map_or((None, None), |entry| entry.sides());
        let sides = [debit, credit].into_iter().flatten();
        sides.filter_map(|side| Some(self.state.accounts.slot(side.account)?.index()))
    }

    /// As [`Ledger::apply_batch`], but chains are refused, unrecorded: for executors that cannot take one back.
    pub fn apply_unlinked(
        &mut self,
        now_ms: u64,
        commands: &[Command],
        outcomes: &mut Vec<Outcome>,
    ) {
        let mut in_chain = false;
        for command in commands {
            let is_linked = command.flags.has(Flags::LINKED);
            outcomes.push(if is_linked || in_chain {
                let shape = command.check_shape().err();
                let status = shape.map_or(Status::LinkedFailed, |error| error.status);
                Outcome::Unrecorded(status)
            } else {
                self.apply(now_ms, command)
            });
            in_chain = is_linked;
        }
    }
}
