#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::plans;
use proptest::prelude::*;

fn data(accounts: u32) -> Data {
    let mut plan = plan::parse::plan(plans::CANONICAL.text, "canonical").unwrap();
    plan.data.accounts = accounts;
    Data::new(&plan, "run")
}

fn entry(kind: &str, id: u128) -> Entry {
    Entry {
        sequence: 1,
        id,
        kind: kind.to_owned(),
        debit: None,
        credit: None,
        amount: None,
        accepted: true,
    }
}

fn transfer(data: &Data, n: u64) -> Entry {
    let sent = data.transfer(n);
    Entry {
        debit: Some(sent.debit),
        credit: Some(sent.credit),
        amount: Some(sent.units()),
        ..entry("transfer", sent.id)
    }
}

/// The journal of an honest ledger after these transfers.
fn honest(data: &Data, transfers: &[u64]) -> Vec<Entry> {
    let ids = data.ids();
    let accounts = 0..u64::from(data.accounts);
    let opens = accounts
        .clone()
        .map(|n| entry("open", ids.id(Kind::Account, n)));
    let mints = accounts.map(|n| Entry {
        credit: Some(ids.id(Kind::Account, n)),
        amount: Some(START_TOKENS * UNITS),
        ..entry("mint", ids.id(Kind::Mint, n))
    });
    let transfers = transfers.iter().map(|&n| transfer(data, n));
    opens.chain(mints).chain(transfers).collect()
}

/// The names of the checks that fail for this journal, with accounts that follow from `accounts_of`.
fn failing(data: &Data, journal: &[Entry], accounts_of: &[Entry]) -> Vec<String> {
    let mut ledger: HashMap<u128, Account> = HashMap::new();
    for entry in accounts_of {
        let opened = |id| Account {
            id,
            balance: 0,
            frozen: 0,
            held: 0,
            version: 1,
        };
        if entry.kind == "open" {
            ledger.entry(entry.id).or_insert(opened(entry.id));
        }
        if let Some(debit) = entry.debit {
            let account = ledger.get_mut(&debit).unwrap();
            account.balance -= entry.amount.unwrap();
            account.version += 1;
        }
        if let Some(credit) = entry.credit {
            let account = ledger.entry(credit).or_insert(opened(credit));
            account.balance += entry.amount.unwrap();
            account.version += 1;
        }
    }
    let mut findings = Findings::new(data.fates().clone());
    for entry in journal {
        findings.entry(data, entry);
    }
    for account in ledger.values() {
        findings.account(data, account);
    }
    let checks = findings.checks(data);
    checks
        .into_iter()
        .filter(|check| !check.held)
        .map(|check| check.name)
        .collect()
}

fn accept(data: &Data, transfers: &[u64]) {
    for &n in transfers {
        data.note(n, Fate::Accepted);
    }
}

proptest! {
    #[test]
    fn an_honest_ledger_passes(n in 0..40_u64, lost_answers in prop::collection::vec(0..40_u64, 0..5)) {
        let data = data(7);
        let sent: Vec<u64> = (0..n).collect();
        accept(&data, &sent);
        for &unknown in lost_answers.iter().filter(|&&u| u < n) {
            data.note(unknown, Fate::Unknown);
        }
        let journal = honest(&data, &sent);
        prop_assert_eq!(failing(&data, &journal, &journal), Vec::<String>::new());
    }
}

#[test]
fn a_lost_transfer_is_found() {
    let data = data(7);
    accept(&data, &[0, 1, 2]);
    let journal = honest(&data, &[0, 2]);
    assert_eq!(
        failing(&data, &journal, &journal),
        ["every accepted transfer is in the journal exactly once"]
    );
}

#[test]
fn a_doubled_transfer_is_found() {
    let data = data(7);
    accept(&data, &[0, 1]);
    let journal = honest(&data, &[0, 1, 1]);
    assert_eq!(
        failing(&data, &journal, &journal),
        ["every accepted transfer is in the journal exactly once"]
    );
}

#[test]
fn an_invented_a_changed_and_a_contradicted_transfer_are_found() {
    let name = "nothing is in the journal that was not sent, or was refused";
    let data = data(7);
    accept(&data, &[0]);
    let invented = honest(&data, &[0, 5]);
    assert_eq!(failing(&data, &invented, &invented), [name]);
    let mut changed = honest(&data, &[0]);
    *changed.last_mut().unwrap().amount.as_mut().unwrap() += 1;
    assert_eq!(failing(&data, &changed, &changed), [name]);
    data.note(0, Fate::Refused);
    let contradicted = honest(&data, &[0]);
    assert_eq!(failing(&data, &contradicted, &contradicted), [name]);
}

#[test]
fn a_wrong_balance_is_found_even_if_the_sum_is_right() {
    let data = data(7);
    accept(&data, &[0, 1]);
    // The balances follow another transfer than the journal's second one.
    let journal = honest(&data, &[0, 1]);
    let other = honest(&data, &[0, 2]);
    assert_eq!(
        failing(&data, &journal, &other),
        [
            "every balance is what the journal makes it",
            "every version counts the changes of its account"
        ]
    );
}

#[test]
fn a_version_that_counts_too_much_is_found() {
    let data = data(7);
    let mut findings = Findings::new(data.fates().clone());
    for entry in honest(&data, &[]) {
        findings.entry(&data, &entry);
    }
    let account = |n: u64, version| Account {
        id: data.ids().id(Kind::Account, n),
        balance: START_TOKENS * UNITS,
        frozen: 0,
        held: 0,
        version,
    };
    (0..7).for_each(|n| findings.account(&data, &account(n, 2 + n / 6)));
    let checks = findings.checks(&data);
    let failing: Vec<_> = checks.iter().filter(|check| !check.held).collect();
    assert_eq!(failing.len(), 1, "{failing:?}");
    assert_eq!(
        failing[0].name,
        "every version counts the changes of its account"
    );
}

#[test]
fn amounts_are_read_exactly() {
    use super::client::units;
    assert_eq!(units("1"), Some(UNITS));
    assert_eq!(units("0.000000000000000001"), Some(1));
    assert_eq!(
        units("999999999999999999.999999999999999999"),
        Some(10_u128.pow(36) - 1)
    );
    for bad in [
        "",
        ".5",
        "1e3",
        "-1",
        "1.0000000000000000001",
        "99999999999999999999999999999",
    ] {
        assert_eq!(units(bad), None, "{bad}");
    }
    assert_eq!(tokens(1_500_000_000_000_000_000), "1.5");
    let transfer = data(3).transfer(1);
    assert_eq!(units(&transfer.amount_text()), Some(transfer.units()));
}
