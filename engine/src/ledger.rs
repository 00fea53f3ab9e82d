//! The ledger: one function over a state.
//!
//! [`Ledger::apply`] reads no clock, does no I/O and draws no random number that could be seen in an outcome: the same state, the
//! same time and the same command give the same outcome.

pub use account::{Account, AccountState};
pub use audit::{ConservationError, Counts, TokenTotals, Totals};
pub use batch::{Batch, Merged};
pub use command::{
    Address, Allowance, Chain, Command, Flags, KYC_LEVEL_MAX, Kind, Profile, Role, ShapeError,
    TokenId,
};
pub use entry::Entry;
pub use hold::{Hold, HoldState};
pub use id::{AccountId, CommandId, IdError, IdText};
pub use image::{ImageError, Sink, decode_tokens, encode_tokens};
pub use lane::{Prepared, Shift};
pub use levels::Levels;
pub use limits::Limits;
pub use read::{AccountPage, JournalPage, StatementError, StatementLine, StatementPage};
pub use record::{AnswerRecord, CommandRecord, RECORD_BYTES};
pub use sequence::Sequence;
pub use status::{Outcome, Status};
pub use token::{KycPolicy, TOKENS_MAX, TokenError, TokenSpec, TokenTextError};

mod account;
mod audit;
mod batch;
mod command;
mod digest;
mod entry;
mod hash;
mod hold;
mod id;
mod ids;
mod image;
mod lane;
mod levels;
mod limits;
mod linked;
pub mod part;
mod read;
mod record;
mod replay;
mod rules;
mod sequence;
mod state;
mod status;
mod token;

use audit::Found;
use entry::Entries;
use ids::Ids;
use state::{Change, State};
use token::Tokens;

/// The whole state with its history.
#[derive(Debug)]
pub struct Ledger {
    state: State,
    ids: Ids,
    entries: Entries,
    counts: Counts,
    /// Of a part of a ledger: what all rows add up to where they lie.
    elsewhere: Option<Found>,
}

impl Ledger {
    /// An empty ledger of one plain token, [`TokenId::FIRST`], with the cap of `limits`.
    ///
    /// # Panics
    /// Never: one plain token is always a valid set of tokens.
    pub fn new(limits: Limits) -> Self {
        let token = TokenSpec::plain(TokenId::FIRST, limits.supply_cap);
        Self::with_tokens(limits, vec![token]).expect("one plain token is valid")
    }

    /// An empty ledger of these tokens.
    ///
    /// # Errors
    /// Tokens that cannot stand together.
    pub fn with_tokens(limits: Limits, tokens: Vec<TokenSpec>) -> Result<Self, TokenError> {
        Ok(Self {
            state: State::new(limits, Tokens::new(tokens)?),
            ids: Ids::new(),
            entries: Entries::default(),
            counts: Counts::default(),
            elsewhere: None,
        })
    }

    /// Answers one command at that time (milliseconds since 1970), and changes the state if the answer is a new `ok`.
    ///
    /// # Panics
    /// When units were made or lost: the ledger must not answer any more.
    #[inline(never)]
    pub fn apply(&mut self, now_ms: u64, command: &Command) -> Outcome {
        if command.flags.has(Flags::LINKED) {
            let shape = command.check_shape().err();
            return Outcome::Unrecorded(shape.map_or(Status::LinkedOpen, |error| error.status));
        }
        let outcome = self.answer(now_ms, command);
        self.state.assert_conserved();
        outcome
    }

    /// As [`Ledger::apply`], also for a member of a chain, and without comparing sums.
    fn answer(&mut self, now_ms: u64, command: &Command) -> Outcome {
        if let Err(error) = command.check_shape() {
            return Outcome::Unrecorded(error.status);
        }
        let Some(sequence) = self.place() else {
            return match self.ids.get(command.id) {
                Some(first) => self.repeat(command, first),
                None => Outcome::Unrecorded(Status::Capacity),
            };
        };
        if let Err(first) = self.ids.claim(command.id, sequence) {
            return self.repeat(command, first);
        }
        let decision = if command.deadline_ms != 0 && now_ms > command.deadline_ms {
            Err(Status::LateInQueue)
        } else {
            rules::decide(&self.state, now_ms, command)
        };
        match decision {
            Err(status) if !status.is_recorded() => {
                self.ids.release(command.id);
                Outcome::Unrecorded(status)
            }
            decision => self.record(command, decision, sequence),
        }
    }

