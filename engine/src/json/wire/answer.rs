//! Answers as they are sent.

use crate::amount::Amount;
use crate::ledger::{AccountId, CommandId, Entry, Flags, JournalPage, Outcome, Sequence, TokenId};
use serde::{Serialize, Serializer};

pub use account::{AccountAnswer, AccountsAnswer, AllowanceAnswer, HoldAnswer, OpenAnswer};
pub use info::{HealthAnswer, InfoAnswer, LimitsAnswer, PageLimitsAnswer};
pub use totals::TotalsAnswer;

mod account;
mod info;
mod totals;

/// A value shown as a JSON string, formatted on the stack.
#[derive(Debug, Clone, Copy)]
pub struct Shown<T>(pub T);

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

/// A problem as RFC 9457 has it, and besides the same as `{"error": {...}}`, as earlier versions answered.
#[derive(Debug, Serialize)]
pub struct ErrorAnswer<'a> {
    /// The problem.
    #[serde(flatten)]
    pub problem: ProblemAnswer<'a>,
    /// The same in the older form.
    pub error: ErrorDetail<'a>,
}

/// The members of a problem.
#[derive(Debug, Serialize)]
pub struct ProblemAnswer<'a> {
    /// The HTTP status.
    pub status: u16,
    /// A fixed name.
    pub name: &'static str,
    /// Of a refusal by the ledger: its fixed number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u8>,
    /// For people.
    pub detail: &'a str,
    /// The field at fault, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'static str>,
    /// Of a recorded refusal: its place. Of a 404: the place up to which the answer is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
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

/// The outcome of one command of a batch.
#[derive(Debug, Serialize)]
pub struct BatchLine {
    index: u32,
    status: &'static str,
    number: u8,
    sequence: Option<u64>,
    replayed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
}

impl BatchLine {
    /// Shows the outcome of the command at `index`, with the field at fault if that is known.
    pub fn new(index: u32, outcome: &Outcome, field: Option<&'static str>) -> Self {
        let reused = match outcome {
            Outcome::Reused { field, .. } => Some(*field),
            _ => None,
        };
        Self {
            index,
            status: outcome.status().name(),
            number: outcome.status().number(),
            sequence: outcome.sequence().map(Sequence::get),
            replayed: outcome.is_replayed(),
            field: field.or(reused),
        }
    }
}

/// What an airdrop has done.
#[derive(Debug, Serialize)]
pub struct AirdropAnswer {
    /// Its id.
    pub id: Shown<CommandId>,
    /// The account through which it goes.
    pub account: Shown<AccountId>,
    /// What was moved to that account first.
    pub total: Shown<Amount>,
    /// Receivers who have got their amount.
    pub delivered: u64,
    /// Receivers who were refused.
    pub refused: u64,
    /// What was refused and went back to the source.
    pub returned: Shown<Amount>,
}

/// How far an airdrop is, as the ledger shows it.
#[derive(Debug, Serialize)]
pub struct AirdropStateAnswer {
    /// Its id.
    pub id: Shown<CommandId>,
    /// The account through which it goes.
    pub account: Shown<AccountId>,
    /// What was moved to that account first; `null` if that was refused.
    pub total: Option<Shown<Amount>>,
    /// What is still in that account; nothing once the airdrop is over.
    pub undelivered: Shown<Amount>,
    /// The last change of that account.
    pub sequence: u64,
}

/// One entry of the journal; fields that its kind lacks are `null`, and what is seldom there is left out.
#[derive(Debug, Serialize)]
pub struct EntryAnswer {
    sequence: u64,
    id: Shown<CommandId>,
    kind: &'static str,
    debit: Option<Shown<AccountId>>,
    credit: Option<Shown<AccountId>>,
    amount: Option<Shown<Amount>>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<Shown<CommandId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    spender: Option<Shown<AccountId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kyc_level: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<Shown<CommandId>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    flags: Vec<&'static str>,
}

impl EntryAnswer {
    /// Shows an entry.
    pub fn new(sequence: Sequence, entry: &Entry) -> Self {
        let command = entry.command();
        let profile = command.profile();
        let (token, reference) = (command.token().0, command.reference());
        let flags = Flags::NAMED.iter();
        let set = flags.filter(|(flag, _)| command.flags().has(*flag));
        Self {
            sequence: sequence.get(),
            id: Shown(command.id()),
            kind: command.kind().name(),
            debit: command.debit().map(Shown),
            credit: command.credit().map(Shown),
            amount: command.amount().map(Shown),
            status: entry.status().name(),
            hold: command.hold().map(Shown),
            spender: command.spender().map(Shown),
            token: (token > TokenId::FIRST.0).then_some(token),
            kyc_level: profile
                .map(|profile| profile.level)
                .filter(|level| *level > 0),
            reference: (reference > 0).then_some(Shown(CommandId::new(reference))),
            flags: set.map(|(_, name)| *name).collect(),
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
