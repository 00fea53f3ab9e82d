//! Parts over rows that lie elsewhere do what one ledger in memory does.

use super::*;
use crate::ledger::tests::NOW;
use crate::ledger::tests::model::{LIMITS, Step, any_steps, model_ledger, tokens};
use crate::ledger::{Command, Outcome};
use proptest::prelude::*;

/// Rows in maps: the simplest store there is.
struct Elsewhere(Rows);

fn put<K: PartialEq, R>(rows: &mut Vec<R>, key: impl Fn(&R) -> K, row: R) {
    match rows.iter_mut().find(|other| key(other) == key(&row)) {
        Some(found) => *found = row,
        None => rows.push(row),
    }
}

impl Elsewhere {
    fn new() -> Self {
        Self(Rows {
            tokens: fresh_tokens(&tokens()),
            ..Rows::default()
        })
    }

    fn fetch(&self, wanted: &Wanted, now_ms: Option<u64>) -> Rows {
        let all = &self.0;
        let is_due = |hold: &Hold| {
            hold.state == HoldState::Pending && now_ms.is_some_and(|now| hold.deadline_ms <= now)
        };
        let holds: Vec<_> = all
            .holds
            .iter()
            .filter(|(_, hold)| wanted.holds.contains(&hold.id) || is_due(hold))
            .copied()
            .collect();
        let keys: Vec<_> = holds
            .iter()
            .flat_map(|(_, hold)| crate::ledger::expiry_keys(hold.id).take(100))
            .collect();
        let page = |page: &Needs| matches!(page, Needs::Accounts { .. } | Needs::Totals);
        let has_accounts = wanted.pages.iter().any(page);
        let accounts = all.accounts.iter().filter(|(account, address)| {
            let of_hold = |(_, hold): &HoldRow| [hold.debit, hold.credit].contains(&account.id);
            let by_address = address.map(|address| (account.token, address));
            has_accounts
                || wanted.accounts.contains(&account.id)
                || by_address.is_some_and(|key| wanted.addresses.contains(&key))
                || holds.iter().any(of_hold)
        });
        let entries = all.entries.iter().filter(|(_, entry)| {
            let id = entry.command().id();
            wanted.ids.contains(&id)
                || keys.contains(&id)
                || wanted
                    .pages
                    .iter()
                    .any(|page| matches!(page, Needs::Journal { .. } | Needs::Statement { .. }))
        });
        let allowances = all
            .allowances
            .iter()
            .filter(|row| wanted.allowances.contains(&(row.0, row.1)));
        Rows {
            head: all.head,
            tokens: all.tokens.clone(),
            accounts: accounts.copied().collect(),
            allowances: allowances.copied().collect(),
            entries: entries.copied().collect(),
            holds,
            audit: Some(self.audit()),
        }
    }

    fn audit(&self) -> Audit {
        let mut audit = Audit {
            entries: self.0.entries.len() as u64,
            ..Audit::default()
        };
        for (account, _) in &self.0.accounts {
            let sums = audit.sums.entry(account.token).or_default();
            sums.accounts += 1;
            sums.balances += account.balance.units();
            sums.frozen += account.frozen.units();
            sums.held += account.held.units();
        }
        for (token, hold) in &self.0.holds {
            if hold.state == HoldState::Pending {
                audit.sums.entry(*token).or_default().open_holds += 1;
            }
        }
        audit
    }

    fn save(&mut self, changes: Changes) {
        let all = &mut self.0;
        if changes.is_empty() {
            assert!(changes.changed.is_empty() && changes.tokens.is_empty());
            return;
        }
        all.head = changes.head;
        for row in changes.tokens {
            put(&mut all.tokens, |row| row.0, row);
        }
        all.accounts.extend(changes.opened);
        for (account, before) in changes.changed {
            let found = all.accounts.iter_mut().find(|row| row.0.id == account.id);
            let found = found.unwrap();
            assert_eq!(found.0.version, before);
            found.0 = account;
        }
        all.holds.extend(changes.held);
        for (id, state) in changes.ended {
            let found = all.holds.iter_mut().find(|row| row.1.id == id);
            found.unwrap().1.state = state;
        }
        for row in changes.allowed {
            put(&mut all.allowances, |row| (row.0, row.1), row);
        }
        let zero = Allowance::Limited(Amount::ZERO);
        all.allowances.retain(|row| row.2 != zero);
        all.entries.extend(changes.entries);
    }

    fn part(&self, wanted: &Wanted, now_ms: Option<u64>) -> Part {
        Part::new(LIMITS, tokens(), self.fetch(wanted, now_ms)).unwrap()
    }
}

/// What a store must fetch for these commands.
pub(crate) fn wanted_by(commands: &[Command]) -> Wanted {
    let mut wanted = Wanted::default();
    for command in commands {
        wanted.command(command);
    }
    wanted
}