    /// The smallest part of a token, in units of 10^-18; `None` if there is no such token.
    pub fn step(&self, token: TokenId) -> Option<std::num::NonZeroU128> {
        let slot = self.state.tokens.slot(token)?;
        std::num::NonZeroU128::new(self.state.tokens.get(slot).step)
    }

    /// The place of the last recorded command.
    pub fn last_sequence(&self) -> Option<Sequence> {
        self.entries.last()
    }

    /// Commands that end the holds whose time is over at `now_ms`, at most `limit`, in order of deadline and sequence.
    ///
    /// The executor applies them, at the same time, before what arrived from outside; then a replay needs no clock.
    pub fn due(&self, now_ms: u64, limit: usize) -> Vec<Command> {
        self.state
            .holds
            .due(now_ms)
            .take(limit)
            .map(|hold| Command::expire(self.expiry_id(hold.id), hold.id))
            .collect()
    }

    /// When the next hold ends by itself, in milliseconds since 1970.
    pub fn next_due_ms(&self) -> Option<u64> {
        self.state.holds.next_deadline_ms()
    }

    /// A key for the end of a hold: the first of its row that nobody has used.
    fn expiry_id(&self, hold: CommandId) -> CommandId {
        expiry_keys(hold)
            .find(|id| self.ids.get(*id).is_none())
            .expect("the row has no end")
    }

    /// The answer to a key that was seen: the first outcome if it is the same command.
    fn repeat(&self, command: &Command, first: Sequence) -> Outcome {
        let Some(entry) = self.entries.get(first) else {
            unreachable!("every key belongs to an entry");
        };
        match command.first_difference(&entry.command()) {
            Some(field) => Outcome::Reused {
                field,
                sequence: first,
            },
            None => Outcome::Replayed {
                status: entry.status(),
                sequence: first,
            },
        }
    }

    /// Where the next entry goes; `None` at the limit.
    fn place(&self) -> Option<Sequence> {
        (self.entries.len() < self.state.limits.entries_max)
            .then(|| self.entries.next())
            .flatten()
    }

    /// Records a command that was just decided and has its key.
    fn record(
        &mut self,
        command: &Command,
        decision: Result<Change, Status>,
        sequence: Sequence,
    ) -> Outcome {
        let status = decision.err().unwrap_or(Status::Ok);
        let sides = match decision {
            Ok(change) => self.state.store(command, change, sequence),
            Err(_) => (None, None),
        };
        self.counts.add(command, status);
        self.entries.push(command, status, sides);
        debug_assert_eq!(self.entries.last(), Some(sequence));
        Outcome::Recorded { status, sequence }
    }

    /// Records a refusal of a command whose key is new.
    fn record_refusal(&mut self, command: &Command, status: Status) -> Outcome {
        match self.place() {
            Some(sequence) if status.is_recorded() => match self.ids.claim(command.id, sequence) {
                Ok(()) => self.record(command, Err(status), sequence),
                Err(first) => self.repeat(command, first),
            },
            Some(_) => Outcome::Unrecorded(status),
            None => Outcome::Unrecorded(Status::Capacity),
        }
    }
}

/// The keys that the end of a hold may have, in the order in which they are tried; the row has no end.
pub(crate) fn expiry_keys(hold: CommandId) -> impl Iterator<Item = CommandId> {
    // An odd factor, so that no two holds start at the same place; callers may still have used any key of the row.
    let next = |key: &u128| {
        Some(
            key.wrapping_mul(0x2d99_787f_36e6_fb4c_f13b_91e4_0d5f_6d0b)
                .wrapping_add(0x5851_f42d_4c95_7f2d_1405_7b7e_f767_814f),
        )
    };
    std::iter::successors(Some(hold.get()), next)
        .skip(1)
        .map(CommandId::new)
        .filter(|id| !id.is_reserved())
}

#[cfg(test)]
pub(crate) mod tests;
