//! One suite for all ways to keep balances: the outcomes are those of the naive model, and of one thread in the same order.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::amount::Amount;
use crate::ledger::tests::model::{Model, Step, any_steps, model_ledger, unlinked};
use crate::ledger::{AccountId, CommandId, Flags, Status};
use proptest::prelude::*;
use tokio::sync::oneshot;

/// Ways that have lanes.
const WAYS: [Balances; 4] = [
    Balances::Mutex,
    Balances::Sharded,
    Balances::Cas,
    Balances::Actor,
];

fn id(number: u128) -> CommandId {
    CommandId::new(number)
}

fn units(units: u128) -> Amount {
    Amount::from_units(units).unwrap()
}

fn transfer(key: u128, from: u128, to: u128, amount: u128) -> Command {
    Command::transfer(
        id(key),
        AccountId::new(from),
        AccountId::new(to),
        units(amount),
    )
}

/// A ledger in which one of the ways does plain transfers.
struct Engine {
    ledger: Ledger,
    lanes: Lanes,
    journal: Vec<(Command, Outcome)>,
}

impl Engine {
    fn new(way: Balances, ledger: Ledger) -> Self {
        Self {
            lanes: Lanes::new(way, 3, &ledger, &Arc::default())
                .unwrap()
                .unwrap(),
            ledger,
            journal: Vec::new(),
        }
    }

    /// Applies these batches as one round; their outcomes.
    fn round(&mut self, now: u64, batches: &[Vec<Command>]) -> Vec<Vec<Outcome>> {
        let (items, mut answers): (Vec<_>, Vec<_>) = batches
            .iter()
            .map(|commands| {
                let (reply, answer) = oneshot::channel();
                let commands = commands.clone();
                let entered = Instant::now();
                (
                    Item::Many {
                        commands,
                        evidence: None,
                        reply,
                        entered,
                    },
                    answer,
                )
            })
            .unzip();
        let journal = &mut self.journal;
        let completions =
            (self.lanes).round(&mut self.ledger, now, items.into_iter(), |one, how, _| {
                journal.push((*one, *how));
            });
        for completion in completions {
            completion.send(Ok(()));
        }
        let outcomes = answers.iter_mut().map(|answer| answer.try_recv().unwrap());
        outcomes.map(Result::unwrap).collect()
    }
}

/// What the naive model is asked for, with batches of plain transfers in between, some of which are large.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let plain = (1_u128..70, 1_u128..6, 1_u128..6, 1_u128..60)
        .prop_map(|(key, from, to, amount)| transfer(key, from, to, amount));
    let plain = prop::collection::vec((0..40_u64, prop::collection::vec(plain, 1..12)), 0..12);
    (any_steps(), plain).prop_map(|(steps, plain)| {
        let mut all = Vec::new();
        let mut plain = plain.into_iter();
        for (at, step) in steps.into_iter().enumerate() {
            all.push(step);
            if at % 3 == 0 {
                all.extend(plain.next());
            }
        }
        all
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_way_does_what_the_model_does(steps in steps(), way in 0..WAYS.len()) {
        let way = WAYS[way];
        let (mut engine, mut model) = (Engine::new(way, model_ledger()), Model::new());
        let mut now = 1_000_000;
        for (passed, commands) in &steps {
            now += passed;
            for expiry in engine.ledger.due(now, usize::MAX) {
                let outcome = engine.ledger.apply(now, &expiry);
                prop_assert_eq!(outcome, model.apply_batch(now, &[expiry])[0]);
            }
            let commands = match way {
                Balances::Cas => commands.iter().map(unlinked).collect(),
                _ => commands.clone(),
            };
            let expected = model.apply_batch(now, &commands);
            let outcomes = engine.round(now, &[commands]);
            prop_assert_eq!(&outcomes[0], &expected, "{:?}", way);
            prop_assert!(engine.ledger.check().is_ok());
        }
        let accounts = engine.ledger.accounts_opened();
        let cells = engine.lanes.cells.as_mut().unwrap().get(&(0..accounts).collect::<Vec<_>>());
        prop_assert_eq!(cells, engine.ledger.balances().collect::<Vec<_>>(), "at rest");
    }

    #[test]
    fn many_at_once_come_out_as_one_after_the_other(draws in prop::collection::vec((1_u128..9, 1_u128..9, 1_u128..40, 0..4_usize), 40..400)) {
        for way in WAYS {
            let mut engine = Engine::new(way, funded());
            let mut batches = vec![Vec::new()];
            for (key, (from, to, amount, size)) in (1_000..).zip(&draws) {
                if batches.last().unwrap().len() > *size {
                    batches.push(Vec::new());
                }
                batches.last_mut().unwrap().push(transfer(key, *from, *to, *amount));
            }
            let outcomes = engine.round(1, &batches);
            for (batch, outcomes) in batches.iter().zip(&outcomes) {
                let places: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.sequence()).collect();
                prop_assert!(places.is_sorted(), "a batch is applied in its order");
                prop_assert_eq!(batch.len(), outcomes.len());
            }
            let mut alone = funded();
            for (command, outcome) in &engine.journal {
                prop_assert_eq!(alone.apply(1, command), *outcome, "{:?} {:?}", way, command);
            }
            prop_assert_eq!(alone.digest(), engine.ledger.digest());
            prop_assert_eq!(alone.check(), engine.ledger.check());
        }
    }
}

