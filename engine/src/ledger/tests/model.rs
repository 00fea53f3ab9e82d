//! The ledger against a naive model: maps, no indexes, no links.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Small, so that limits are met often.
const LIMITS: Limits = Limits {
    accounts_max: 4,
    entries_max: 40,
    open_holds_max: 2,
    allowances_max: 2,
    supply_cap: Amount::MAX,
};

/// What the ledger should know.
#[derive(Default)]
struct Model {
    balances: BTreeMap<u128, u128>,
    seen: BTreeMap<u128, (Command, Status, u64)>,
    journal: Vec<(Command, Status)>,
    supply: u128,
}

impl Model {
    fn apply(&mut self, command: &Command) -> Outcome {
        if let Some(status) = shape(command) {
            return Outcome::Unrecorded(status);
        }
        if let Some((first, status, sequence)) = self.seen.get(&command.id.get()) {
            let sequence = Sequence::new(*sequence).unwrap();
            return match first.first_difference(command) {
                // Names are the business of a test of their own.
                Some(_) => Outcome::Reused {
                    field: command.first_difference(first).unwrap(),
                    sequence,
                },
                None => Outcome::Replayed {
                    status: *status,
                    sequence,
                },
            };
        }
        let status = self.status(command);
        if status == Status::Capacity || self.journal.len() == LIMITS.entries_max as usize {
            return Outcome::Unrecorded(Status::Capacity);
        }
        if status == Status::Ok {
            self.change(command);
        }
        self.journal.push((*command, status));
        let sequence = self.journal.len() as u64;
        self.seen
            .insert(command.id.get(), (*command, status, sequence));
        recorded(status, sequence)
    }

    fn status(&self, command: &Command) -> Status {
        let debit = self.balances.get(&command.debit.get());
        let credit = self.balances.get(&command.credit.get());
        match command.kind {
            Kind::Open if debit.is_some() => Status::AccountExists,
            Kind::Open if self.balances.len() == LIMITS.accounts_max as usize => Status::Capacity,
            Kind::Transfer if debit.is_none() => Status::DebitUnknown,
            Kind::Mint | Kind::Transfer if credit.is_none() => Status::CreditUnknown,
            Kind::Mint if self.supply + command.amount.units() > LIMITS.supply_cap.units() => {
                Status::SupplyCapExceeded
            }
            Kind::Transfer if debit < Some(&command.amount.units()) => {
                Status::InsufficientAvailable
            }
            _ => Status::Ok,
        }
    }

    fn change(&mut self, command: &Command) {
        let amount = command.amount.units();
        match command.kind {
            Kind::Open => {
                self.balances.insert(command.debit.get(), 0);
            }
            Kind::Mint => {
                self.supply += amount;
                *self.balances.get_mut(&command.credit.get()).unwrap() += amount;
            }
            _ => {
                *self.balances.get_mut(&command.debit.get()).unwrap() -= amount;
                *self.balances.get_mut(&command.credit.get()).unwrap() += amount;
            }
        }
    }

    /// Movements of an account with the balance after each, newest first.
    fn statement(&self, account: AccountId) -> Vec<(u64, Command, u128)> {
        let (mut lines, mut balance) = (Vec::new(), 0);
        for (index, (command, status)) in self.journal.iter().enumerate() {
            if *status != Status::Ok || command.kind == Kind::Open {
                continue;
            }
            if command.debit == account {
                balance -= command.amount.units();
            } else if command.credit == account {
                balance += command.amount.units();
            } else {
                continue;
            }
            lines.push((index as u64 + 1, *command, balance));
        }
        lines.reverse();
        lines
    }
}

/// The status of a command that is wrong whatever the state.
fn shape(command: &Command) -> Option<Status> {
    let reserved = |number| number == 0 || number == u128::MAX;
    let open = command.kind == Kind::Open;
    if reserved(command.id.get()) || (open && reserved(command.debit.get())) {
        Some(Status::IdReserved)
    } else if !open && command.amount.units() == 0 {
        Some(Status::AmountZero)
    } else if command.kind == Kind::Transfer && command.debit == command.credit {
        Some(Status::AccountsSame)
    } else {
        None
    }
}

fn any_command() -> impl Strategy<Value = Command> {
    let key = prop_oneof![1_u128..60, Just(0), Just(u128::MAX)];
    let party = prop_oneof![20 => 1_u128..6, 1 => Just(0), 1 => Just(u128::MAX)];
    let amount = prop_oneof![
        20 => 0_u128..50,
        1 => Just(Amount::MAX.units()),
        1 => (0_u128..60).prop_map(|less| Amount::MAX.units() - less),
    ];
    (0..8_u8, key, party.clone(), party, amount).prop_map(|(kind, key, one, other, amount)| {
        match kind {
            0 | 1 => open(key, one),
            2 | 3 => mint(key, one, amount),
            _ => transfer(key, one, other, amount),
        }
    })
}

/// Every page of a statement, two lines at a time.
fn statement(ledger: &Ledger, of: AccountId) -> Vec<(u64, Command, u128)> {
    let (mut lines, mut before) = (Vec::new(), None);
    loop {
        let page = ledger.statement(of, before, 2).unwrap();
        for line in &page.lines {
            let balance = line.balance.units();
            lines.push((line.sequence.get(), line.entry.command(), balance));
        }
        before = page.next;
        if before.is_none() {
            return lines;
        }
    }
}

/// Every page of the journal, three entries at a time.
fn journal(ledger: &Ledger) -> Vec<(Command, Status)> {
    let (mut entries, mut from) = (Vec::new(), Some(Sequence::FIRST));
    while let Some(start) = from {
        let page = ledger.journal(start, 3);
        entries.extend(
            page.entries
                .iter()
                .map(|(_, entry)| (entry.command(), entry.status())),
        );
        from = page.next;
    }
    entries
}

/// Every page of the accounts, two at a time.
fn balances(ledger: &Ledger) -> Vec<(u128, u128)> {
    let (mut balances, mut after) = (Vec::new(), None);
    loop {
        let page = ledger.accounts(after, 2);
        balances.extend(
            page.accounts
                .iter()
                .map(|account| (account.id.get(), account.balance.units())),
        );
        after = page.next;
        if after.is_none() {
            return balances;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_ledger_does_what_the_model_does(commands in prop::collection::vec(any_command(), 0..120)) {
        let (mut ledger, mut model) = (Ledger::new(LIMITS), Model::default());
        for command in &commands {
            prop_assert_eq!(ledger.apply(NOW, command), model.apply(command), "{:?}", command);
            prop_assert!(ledger.check().is_ok());
        }
        let totals = ledger.check().unwrap();
        prop_assert_eq!(totals.tokens[0].supply.units(), model.supply);
        prop_assert_eq!(balances(&ledger), model.balances.clone().into_iter().collect::<Vec<_>>());
        prop_assert_eq!(journal(&ledger), model.journal.clone());
        for known in model.balances.keys() {
            prop_assert_eq!(statement(&ledger, account(*known)), model.statement(account(*known)));
        }
        for (key, (command, status, sequence)) in &model.seen {
            let (at, entry) = ledger.entry(id(*key)).unwrap();
            prop_assert_eq!((at.get(), entry.command(), entry.status()), (*sequence, *command, *status));
        }
    }

    #[test]
    fn the_same_commands_give_the_same_outcomes(commands in prop::collection::vec(any_command(), 0..60)) {
        let run = || {
            let mut ledger = Ledger::new(LIMITS);
            commands.iter().map(|command| ledger.apply(NOW, command)).collect::<Vec<_>>()
        };
        prop_assert_eq!(run(), run());
    }
}
