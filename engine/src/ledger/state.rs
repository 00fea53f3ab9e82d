//! What the ledger knows besides its history, how an accepted command changes it, and how that is taken back.

use super::account::{Account, Accounts, Slot};
use super::command::{Address, Allowance, Command, Profile};
use super::entry::{Side, Sides};
use super::hash::Seed;
use super::hold::{HoldSlot, HoldState, Holds, Kept};
use super::token::{Sums, TokenSlot, Tokens};
use super::{AccountId, AccountState, Limits, Sequence};
use crate::amount::Amount;
use std::collections::HashMap;

/// The whole state but the history.
#[derive(Debug)]
pub(super) struct State {
    pub(super) limits: Limits,
    pub(super) tokens: Tokens,
    pub(super) accounts: Accounts,
    pub(super) holds: Holds,
    pub(super) allowances: HashMap<(Slot, AccountId), Allowance, Seed>,
    /// Tokens changed since their sums were last compared.
    touched: u64,
    /// What a chain has changed, while one is applied.
    undo: Vec<Undo>,
    keeps_undo: bool,
}

/// What an accepted command changes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// The account appears.
    Open(TokenSlot),
    /// Units appear.
    Mint { token: TokenSlot, credit: Slot },
    /// Available units disappear.
    Burn { token: TokenSlot, debit: Slot },
    /// Frozen units disappear.
    BurnFrozen { token: TokenSlot, debit: Slot },
    /// Available units move.
    Move { debit: Slot, credit: Slot },
    /// Available units move, and this allowance is left.
    MoveAllowed {
        debit: Slot,
        credit: Slot,
        left: Allowance,
    },
    /// The allowance of an owner.
    Approve(Slot),
    /// So much is frozen then.
    Freeze(Slot, Amount),
    /// The account as a whole.
    State(Slot, AccountState),
    /// Level and jurisdiction.
    Kyc(Slot, Profile),
    /// Whether the token's movements are stopped.
    Pause(TokenSlot, bool),
    /// Units are reserved until the deadline.
    Hold {
        token: TokenSlot,
        debit: Slot,
        credit: Slot,
        deadline_ms: u64,
    },
    /// Reserved units move; the rest is released.
    Post(HoldSlot, Amount),
    /// Reserved units are released.
    Release(HoldSlot, HoldState),
}

/// One thing as it was before a chain changed it.
#[derive(Debug, Clone, Copy)]
enum Undo {
    Account(Slot, Account),
    Sums(TokenSlot, Sums),
    Allowance((Slot, AccountId), Option<Allowance>),
    Hold(HoldSlot, HoldState),
    NewAccount(Option<Address>),
    NewHold,
}

fn sum(one: Amount, other: Amount) -> Amount {
    one.checked_add(other)
        .expect("parts of a supply in range have sums in range")
}

fn rest(whole: Amount, part: Amount) -> Amount {
    whole
        .checked_sub(part)
        .expect("the rules refuse what would go below zero")
}

impl State {
    pub(super) fn new(limits: Limits, tokens: Tokens) -> Self {
        Self {
            limits,
            tokens,
            accounts: Accounts::default(),
            holds: Holds::default(),
            allowances: HashMap::default(),
            touched: 0,
            undo: Vec::new(),
            keeps_undo: false,
        }
    }

