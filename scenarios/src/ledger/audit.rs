//! The audit: is what the ledger holds what its users were told? Read over HTTP after the run, drawn again from the seed.

mod whole;

use super::client::{self, Account, Entry, Totals, tokens};
use super::{Data, Fate, START_TOKENS, UNITS};
use crate::id::Kind;
use driver::{Client, ClientError};
use record::run::{Audit, AuditCheck};
use std::collections::HashMap;
use whole::Whole;

/// Reads the journal from the first entry of this run, all accounts and the totals.
pub(super) async fn audit(data: &Data, client: &Client, from: u64) -> Result<Audit, ClientError> {
    let (mut findings, mut whole) = (Findings::new(data.fates().clone()), Whole::default());
    client::journal(client, from, |entry| {
        findings.entry(data, entry);
        whole.entry(entry);
    })
    .await?;
    client::accounts(client, |account| {
        findings.account(data, &account);
        whole.account(&account);
    })
    .await?;
    let totals: Totals = client::totals(client).await?;
    let mut checks = whole.checks(&totals);
    checks.extend(findings.checks(data));
    Ok(Audit { checks })
}

/// What the journal and the accounts showed.
#[derive(Debug, Default)]
struct Findings {
    /// What users were told, by arrival.
    fates: Vec<Fate>,
    /// How often each arrival's transfer is in the journal as accepted.
    seen: Vec<u8>,
    /// Transfers of this run that differ from what was sent, or were never sent.
    invented: u64,
    /// Transfers that users were told are refused and that the journal has as accepted.
    contradicted: u64,
    /// What the journal's entries make of this run's accounts.
    expected: HashMap<u128, Expected>,
    accounts: u64,
    wrong_balances: u64,
    wrong_versions: u64,
    own_sum: u128,
    own_minted: u128,
}

/// An account as the journal makes it.
#[derive(Debug, Default)]
struct Expected {
    balance: u128,
    /// Entries that changed it after it was opened.
    changes: u64,
}

impl Findings {
    fn new(fates: Vec<Fate>) -> Self {
        Self {
            seen: vec![0; fates.len()],
            fates,
            ..Self::default()
        }
    }

    fn entry(&mut self, data: &Data, entry: &Entry) {
        let Some((kind, number)) = data.ids().read(entry.id) else {
            return;
        };
        if !entry.accepted {
            return;
        }
        match kind {
            Kind::Account | Kind::Opened => {
                self.expected.entry(entry.id).or_default();
            }
            Kind::Mint => {
                let amount = entry.amount.unwrap_or_default();
                self.own_minted += amount;
                self.add(entry.credit, amount);
            }
            Kind::Transfer => self.transfer(data, entry, number),
        }
    }

    fn transfer(&mut self, data: &Data, entry: &Entry, number: u64) {
        let sent = data.transfer(number);
        let same = entry.kind == "transfer"
            && entry.debit == Some(sent.debit)
            && entry.credit == Some(sent.credit)
            && entry.amount == Some(sent.units());
        match self.fates.get(number as usize) {
            Some(Fate::Accepted | Fate::Unknown) if same => {}
            Some(Fate::Refused) if same => self.contradicted += 1,
            _ => self.invented += 1,
        }
        if let Some(seen) = self.seen.get_mut(number as usize) {
            *seen = seen.saturating_add(1);
        }
        let amount = entry.amount.unwrap_or_default();
        if let Some(debit) = entry.debit {
            let expected = self.expected.entry(debit).or_default();
            expected.balance = expected.balance.wrapping_sub(amount);
            expected.changes += 1;
        }
        self.add(entry.credit, amount);
    }

    fn add(&mut self, account: Option<u128>, amount: u128) {
        if let Some(account) = account {
            let expected = self.expected.entry(account).or_default();
            expected.balance = expected.balance.wrapping_add(amount);
            expected.changes += 1;
        }
    }

    fn account(&mut self, data: &Data, account: &Account) {
        if data.ids().read(account.id).is_none() {
            return;
        }
        self.accounts += 1;
        self.own_sum += account.balance;
        // Each account is taken out when it is found, so that what is left was lost.
        let expected = self.expected.remove(&account.id);
        if expected.as_ref().map(|expected| expected.balance) != Some(account.balance) {
            self.wrong_balances += 1;
        }
        if expected.map(|expected| expected.changes + 1) != Some(account.version) {
            self.wrong_versions += 1;
        }
    }

    fn checks(&self, data: &Data) -> Vec<AuditCheck> {
        let accepted = self
            .fates
            .iter()
            .filter(|fate| **fate == Fate::Accepted)
            .count();
        let unknown = self
            .fates
            .iter()
            .filter(|fate| **fate == Fate::Unknown)
            .count();
        let pairs = || self.fates.iter().zip(&self.seen);
        let lost = pairs()
            .filter(|(fate, seen)| **fate == Fate::Accepted && **seen == 0)
            .count();
        let doubled = self.seen.iter().filter(|seen| **seen > 1).count();
        let minted = u128::from(data.accounts) * START_TOKENS * UNITS;
        let check = |name: &str, held: bool, detail: String| AuditCheck {
            name: name.to_owned(),
            held,
            detail,
        };
        vec![
            check(
                "balances of this run's accounts add up to what it minted",
                self.own_sum == minted && self.own_minted == minted,
                format!(
                    "{} in {} accounts, minted {}",
                    tokens(self.own_sum),
                    self.accounts,
                    tokens(minted)
                ),
            ),
            check(
                "every accepted transfer is in the journal exactly once",
                lost == 0 && doubled == 0,
                format!(
                    "{accepted} accepted, {lost} lost, {doubled} doubled; {unknown} without an answer, either fate is right"
                ),
            ),
            check(
                "nothing is in the journal that was not sent, or was refused",
                self.invented == 0 && self.contradicted == 0,
                format!(
                    "{} not as sent, {} refused and yet done",
                    self.invented, self.contradicted
                ),
            ),
            check(
                "every balance is what the journal makes it",
                self.wrong_balances == 0 && self.expected.is_empty(),
                format!(
                    "{} accounts, {} wrong, {} missing",
                    self.accounts,
                    self.wrong_balances,
                    self.expected.len()
                ),
            ),
            check(
                "every version counts the changes of its account",
                self.wrong_versions == 0,
                format!("{} accounts, {} wrong", self.accounts, self.wrong_versions),
            ),
        ]
    }
}

#[cfg(test)]
mod tests;