/// Accounts 1 to 8 with 50 units each.
fn funded() -> Ledger {
    let mut ledger = Ledger::new(Limits::default());
    for number in 1..9 {
        let account = AccountId::new(number);
        ledger.apply(1, &Command::open(id(number), account));
        ledger.apply(1, &Command::mint(id(100 + number), account, units(50)));
    }
    ledger
}

#[test]
fn a_key_that_comes_twice_in_a_round_is_applied_once() {
    for way in WAYS {
        let mut engine = Engine::new(way, funded());
        let command = transfer(900, 1, 2, 30);
        let batches = vec![
            vec![command],
            vec![command],
            vec![command, transfer(901, 2, 1, 1)],
        ];
        let outcomes = engine.round(1, &batches).concat();
        let replayed: Vec<_> = outcomes
            .iter()
            .map(|outcome| outcome.is_replayed())
            .collect();
        assert_eq!(replayed, [false, true, true, false], "{way:?}");
        assert!(
            outcomes
                .iter()
                .all(|outcome| outcome.status() == Status::Ok)
        );
    }
}

#[test]
fn a_full_ledger_says_so_whatever_the_way() {
    for way in WAYS {
        let limits = Limits {
            entries_max: 4,
            ..Limits::default()
        };
        let mut engine = Engine::new(way, Ledger::new(limits));
        let setup = vec![
            Command::open(id(1), AccountId::new(1)),
            Command::open(id(2), AccountId::new(2)),
            Command::mint(id(3), AccountId::new(1), units(9)),
        ];
        engine.round(1, &[setup]);
        let outcomes = engine.round(1, &[vec![transfer(4, 1, 2, 1), transfer(5, 1, 2, 1)]]);
        let statuses: Vec<_> = outcomes[0].iter().map(|outcome| outcome.status()).collect();
        assert_eq!(statuses, [Status::Ok, Status::Capacity], "{way:?}");
    }
}

#[test]
fn only_compare_and_swap_refuses_chains() {
    for way in WAYS {
        let mut engine = Engine::new(way, funded());
        let chain = vec![
            transfer(900, 1, 2, 30).with_flags(Flags::LINKED),
            transfer(901, 2, 3, 60),
            transfer(902, 1, 2, 5),
        ];
        let outcomes = engine.round(1, &[chain]);
        let statuses: Vec<_> = outcomes[0].iter().map(|outcome| outcome.status()).collect();
        let expected = if way == Balances::Cas {
            [Status::LinkedFailed, Status::LinkedFailed, Status::Ok]
        } else {
            [Status::Ok; 3]
        };
        assert_eq!(statuses, expected, "{way:?}");
        let is_free = outcomes[0][0].sequence().is_none();
        assert_eq!(
            is_free,
            way == Balances::Cas,
            "the keys of a refused chain stay free"
        );
    }
}
