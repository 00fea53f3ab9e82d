//! The balances of one executor, kept in one of the ways.

use super::actor::Actors;
use super::cas::Words;
use super::locks::{Mutexes, Shards};
use super::{Balances, Shift, Shifted, Tickets};
use std::io;

/// Shards of `sharded`: enough that two lanes seldom meet.
const SHARDS: usize = 64;

/// Balances by the place of their account in the order of opening, from 0.
#[derive(Debug)]
pub enum Cells {
    /// [`Balances::Mutex`].
    Mutex(Mutexes),
    /// [`Balances::Sharded`].
    Sharded(Shards),
    /// [`Balances::Cas`].
    Cas(Words),
    /// [`Balances::Actor`], with as many threads as lanes.
    Actor(Actors),
}

impl Cells {
    /// Cells without accounts for that many lanes; `None` for [`Balances::Single`], which needs none.
    ///
    /// # Errors
    /// A thread that cannot be started.
    pub fn new(balances: Balances, lanes: usize, tickets: &Tickets) -> io::Result<Option<Self>> {
        Ok(Some(match balances {
            Balances::Single => return Ok(None),
            Balances::Mutex => Self::Mutex(Mutexes::new()),
            Balances::Sharded => Self::Sharded(Shards::new(SHARDS)),
            Balances::Cas => Self::Cas(Words::new()),
            Balances::Actor => Self::Actor(Actors::new(lanes, lanes, tickets)?),
        }))
    }

    /// Adds accounts without units until there are at least so many.
    pub fn grow(&mut self, accounts: usize) {
        match self {
            Self::Mutex(cells) => cells.grow(accounts),
            Self::Sharded(cells) => cells.grow(accounts),
            Self::Cas(cells) => cells.grow(accounts),
            Self::Actor(cells) => cells.grow(accounts),
        }
    }

    /// Sets a balance; the account must exist.
    pub fn set(&mut self, account: usize, balance: u128) {
        match self {
            Self::Mutex(cells) => cells.set(account, balance),
            Self::Sharded(cells) => cells.set(account, balance),
            Self::Cas(cells) => cells.set(account, balance),
            Self::Actor(cells) => cells.set(account, balance),
        }
    }

    /// The balances of accounts, in their order; they mean something only at rest.
    pub fn get(&mut self, accounts: &[usize]) -> Vec<u128> {
        let each = |get: &dyn Fn(usize) -> u128| accounts.iter().map(|at| get(*at)).collect();
        match self {
            Self::Mutex(cells) => each(&|at| cells.get(at)),
            Self::Sharded(cells) => each(&|at| cells.get(at)),
            Self::Cas(cells) => each(&|at| cells.get(at)),
            Self::Actor(cells) => cells.get(accounts),
        }
    }

    /// Moves units if they suffice; no two threads may be the same lane at a time.
    pub fn shift(&self, lane: usize, shift: &Shift, tickets: &Tickets) -> Shifted {
        match self {
            Self::Mutex(cells) => cells.shift(shift, tickets),
            Self::Sharded(cells) => cells.shift(shift, tickets),
            Self::Cas(cells) => cells.shift(shift, tickets),
            Self::Actor(cells) => cells.shift(lane, shift),
        }
    }

    /// Whether a chain cannot be taken back.
    pub const fn refuses_chains(&self) -> bool {
        matches!(self, Self::Cas(_))
    }
}
