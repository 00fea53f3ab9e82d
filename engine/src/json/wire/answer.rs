//! Answers as they are sent.

use crate::amount::{Amount, UNITS_PER_TOKEN};
use crate::ledger::{
    Account, AccountId, AccountPage, CommandId, Entry, JournalPage, Sequence, StatementLine,
    StatementPage, TokenTotals, Totals,
};
use serde::{Serialize, Serializer};

/// A value shown as a JSON string, formatted on the stack.
#[derive(Debug, Clone, Copy)]
pub struct Shown<T>(T);

impl Serialize for Shown<AccountId> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.text().as_str())
    }
}

impl Serialize for Shown<CommandId> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.text().as_str())
    }
}

impl Serialize for Shown<Amount> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.text().as_str())
    }
}

/// `{"error": {...}}`.
#[derive(Debug, Serialize)]
pub struct ErrorAnswer<'a> {
    /// The one member.
    pub error: ErrorDetail<'a>,
}

/// What went wrong.
#[derive(Debug, Serialize)]
pub struct ErrorDetail<'a> {
    /// A fixed name.
    pub code: &'static str,
    /// For people.
    pub message: &'a str,
    /// The field at fault, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'static str>,
    /// Of a recorded refusal: its place. Of a 404: the place up to which the answer is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Of a recorded refusal: whether it is the answer of an earlier time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replayed: Option<bool>,
}

/// An accepted mint or transfer.
#[derive(Debug, Serialize)]
pub struct CommandAnswer {
    id: Shown<CommandId>,
    status: &'static str,
    sequence: u64,
    replayed: bool,
}

impl CommandAnswer {
    /// The answer to the command of that key, accepted at `sequence`.
    pub fn ok(id: CommandId, sequence: Sequence, replayed: bool) -> Self {
        Self {
            id: Shown(id),
            status: crate::ledger::Status::Ok.name(),
            sequence: sequence.get(),
            replayed,
        }
    }
}

/// An accepted open.
#[derive(Debug, Serialize)]
pub struct OpenAnswer {
    account: AccountAnswer,
    replayed: bool,
}

impl OpenAnswer {
    /// The account as it was opened, now or the first time.
    pub fn new(account: &Account, replayed: bool) -> Self {
        Self {
            account: AccountAnswer::new(account),
            replayed,
        }
    }
}

/// One account.
#[derive(Debug, Serialize)]
pub struct AccountAnswer {
    id: Shown<AccountId>,
    balance: Shown<Amount>,
    version: u64,
    sequence: u64,
}

impl AccountAnswer {
    /// Shows an account.
    pub fn new(account: &Account) -> Self {
        Self {
            id: Shown(account.id),
            balance: Shown(account.balance),
            version: account.version,
            sequence: account.sequence.get(),
        }
    }
}

/// A page of accounts.
#[derive(Debug, Serialize)]
pub struct AccountsAnswer {
    accounts: Vec<AccountAnswer>,
    next: Option<Shown<AccountId>>,
}

impl AccountsAnswer {
    /// Shows a page.
    pub fn new(page: &AccountPage) -> Self {
        Self {
            accounts: page.accounts.iter().map(AccountAnswer::new).collect(),
            next: page.next.map(Shown),
        }
    }
}

/// One entry of the journal; fields that its kind lacks are `null`.
#[derive(Debug, Serialize)]
pub struct EntryAnswer {
    sequence: u64,
    id: Shown<CommandId>,
    kind: &'static str,
    debit: Option<Shown<AccountId>>,
    credit: Option<Shown<AccountId>>,
    amount: Option<Shown<Amount>>,
    status: &'static str,
}

impl EntryAnswer {
    /// Shows an entry.
    pub fn new(sequence: Sequence, entry: &Entry) -> Self {
        let command = entry.command();
        Self {
            sequence: sequence.get(),
            id: Shown(command.id()),
            kind: command.kind().name(),
            debit: command.debit().map(Shown),
            credit: command.credit().map(Shown),
            amount: command.amount().map(Shown),
            status: entry.status().name(),
        }
    }
}

/// A page of the journal.
#[derive(Debug, Serialize)]
pub struct JournalAnswer {
    entries: Vec<EntryAnswer>,
    next: Option<u64>,
}

impl JournalAnswer {
    /// Shows a page.
    pub fn new(page: &JournalPage) -> Self {
        let entries = page.entries.iter();
        Self {
            entries: entries
                .map(|(sequence, entry)| EntryAnswer::new(*sequence, entry))
                .collect(),
            next: page.next.map(Sequence::get),
        }
    }
}

/// One movement of a statement.
#[derive(Debug, Serialize)]
struct LineAnswer {
    sequence: u64,
    id: Shown<CommandId>,
    kind: &'static str,
    debit: Option<Shown<AccountId>>,
    credit: Option<Shown<AccountId>>,
    amount: Option<Shown<Amount>>,
    balance: Shown<Amount>,
}

impl LineAnswer {
    fn new(line: &StatementLine) -> Self {
        let command = line.entry.command();
        Self {
            sequence: line.sequence.get(),
            id: Shown(command.id()),
            kind: command.kind().name(),
            debit: command.debit().map(Shown),
            credit: command.credit().map(Shown),
            amount: command.amount().map(Shown),
            balance: Shown(line.balance),
        }
    }
}