    /// Makes a decided change; what it left at the accounts it changed.
    pub(super) fn store(&mut self, command: &Command, change: Change, sequence: Sequence) -> Sides {
        let amount = command.amount;
        match change {
            Change::Open(token) => self.open(command, token, sequence),
            Change::Mint { token, credit } => {
                self.issue(token, amount);
                (None, Some(self.give(credit, amount, sequence)))
            }
            Change::Burn { token, debit } => {
                self.destroy(token, amount);
                (Some(self.take(debit, amount, sequence)), None)
            }
            Change::BurnFrozen { token, debit } => {
                self.destroy(token, amount);
                let side = self.change(debit, sequence, |account| {
                    account.balance = rest(account.balance, amount);
                    account.frozen = rest(account.frozen, amount);
                });
                (Some(side), None)
            }
            Change::Move { debit, credit } => self.shift(debit, credit, amount, sequence),
            Change::MoveAllowed {
                debit,
                credit,
                left,
            } => {
                self.allow((debit, AccountId::new(command.related)), left);
                self.shift(debit, credit, amount, sequence)
            }
            Change::Approve(owner) => {
                self.allow((owner, command.credit), command.allowance());
                (None, None)
            }
            Change::Freeze(slot, frozen) => {
                self.alter(slot, sequence, |account| account.frozen = frozen)
            }
            Change::State(slot, state) => {
                self.alter(slot, sequence, |account| account.state = state)
            }
            Change::Kyc(slot, profile) => {
                self.alter(slot, sequence, |account| account.profile = profile)
            }
            Change::Pause(token, is_paused) => {
                self.sums(token).is_paused = is_paused;
                (None, None)
            }
            Change::Hold {
                token,
                debit,
                credit,
                deadline_ms,
            } => {
                let hold = Kept {
                    id: command.id,
                    debit,
                    credit,
                    token,
                    amount,
                    deadline_ms,
                    sequence,
                    state: HoldState::Pending,
                };
                self.reserve(hold)
            }
            Change::Post(slot, amount) => self.post(slot, amount, sequence),
            Change::Release(slot, state) => self.release(slot, state, sequence),
        }
    }

    fn open(&mut self, command: &Command, token: TokenSlot, sequence: Sequence) -> Sides {
        let mut account = Account::opened(command.debit, sequence);
        account.token = command.token;
        account.profile = command.profile().unwrap_or_default();
        self.sums(token).accounts += 1;
        let address = command.address();
        self.note(|_| Undo::NewAccount(address));
        self.accounts.push(account, address);
        (None, None)
    }

    fn issue(&mut self, token: TokenSlot, amount: Amount) {
        let sums = self.sums(token);
        sums.supply = sum(sums.supply, amount);
        sums.minted += amount.units();
    }

    fn destroy(&mut self, token: TokenSlot, amount: Amount) {
        let sums = self.sums(token);
        sums.supply = rest(sums.supply, amount);
        sums.burned += amount.units();
    }

    fn give(&mut self, slot: Slot, amount: Amount, sequence: Sequence) -> Side {
        self.change(slot, sequence, |account| {
            account.balance = sum(account.balance, amount);
        })
    }

    fn take(&mut self, slot: Slot, amount: Amount, sequence: Sequence) -> Side {
        self.change(slot, sequence, |account| {
            account.balance = rest(account.balance, amount);
        })
    }

    /// A transfer of nothing or to oneself, legal in ERC-20, only leaves an entry.
    fn shift(&mut self, debit: Slot, credit: Slot, amount: Amount, sequence: Sequence) -> Sides {
        if debit == credit || amount.is_zero() {
            return (None, None);
        }
        let debit = self.take(debit, amount, sequence);
        let credit = self.give(credit, amount, sequence);
        (Some(debit), Some(credit))
    }

    fn allow(&mut self, key: (Slot, AccountId), allowance: Allowance) {
        let before = self.allowances.get(&key).copied();
        self.note(|_| Undo::Allowance(key, before));
        self.put_allowance(key, Some(allowance));
    }

    fn put_allowance(&mut self, key: (Slot, AccountId), allowance: Option<Allowance>) {
        match allowance {
            None | Some(Allowance::Limited(Amount::ZERO)) => self.allowances.remove(&key),
            Some(allowance) => self.allowances.insert(key, allowance),
        };
    }

    fn reserve(&mut self, hold: Kept) -> Sides {
        self.sums(hold.token).open_holds += 1;
        self.note(|_| Undo::NewHold);
        self.holds.push(hold);
        self.alter(hold.debit, hold.sequence, |account| {
            account.held = sum(account.held, hold.amount);
        })
    }

    fn post(&mut self, slot: HoldSlot, amount: Amount, sequence: Sequence) -> Sides {
        let hold = self.end(slot, HoldState::Posted);
        let debit = self.change(hold.debit, sequence, |account| {
            account.held = rest(account.held, hold.amount);
            account.balance = rest(account.balance, amount);
        });
        let credit = self.give(hold.credit, amount, sequence);
        (Some(debit), Some(credit))
    }

