//! Balances behind locks: one for each account, or one for every so many.

use super::{Draw, Shift, Shifted};
use std::ops::DerefMut;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A lock around something; the model checker has one of its own.
pub trait Lock<T> {
    /// What is held meanwhile.
    type Guard<'a>: DerefMut<Target = T>
    where
        Self: 'a;

    /// A lock around it.
    fn new(value: T) -> Self;
    /// Waits for it.
    fn lock(&self) -> Self::Guard<'_>;
}

impl<T> Lock<T> for Mutex<T> {
    type Guard<'a>
        = MutexGuard<'a, T>
    where
        T: 'a;

    fn new(value: T) -> Self {
        Self::new(value)
    }

    /// Nothing panics while one of these is held.
    fn lock(&self) -> MutexGuard<'_, T> {
        self.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A lock for each account.
#[derive(Debug, Default)]
pub struct Mutexes<L = Mutex<u128>>(Vec<L>);

impl<L: Lock<u128>> Mutexes<L> {
    /// No accounts.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds accounts without units until there are so many.
    pub fn grow(&mut self, accounts: usize) {
        let missing = accounts.saturating_sub(self.0.len());
        self.0.extend((0..missing).map(|_| L::new(0)));
    }

    /// Sets a balance.
    pub fn set(&mut self, account: usize, balance: u128) {
        *self.0[account].lock() = balance;
    }

    /// A balance.
    pub fn get(&self, account: usize) -> u128 {
        *self.0[account].lock()
    }

    /// Moves units between two accounts, which must differ, if they suffice. Both locks are held until the place in the order is
    /// drawn; who opened first is locked first, so that no two movements wait for each other.
    pub fn shift(&self, shift: &Shift, tickets: &impl Draw) -> Shifted {
        let (debit, credit) = (shift.debit(), shift.credit());
        let mut low = self.0[debit.min(credit)].lock();
        let mut high = self.0[debit.max(credit)].lock();
        let (debit, credit) = if debit < credit {
            (&mut *low, &mut *high)
        } else {
            (&mut *high, &mut *low)
        };
        let Some(after) = shift.debited(*debit) else {
            return Shifted::Short(tickets.draw());
        };
        *debit = after;
        *credit = shift.credited(*credit);
        Shifted::Done(tickets.draw())
    }
}

/// A lock for every so many accounts: the first account is in the first shard, the second one in the second.
#[derive(Debug)]
pub struct Shards<L = Mutex<Vec<u128>>>(Vec<L>);

impl<L: Lock<Vec<u128>>> Shards<L> {
    /// No accounts yet in that many shards, at least one.
    pub fn new(shards: usize) -> Self {
        Self((0..shards.max(1)).map(|_| L::new(Vec::new())).collect())
    }

    fn place(&self, account: usize) -> (usize, usize) {
        (account % self.0.len(), account / self.0.len())
    }

    /// Adds accounts without units until there are at least so many.
    pub fn grow(&mut self, accounts: usize) {
        let each = accounts.div_ceil(self.0.len());
        for shard in &self.0 {
            let mut shard = shard.lock();
            if shard.len() < each {
                shard.resize(each, 0);
            }
        }
    }

    /// Sets a balance.
    pub fn set(&mut self, account: usize, balance: u128) {
        let (shard, at) = self.place(account);
        self.0[shard].lock()[at] = balance;
    }

    /// A balance.
    pub fn get(&self, account: usize) -> u128 {
        let (shard, at) = self.place(account);
        self.0[shard].lock()[at]
    }

    /// Moves units if they suffice; as [`Mutexes::shift`], with one lock if both accounts are in the same shard.
    pub fn shift(&self, shift: &Shift, tickets: &impl Draw) -> Shifted {
        let (debit, debit_at) = self.place(shift.debit());
        let (credit, credit_at) = self.place(shift.credit());
        let mut low = self.0[debit.min(credit)].lock();
        let mut high = (debit != credit).then(|| self.0[debit.max(credit)].lock());
        let Some(after) = shift.debited(match &high {
            Some(high) if debit > credit => high[debit_at],
            _ => low[debit_at],
        }) else {
            return Shifted::Short(tickets.draw());
        };
        match &mut high {
            None => {
                low[debit_at] = after;
                low[credit_at] = shift.credited(low[credit_at]);
            }
            Some(high) if debit > credit => {
                high[debit_at] = after;
                low[credit_at] = shift.credited(low[credit_at]);
            }
            Some(high) => {
                low[debit_at] = after;
                high[credit_at] = shift.credited(high[credit_at]);
            }
        }
        Shifted::Done(tickets.draw())
    }
}
