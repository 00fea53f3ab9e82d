//! Balances as 128-bit words that change by compare-and-swap.
//!
//! One word is changed at a time, so between debit and credit the sum is short by what is on its way, and totals are exact only at
//! rest. The place in the order is drawn between the two: whoever spends received units draws later than who sent them, and
//! whoever was debited earlier only makes others see less. So the movements that were done are right in the order of their
//! places. A lack of units has no such place: what would have sufficed may be on its way already, with an earlier place.

use super::{Draw, Shift, Shifted};
use portable_atomic::AtomicU128;
use std::sync::atomic::Ordering;

/// Failed swaps after which the thread lets others go first: whoever keeps it from swapping has got something done.
const PATIENCE: u32 = 64;

/// A word that changes by compare-and-swap; the model checker has one of its own.
pub trait Word {
    /// A word with that value.
    fn new(value: u128) -> Self;
    /// The value, and everything that happened before it was put there.
    fn load(&self) -> u128;
    /// Puts `new` in the place of `current`.
    ///
    /// # Errors
    /// The value that is there instead.
    fn swap(&self, current: u128, new: u128) -> Result<(), u128>;
}

impl Word for AtomicU128 {
    fn new(value: u128) -> Self {
        Self::new(value)
    }

    fn load(&self) -> u128 {
        self.load(Ordering::Acquire)
    }

    fn swap(&self, current: u128, new: u128) -> Result<(), u128> {
        // Both halves are needed: who reads a credit must also see that its place was drawn.
        self.compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire)
            .map(drop)
    }
}

/// A word for each account.
#[derive(Debug, Default)]
pub struct Words<W = AtomicU128>(Vec<W>);

impl<W: Word> Words<W> {
    /// No accounts.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds accounts without units until there are so many.
    pub fn grow(&mut self, accounts: usize) {
        let missing = accounts.saturating_sub(self.0.len());
        self.0.extend((0..missing).map(|_| W::new(0)));
    }

    /// Sets a balance.
    pub fn set(&mut self, account: usize, balance: u128) {
        self.0[account] = W::new(balance);
    }

    /// A balance.
    pub fn get(&self, account: usize) -> u128 {
        self.0[account].load()
    }

    /// Moves units if they suffice.
    pub fn shift(&self, shift: &Shift, tickets: &impl Draw) -> Shifted {
        if !update(&self.0[shift.debit()], |balance| shift.debited(balance)) {
            return Shifted::Undecided;
        }
        let ticket = tickets.draw();
        update(&self.0[shift.credit()], |balance| {
            Some(shift.credited(balance))
        });
        Shifted::Done(ticket)
    }
}

/// Swaps until it succeeds or `change` has nothing to put there; whether it succeeded.
///
/// A failed swap means that another one succeeded, so some thread always gets on.
fn update(word: &impl Word, change: impl Fn(u128) -> Option<u128>) -> bool {
    let mut current = word.load();
    let mut failed = 0;
    while let Some(new) = change(current) {
        match word.swap(current, new) {
            Ok(()) => return true,
            Err(now) => current = now,
        }
        failed += 1;
        if failed % PATIENCE == 0 {
            std::thread::yield_now();
        }
    }
    false
}