/// A page of a statement.
#[derive(Debug, Serialize)]
pub struct StatementAnswer {
    entries: Vec<LineAnswer>,
    next: Option<u64>,
}

impl StatementAnswer {
    /// Shows a page.
    pub fn new(page: &StatementPage) -> Self {
        Self {
            entries: page.lines.iter().map(LineAnswer::new).collect(),
            next: page.next.map(Sequence::get),
        }
    }
}

/// Units of a sum that may exceed an amount's range, shown as an amount is.
#[derive(Debug, Clone, Copy)]
struct ShownUnits(u128);

impl Serialize for ShownUnits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(amount) = Amount::from_units(self.0) {
            return Shown(amount).serialize(serializer);
        }
        let (tokens, rest) = (self.0 / UNITS_PER_TOKEN, self.0 % UNITS_PER_TOKEN);
        let text = format!("{tokens}.{rest:018}");
        serializer.serialize_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// The exact totals of one token.
#[derive(Debug, Serialize)]
struct TokenTotalsAnswer<'a> {
    token: u32,
    name: &'a str,
    symbol: &'a str,
    supply: Shown<Amount>,
    cap: Shown<Amount>,
    sum_of_balances: Shown<Amount>,
    sum_of_frozen: Shown<Amount>,
    sum_of_held: Shown<Amount>,
    minted: ShownUnits,
    burned: ShownUnits,
    accounts: u64,
    open_holds: u64,
    paused: bool,
}

impl<'a> TokenTotalsAnswer<'a> {
    fn new(totals: &'a TokenTotals) -> Self {
        Self {
            token: totals.token.0,
            name: &totals.name,
            symbol: &totals.symbol,
            supply: Shown(totals.supply),
            cap: Shown(totals.cap),
            sum_of_balances: Shown(totals.sum_of_balances),
            sum_of_frozen: Shown(totals.sum_of_frozen),
            sum_of_held: Shown(totals.sum_of_held),
            minted: ShownUnits(totals.minted),
            burned: ShownUnits(totals.burned),
            accounts: totals.accounts,
            open_holds: totals.open_holds,
            paused: totals.is_paused,
        }
    }
}

/// The exact totals: those of the first token, and all tokens one by one.
#[derive(Debug, Serialize)]
pub struct TotalsAnswer<'a> {
    accounts: u64,
    supply: Shown<Amount>,
    sum_of_balances: Shown<Amount>,
    minted: ShownUnits,
    burned: ShownUnits,
    mints: u64,
    transfers: u64,
    refused: u64,
    sequence: u64,
    tokens: Vec<TokenTotalsAnswer<'a>>,
}

impl<'a> TotalsAnswer<'a> {
    /// Shows totals; before the first entry the sequence is 0.
    pub fn new(totals: &'a Totals) -> Self {
        let first = totals.tokens.first();
        let amount = |of: fn(&TokenTotals) -> Amount| Shown(first.map_or(Amount::ZERO, of));
        let units = |of: fn(&TokenTotals) -> u128| ShownUnits(first.map_or(0, of));
        Self {
            accounts: totals.accounts,
            supply: amount(|token| token.supply),
            sum_of_balances: amount(|token| token.sum_of_balances),
            minted: units(|token| token.minted),
            burned: units(|token| token.burned),
            mints: totals.mints,
            transfers: totals.transfers,
            refused: totals.refused,
            sequence: totals.sequence.map_or(0, Sequence::get),
            tokens: totals.tokens.iter().map(TokenTotalsAnswer::new).collect(),
        }
    }
}

/// What is running.
#[derive(Debug, Serialize)]
pub struct InfoAnswer {
    /// The crate's name.
    pub name: &'static str,
    /// The crate's version.
    pub version: &'static str,
    /// `debug` or `release`.
    pub build: &'static str,
    /// What survives a crash.
    pub durability: &'static str,
    /// How commands meet the state.
    pub executor: &'static str,
    /// Bounds.
    pub limits: LimitsAnswer,
}

/// The bounds in force.
#[derive(Debug, Serialize)]
pub struct LimitsAnswer {
    /// Accounts.
    pub accounts: u32,
    /// Entries and idempotency keys.
    pub entries: u32,
    /// Tokens.
    supply_cap: Shown<Amount>,
    /// Open connections.
    pub connections: usize,
    /// Bytes of a request body.
    pub body_bytes: usize,
    /// Rows of a page, by what it lists.
    pub page: PageLimitsAnswer,
}

impl LimitsAnswer {
    /// Shows the bounds of a service with that many connections.
    pub fn new(
        limits: &crate::ledger::Limits,
        connections: usize,
        body_bytes: usize,
        page: PageLimitsAnswer,
    ) -> Self {
        Self {
            accounts: limits.accounts_max,
            entries: limits.entries_max,
            supply_cap: Shown(limits.supply_cap),
            connections,
            body_bytes,
            page,
        }
    }
}

/// The largest `limit` of each list.
#[derive(Debug, Serialize)]
pub struct PageLimitsAnswer {
    /// Of accounts.
    pub accounts: usize,
    /// Of the journal.
    pub journal: usize,
    /// Of a statement.
    pub statement: usize,
}

/// The service answers.
#[derive(Debug, Serialize)]
pub struct HealthAnswer {
    /// `ok`.
    pub status: &'static str,
}
