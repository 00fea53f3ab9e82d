//! Every interleaving of a few movements, for the ways that share memory; and their sums under real threads.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::cas::{Word, Words};
use super::locks::{Lock, Mutexes, Shards};
use super::*;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

impl<T> Lock<T> for loom::sync::Mutex<T> {
    type Guard<'a>
        = loom::sync::MutexGuard<'a, T>
    where
        T: 'a;

    fn new(value: T) -> Self {
        Self::new(value)
    }

    fn lock(&self) -> loom::sync::MutexGuard<'_, T> {
        self.lock().unwrap()
    }
}

/// The model checker has no words of 128 bits; the protocol does not depend on their width.
#[derive(Debug)]
struct Modelled(AtomicU64);

impl Word for Modelled {
    fn new(value: u128) -> Self {
        Self(AtomicU64::new(value as u64))
    }

    fn load(&self) -> u128 {
        self.0.load(Ordering::Acquire).into()
    }

    fn swap(&self, current: u128, new: u128) -> Result<(), u128> {
        let (current, new) = (current as u64, new as u64);
        self.0
            .compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire)
            .map(drop)
            .map_err(u128::from)
    }
}

#[derive(Debug, Default)]
struct Places(AtomicUsize);

impl Draw for Places {
    fn draw(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) as u64
    }
}

const START: [u128; 3] = [5, 1, 0];

/// Everything that movements may do to each other: spend what was just received, and compete for what is there.
fn movements() -> [Vec<Shift>; 2] {
    [
        vec![Shift::new(0, 1, 1, 4)],
        vec![Shift::new(1, 2, 0, 5), Shift::new(0, 2, 0, 2)],
    ]
}

/// In the order of their places, done movements never lack units, a lack never has enough, and the balances come out as kept.
fn check(mut events: Vec<(Shift, Shifted)>, kept: [u128; 3]) {
    events.retain(|(_, shifted)| *shifted != Shifted::Undecided);
    events.sort_by_key(|(_, shifted)| match shifted {
        Shifted::Done(place) | Shifted::Short(place) => *place,
        Shifted::Undecided => u64::MAX,
    });
    let mut balances = START;
    for (shift, shifted) in events {
        let after = shift.debited(balances[shift.debit()]);
        match shifted {
            Shifted::Done(_) => {
                balances[shift.debit()] = after.expect("units that moved were there");
                balances[shift.credit()] = shift.credited(balances[shift.credit()]);
            }
            _ => assert_eq!(after, None, "units that sufficed were refused"),
        }
    }
    assert_eq!(balances, kept);
}

/// Runs the movements on two threads in every interleaving.
fn in_every_order<C, F>(make: fn() -> C, shift: F, get: fn(&C, usize) -> u128)
where
    C: Send + Sync + 'static,
    F: Fn(&C, &Shift, &Places) -> Shifted + Copy + Send + Sync + 'static,
{
    loom::model(move || {
        let (cells, places) = (Arc::new(make()), Arc::new(Places::default()));
        let threads = movements().map(|shifts| {
            let (cells, places) = (Arc::clone(&cells), Arc::clone(&places));
            loom::thread::spawn(move || {
                let moved = |one: &Shift| (*one, shift(&cells, one, &places));
                shifts.iter().map(moved).collect::<Vec<_>>()
            })
        });
        let events = threads.map(|thread| thread.join().unwrap()).concat();
        check(events, [0, 1, 2].map(|account| get(&cells, account)));
    });
}

fn words() -> Words<Modelled> {
    let mut cells = Words::new();
    cells.grow(3);
    (0..3).for_each(|account| cells.set(account, START[account]));
    cells
}

#[test]
fn compare_and_swap_is_right_in_every_interleaving() {
    in_every_order(words, Words::shift, Words::get);
}

#[test]
fn sharded_locks_are_right_in_every_interleaving() {
    fn shards(count: usize) -> Shards<loom::sync::Mutex<Vec<u128>>> {
        let mut cells = Shards::new(count);
        cells.grow(3);
        (0..3).for_each(|account| cells.set(account, START[account]));
        cells
    }
    in_every_order(|| shards(2), Shards::shift, Shards::get);
    in_every_order(|| shards(3), Shards::shift, Shards::get);
}

#[test]
fn locks_for_each_account_are_right_in_every_interleaving() {
    fn mutexes() -> Mutexes<loom::sync::Mutex<u128>> {
        let mut cells = Mutexes::new();
        cells.grow(3);
        (0..3).for_each(|account| cells.set(account, START[account]));
        cells
    }
    in_every_order(mutexes, Mutexes::shift, Mutexes::get);
}

/// What the checker is there for: the place belongs between debit and credit.
#[test]
#[should_panic(expected = "units that moved were there")]
fn a_place_drawn_after_the_credit_is_found() {
    let late = |cells: &Words<Modelled>, shift: &Shift, places: &Places| {
        let moved = cells.shift(shift, &Places::default());
        match moved {
            Shifted::Done(_) => Shifted::Done(places.draw()),
            other => other,
        }
    };
    in_every_order(words, late, Words::get);
}

#[test]
fn every_way_keeps_the_sum_and_never_goes_below_zero() {
    const ACCOUNTS: u32 = 7;
    for way in Balances::ALL {
        let tickets = Tickets::default();
        let Some(mut cells) = Cells::new(way, 3, &tickets).unwrap() else {
            continue;
        };
        cells.grow(ACCOUNTS as usize);
        (0..ACCOUNTS as usize).for_each(|account| cells.set(account, 20));
        let work = |lane: usize| {
            let mut done = Vec::new();
            for step in 0..2_000_u32 {
                let from = (step * 5 + lane as u32) % ACCOUNTS;
                let to = (from + 1 + step % (ACCOUNTS - 1)) % ACCOUNTS;
                let shift = Shift::new(from, to, 3, u128::from(step % 9 + 1));
                done.push((shift, cells.shift(lane, &shift, &tickets)));
            }
            done
        };
        let mut events = std::thread::scope(|scope| {
            let lanes = [0, 1, 2].map(|lane| scope.spawn(move || work(lane)));
            lanes.map(|lane| lane.join().unwrap()).concat()
        });
        let kept = cells.get(&(0..ACCOUNTS as usize).collect::<Vec<_>>());
        assert_eq!(
            kept.iter().sum::<u128>(),
            20 * u128::from(ACCOUNTS),
            "{way:?}"
        );
        let place = |shifted: &Shifted| match shifted {
            Shifted::Done(place) | Shifted::Short(place) => Some(*place),
            Shifted::Undecided => None,
        };
        events.sort_by_key(|(_, shifted)| place(shifted));
        let mut balances = vec![20_u128; ACCOUNTS as usize];
        for (shift, shifted) in &events {
            if let Shifted::Done(_) = shifted {
                let debit = &mut balances[shift.debit()];
                *debit = shift.debited(*debit).expect("available in this order");
                balances[shift.credit()] += shift.credited(0);
            }
        }
        assert_eq!(balances, kept, "{way:?}");
    }
}

#[test]
fn every_way_is_found_by_its_name() {
    for way in Balances::ALL {
        assert_eq!(way.name().parse(), Ok(way));
    }
    assert_eq!("atomic".parse::<Balances>(), Err(()));
}