/// As an executor does: first the holds whose time is over, then the commands.
pub(crate) fn step(part: &mut Part, now_ms: u64, commands: &[Command]) -> Vec<Outcome> {
    part.expire(now_ms);
    let mut outcomes = Vec::new();
    part.ledger_mut()
        .apply_batch(now_ms, commands, &mut outcomes);
    outcomes
}

/// As [`step`], on a ledger in memory.
pub(crate) fn step_whole(ledger: &mut Ledger, now_ms: u64, commands: &[Command]) -> Vec<Outcome> {
    for expiry in ledger.due(now_ms, usize::MAX) {
        assert!(ledger.apply(now_ms, &expiry).is_new());
    }
    let mut outcomes = Vec::new();
    ledger.apply_batch(now_ms, commands, &mut outcomes);
    outcomes
}

/// A question whose answers can be compared.
type Question = Box<dyn Fn(&Ledger) -> String>;

/// Questions of every kind, with what they need.
pub(crate) fn questions() -> Vec<(Needs, Question)> {
    let mut all = Vec::new();
    let mut ask = |needs, question: Question| all.push((needs, question));
    ask(
        Needs::Sums,
        Box::new(|ledger| format!("{:?} {:?}", ledger.levels(), ledger.last_sequence())),
    );
    ask(
        Needs::Totals,
        Box::new(|ledger| format!("{:?}", ledger.check())),
    );
    for number in 0..9 {
        let of = AccountId::new(number);
        ask(
            Needs::Account(of),
            Box::new(move |ledger| format!("{:?}", ledger.account(of))),
        );
        for before in [None, Sequence::new(5), Sequence::new(17)] {
            let needs = Needs::Statement {
                account: of,
                before,
                limit: 3,
            };
            ask(
                needs,
                Box::new(move |ledger| format!("{:?}", ledger.statement(of, before, 3))),
            );
        }
        let after = (number > 0).then_some(of);
        let needs = Needs::Accounts { after, limit: 2 };
        ask(
            needs,
            Box::new(move |ledger| format!("{:?}", ledger.accounts(after, 2))),
        );
        let spender = AccountId::new(number / 2);
        let needs = Needs::Allowance { owner: of, spender };
        ask(
            needs,
            Box::new(move |ledger| format!("{:?}", ledger.allowance(of, spender))),
        );
    }
    for key in [1, 30, 69, 205, 301, 302] {
        let id = CommandId::new(key);
        ask(
            Needs::Hold(id),
            Box::new(move |ledger| format!("{:?}", ledger.hold(id))),
        );
        ask(
            Needs::Entry(id),
            Box::new(move |ledger| format!("{:?}", ledger.entry(id))),
        );
    }
    for from in [1, 7, 40] {
        let from = Sequence::new(from).unwrap();
        let needs = Needs::Journal { from, limit: 4 };
        ask(
            needs,
            Box::new(move |ledger| format!("{:?}", ledger.journal(from, 4))),
        );
    }
    all
}

/// The rows that a question needs.
pub(crate) fn wanted_for(needs: &Needs) -> Wanted {
    let mut wanted = Wanted::default();
    wanted.question(needs);
    wanted
}

fn same_answers(whole: &Ledger, store: &Elsewhere) -> Result<(), TestCaseError> {
    for (needs, question) in questions() {
        let part = store.part(&wanted_for(&needs), None);
        prop_assert_eq!(question(part.ledger()), question(whole), "{:?}", needs);
    }
    Ok(())
}

fn run(steps: &[Step]) -> Result<(), TestCaseError> {
    let (mut whole, mut store, mut now) = (model_ledger(), Elsewhere::new(), NOW);
    for (passed, commands) in steps {
        now += passed;
        let mut part = store.part(&wanted_by(commands), Some(now));
        let outcomes = step(&mut part, now, commands);
        store.save(part.changes());
        prop_assert_eq!(
            outcomes,
            step_whole(&mut whole, now, commands),
            "{:?}",
            commands
        );
    }
    same_answers(&whole, &store)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn parts_do_what_the_whole_does(steps in any_steps()) {
        run(&steps)?;
    }
}

#[test]
fn rows_that_do_not_belong_together_are_refused() {
    let mut rows = Rows {
        tokens: vec![(TokenId(9), Sums::default())],
        ..Rows::default()
    };
    let refused = Part::new(LIMITS, tokens(), rows.clone()).unwrap_err();
    assert_eq!(refused, PartError::Token(9));
    rows.tokens.clear();
    let (id, nobody) = (CommandId::new(3), AccountId::new(7));
    let hold = Hold {
        id,
        debit: nobody,
        credit: nobody,
        amount: Amount::ZERO,
        deadline_ms: 1,
        sequence: Sequence::FIRST,
        state: HoldState::Pending,
    };
    rows.holds.push((TokenId::FIRST, hold));
    let refused = Part::new(LIMITS, tokens(), rows).unwrap_err();
    assert_eq!(refused, PartError::Hold(id));
}
