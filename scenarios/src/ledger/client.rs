//! The ledger over HTTP, as it is filled before a run and read by the auditor after it. Nothing here trusts the target: ids and amounts
//! are parsed and checked.

use super::UNITS;
use crate::id;
use driver::{Client, ClientError};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Exact totals of a ledger, in units.
#[derive(Debug, Clone)]
pub(super) struct Totals {
    pub(super) tokens: Vec<TokenTotals>,
    pub(super) sequence: u64,
}

/// Those of one token.
#[derive(Debug, Clone, Copy)]
pub(super) struct TokenTotals {
    pub(super) supply: u128,
    pub(super) cap: u128,
    pub(super) sum_of_balances: u128,
    pub(super) minted: u128,
    pub(super) burned: u128,
    pub(super) frozen: u128,
    pub(super) held: u128,
}

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) sequence: u64,
    pub(super) id: u128,
    pub(super) kind: String,
    pub(super) debit: Option<u128>,
    pub(super) credit: Option<u128>,
    pub(super) amount: Option<u128>,
    pub(super) accepted: bool,
}

/// One account and what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) id: u128,
    pub(super) balance: u128,
    pub(super) frozen: u128,
    pub(super) held: u128,
    pub(super) version: u64,
}

#[derive(Deserialize)]
struct TotalsAnswer {
    tokens: Vec<TokenTotalsAnswer>,
    sequence: u64,
}

#[derive(Deserialize)]
struct TokenTotalsAnswer {
    supply: String,
    cap: String,
    sum_of_balances: String,
    minted: String,
    burned: String,
    sum_of_frozen: String,
    sum_of_held: String,
}

#[derive(Deserialize)]
struct JournalAnswer {
    entries: Vec<EntryAnswer>,
    next: Option<u64>,
}

#[derive(Deserialize)]
struct EntryAnswer {
    sequence: u64,
    id: String,
    kind: String,
    debit: Option<String>,
    credit: Option<String>,
    amount: Option<String>,
    status: String,
}

#[derive(Deserialize)]
struct AccountsAnswer {
    accounts: Vec<AccountAnswer>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct AccountAnswer {
    id: String,
    balance: String,
    version: u64,
    /// Both are left out where nothing is.
    frozen: Option<String>,
    held: Option<String>,
}

const PAGE: u32 = 10_000;

async fn get<T: DeserializeOwned>(client: &Client, path: &str) -> Result<T, ClientError> {
    let body = client.get(path).await?;
    serde_json::from_slice(&body).map_err(|e| content(path, &e.to_string()))
}

fn content(path: &str, why: &str) -> ClientError {
    ClientError::Content {
        url: path.to_owned(),
        why: why.to_owned(),
    }
}

#[derive(Deserialize)]
struct BatchLine {
    status: String,
}

/// Sends a batch of commands, each of which must succeed.
pub(super) async fn batch(client: &Client, members: &[String]) -> Result<(), ClientError> {
    let path = "/v1/batch";
    let body = format!("[{}]", members.join(","));
    let answer = client.post(path, body.into_bytes()).await?;
    let lines: Vec<BatchLine> =
        serde_json::from_slice(&answer).map_err(|error| content(path, &error.to_string()))?;
    let bad = lines.iter().find(|line| line.status != "ok");
    match bad {
        None if lines.len() == members.len() => Ok(()),
        None => Err(content(path, "fewer answers than commands")),
        Some(line) => Err(content(path, &line.status)),
    }
}

pub(super) async fn totals(client: &Client) -> Result<Totals, ClientError> {
    let path = "/v1/audit/totals";
    let answer: TotalsAnswer = get(client, path).await?;
    let read = |text: &str| {
        units(text).ok_or_else(|| content(path, &format!("\"{text}\" is not an amount")))
    };
    let tokens = answer.tokens.iter().map(|token| {
        Ok(TokenTotals {
            supply: read(&token.supply)?,
            cap: read(&token.cap)?,
            sum_of_balances: read(&token.sum_of_balances)?,
            minted: read(&token.minted)?,
            burned: read(&token.burned)?,
            frozen: read(&token.sum_of_frozen)?,
            held: read(&token.sum_of_held)?,
        })
    });
    Ok(Totals {
        tokens: tokens.collect::<Result<_, ClientError>>()?,
        sequence: answer.sequence,
    })
}

/// Calls `take` with every entry from `from` on, in order.
pub(super) async fn journal(
    client: &Client,
    from: u64,
    mut take: impl FnMut(&Entry),
) -> Result<(), ClientError> {
    let mut next = Some(from);
    while let Some(from) = next {
        let path = format!("/v1/journal?from={from}&limit={PAGE}");
        let answer: JournalAnswer = get(client, &path).await?;
        for entry in answer.entries {
            let sequence = entry.sequence;
            let entry = Entry::read(entry).ok_or_else(|| {
                content(&path, &format!("entry {sequence} has a bad id or amount"))
            })?;
            take(&entry);
        }
        // A page that does not go on would be read for ever.
        if answer.next.is_some_and(|next| next <= from) {
            return Err(content(&path, "its next page is not a later one"));
        }
        next = answer.next;
    }
    Ok(())
}

impl Entry {
    fn read(entry: EntryAnswer) -> Option<Self> {
        // Absent is fine, unreadable is not.
        let id_of = |text: Option<String>| text.map(|text| id::parse(&text).ok_or(())).transpose();
        let amount = entry.amount.map(|text| units(&text).ok_or(())).transpose();
        Some(Self {
            sequence: entry.sequence,
            id: id::parse(&entry.id)?,
            kind: entry.kind,
            debit: id_of(entry.debit).ok()?,
            credit: id_of(entry.credit).ok()?,
            amount: amount.ok()?,
            accepted: entry.status == "ok",
        })
    }
}

impl Account {
    fn read(account: &AccountAnswer) -> Option<Self> {
        let part = |text: &Option<String>| text.as_deref().map_or(Some(0), units);
        Some(Self {
            id: id::parse(&account.id)?,
            balance: units(&account.balance)?,
            frozen: part(&account.frozen)?,
            held: part(&account.held)?,
            version: account.version,
        })
    }
}

/// Calls `take` with every account, in the order of ids.
pub(super) async fn accounts(
    client: &Client,
    mut take: impl FnMut(Account),
) -> Result<(), ClientError> {
    let mut after: Option<String> = None;
    loop {
        let path = match &after {
            Some(after) => format!("/v1/accounts?limit={PAGE}&after={after}"),
            None => format!("/v1/accounts?limit={PAGE}"),
        };
        let answer: AccountsAnswer = get(client, &path).await?;
        for account in &answer.accounts {
            let account = Account::read(account)
                .ok_or_else(|| content(&path, &format!("account {} cannot be read", account.id)))?;
            take(account);
        }
        match answer.next {
            None => return Ok(()),
            Some(next) if Some(&next) == after.as_ref() => {
                return Err(content(&path, "its next page is itself"));
            }
            next => after = next,
        }
    }
}

/// An amount with up to 18 decimals, in units; exact, or `None`.
pub(super) fn units(text: &str) -> Option<u128> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 18 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let fraction: u128 = format!("{fraction:0<18}").parse().ok()?;
    whole
        .parse::<u128>()
        .ok()?
        .checked_mul(UNITS)?
        .checked_add(fraction)
}

/// Units as tokens, for people.
pub(super) fn tokens(units: u128) -> String {
    let text = format!("{}.{:018}", units / UNITS, units % UNITS);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