    fn release(&mut self, slot: HoldSlot, state: HoldState, sequence: Sequence) -> Sides {
        let hold = self.end(slot, state);
        self.alter(hold.debit, sequence, |account| {
            account.held = rest(account.held, hold.amount);
        })
    }

    fn end(&mut self, slot: HoldSlot, state: HoldState) -> Kept {
        let hold = *self.holds.get(slot);
        self.note(|_| Undo::Hold(slot, hold.state));
        self.sums(hold.token).open_holds -= 1;
        self.holds.set(slot, state);
        hold
    }

    /// A change on the debit side alone.
    fn alter(&mut self, slot: Slot, sequence: Sequence, with: impl FnOnce(&mut Account)) -> Sides {
        (Some(self.change(slot, sequence, with)), None)
    }

    /// Changes an account, and the sums of its token by what that changed.
    fn change(&mut self, slot: Slot, sequence: Sequence, with: impl FnOnce(&mut Account)) -> Side {
        let before = *self.accounts.get(slot);
        self.note(|_| Undo::Account(slot, before));
        let account = self.accounts.get_mut(slot);
        with(account);
        account.version += 1;
        account.sequence = sequence;
        let after = *account;
        assert!(
            after.frozen.units() + after.held.units() <= after.balance.units(),
            "frozen and held units are part of the balance: {after:?}"
        );
        self.count(&before, &after);
        Side {
            account: after.id,
            balance: after.balance,
            previous: before.sequence,
        }
    }

    fn count(&mut self, before: &Account, after: &Account) {
        let Some(token) = self.tokens.slot(after.token) else {
            unreachable!("an account is opened with a token that exists");
        };
        let moved = |sum: u128, before: Amount, after: Amount| {
            sum.wrapping_sub(before.units()).wrapping_add(after.units())
        };
        let sums = self.sums(token);
        sums.balances = moved(sums.balances, before.balance, after.balance);
        sums.frozen = moved(sums.frozen, before.frozen, after.frozen);
        sums.held = moved(sums.held, before.held, after.held);
    }

    /// The sums of a token, about to change.
    fn sums(&mut self, token: TokenSlot) -> &mut Sums {
        self.touched |= token.bit();
        self.note(|state| Undo::Sums(token, state.tokens.get(token).sums));
        self.tokens.sums_mut(token)
    }

    /// Whether no unit was made or lost since the last time: a few comparisons for each token that changed.
    ///
    /// # Panics
    /// When one was: the ledger must not answer any more.
    pub(super) fn assert_conserved(&mut self) {
        for token in self.tokens.of_set(self.touched) {
            assert!(
                token.sums.are_conserved(),
                "token {} lost or made units: {:?}",
                token.spec.id.0,
                token.sums
            );
        }
        self.touched = 0;
    }

    fn note(&mut self, was: impl FnOnce(&Self) -> Undo) {
        if self.keeps_undo {
            let was = was(self);
            self.undo.push(was);
        }
    }

    /// From here on every change can be taken back.
    pub(super) fn begin(&mut self) {
        self.undo.clear();
        self.keeps_undo = true;
    }

    /// What was changed since [`State::begin`] stays.
    pub(super) fn commit(&mut self) {
        self.keeps_undo = false;
    }

    /// Everything is as it was at [`State::begin`].
    pub(super) fn roll_back(&mut self) {
        self.keeps_undo = false;
        while let Some(undo) = self.undo.pop() {
            match undo {
                Undo::Account(slot, account) => *self.accounts.get_mut(slot) = account,
                Undo::Sums(token, sums) => *self.tokens.sums_mut(token) = sums,
                Undo::Allowance(key, before) => self.put_allowance(key, before),
                Undo::Hold(slot, state) => self.holds.set(slot, state),
                Undo::NewAccount(address) => self.accounts.pop(address),
                Undo::NewHold => self.holds.pop(),
            }
        }
    }
}
