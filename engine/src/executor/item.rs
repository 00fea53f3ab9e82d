//! What waits in the queue, and what waits for a group to be durable.

use crate::evidence::Evidence;
use crate::ledger::part::Needs;
use crate::ledger::{Command, Ledger, Outcome, Sequence};
use std::fmt;
use std::time::Instant;
use thiserror::Error;
use tokio::sync::oneshot;

/// Why there is no answer of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refused {
    /// The queue is full; nothing was recorded, and the same command may come again.
    #[error("too many commands wait; try again in a second")]
    Overloaded,
    /// The engine ends; nothing was recorded.
    #[error("the engine is stopping")]
    Stopping,
    /// The disk has no room for the next segment; nothing was recorded.
    #[error("the disk of the journal is full")]
    DiskFull,
    /// A write or sync failed: nothing is acknowledged any more, and whether this command survives is not known.
    #[error("the journal cannot be written, so nothing is acknowledged any more")]
    JournalFailed,
    /// An invariant broke: the ledger answers no more, because it cannot be trusted.
    #[error("an internal check of the ledger failed earlier, so it answers no more")]
    Stopped,
    /// The store does not answer; nothing was recorded, and the same command may come again.
    #[error("the store does not answer; try again in a second with the same id")]
    StoreDown,
    /// The connection to the store broke while it committed: whether this command is recorded is not known.
    #[error(
        "the connection to the store broke during the commit, so it is not known what became of the command; ask for its id, or send it again with the same id"
    )]
    StoreLost,
}

/// Where an answer goes.
pub(super) type Reply<T> = oneshot::Sender<Result<T, Refused>>;

/// One thing to do for the executor thread.
pub(super) enum Item {
    One {
        command: Command,
        evidence: Evidence,
        reply: Reply<Outcome>,
        entered: Instant,
    },
    Many {
        commands: Vec<Command>,
        evidence: Evidence,
        reply: Reply<Vec<Outcome>>,
        entered: Instant,
    },
    Read {
        #[cfg_attr(
            not(feature = "postgres"),
            expect(dead_code, reason = "a ledger in memory has everything")
        )]
        needs: Needs,
        asked: Box<dyn Asked>,
    },
}

impl Item {
    /// Commands, as the queue counts them; a read costs its place.
    pub(super) fn commands(&self) -> usize {
        match self {
            Self::One { .. } | Self::Read { .. } => 1,
            Self::Many { commands, .. } => commands.len().max(1),
        }
    }

    /// Answers without doing it.
    pub(super) fn refuse(self, refused: Refused) {
        match self {
            Self::One { reply, .. } => drop(reply.send(Err(refused))),
            Self::Many { reply, .. } => drop(reply.send(Err(refused))),
            Self::Read { asked, .. } => asked.answer(Err(refused)),
        }
    }

    /// Its commands.
    #[cfg(feature = "postgres")]
    pub(super) fn commands_of(&self) -> &[Command] {
        match self {
            Self::One { command, .. } => std::slice::from_ref(command),
            Self::Many { commands, .. } => commands,
            Self::Read { .. } => &[],
        }
    }
}

/// An answer that waits for its group.
pub(super) enum Completion {
    One(Reply<Outcome>, Outcome, Instant),
    Many(Reply<Vec<Outcome>>, Vec<Outcome>, Instant),
    Read(Box<dyn Asked>),
}

impl Completion {
    /// When what is recorded with this answer entered the queue; `None` for a read and for an answer without an entry of its own.
    pub(super) fn entered(&self) -> Option<Instant> {
        match self {
            Self::One(_, outcome, entered) => outcome.is_new().then_some(*entered),
            Self::Many(_, outcomes, entered) => outcomes
                .iter()
                .any(|outcome| outcome.is_new())
                .then_some(*entered),
            Self::Read(_) => None,
        }
    }

    /// Sends the answer; a caller who has gone away does not matter.
    pub(super) fn send(self, durable: Result<(), Refused>) {
        match self {
            Self::One(reply, outcome, _) => drop(reply.send(durable.map(|()| outcome))),
            Self::Many(reply, outcomes, _) => drop(reply.send(durable.map(|()| outcomes))),
            Self::Read(asked) => asked.answer(durable),
        }
    }
}

impl fmt::Debug for Completion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Completion")
    }
}

/// A question of any type.
pub(super) trait Asked: Send {
    /// Asks it; the answer is kept. The sequence of the last entry that the answer rests on; 0 for none.
    fn ask(&mut self, ledger: &Ledger) -> u64;
    /// Sends what was kept.
    fn answer(self: Box<Self>, durable: Result<(), Refused>);
}

/// A question before and after it was asked.
pub(super) struct Question<F, R> {
    question: Option<F>,
    answer: Option<R>,
    rests_on: u64,
}

impl<F, R> Question<F, R>
where
    F: FnOnce(&Ledger) -> (R, Option<Sequence>),
{
    pub(super) fn new(question: F) -> Self {
        Self {
            question: Some(question),
            answer: None,
            rests_on: 0,
        }
    }

    /// As [`Asked::ask`]; a question is asked only once.
    pub(super) fn ask(&mut self, ledger: &Ledger) -> u64 {
        if let Some(question) = self.question.take() {
            let (answer, rests_on) = question(ledger);
            self.answer = Some(answer);
            self.rests_on = rests_on.map_or(0, Sequence::get);
        }
        self.rests_on
    }

    /// What was kept.
    pub(super) fn answer(self) -> Result<R, Refused> {
        self.answer.ok_or(Refused::Stopped)
    }

    /// For somebody else to ask and to answer.
    pub(super) fn sent_to<S>(self, reply: S) -> Box<dyn Asked>
    where
        F: Send + 'static,
        R: Send + 'static,
        S: FnOnce(Result<R, Refused>) + Send + 'static,
    {
        Box::new(Sent {
            question: self,
            reply,
        })
    }
}

struct Sent<F, R, S> {
    question: Question<F, R>,
    reply: S,
}

impl<F, R, S> Asked for Sent<F, R, S>
where
    F: FnOnce(&Ledger) -> (R, Option<Sequence>) + Send,
    R: Send,
    S: FnOnce(Result<R, Refused>) + Send,
{
    fn ask(&mut self, ledger: &Ledger) -> u64 {
        self.question.ask(ledger)
    }

    fn answer(self: Box<Self>, durable: Result<(), Refused>) {
        let Self { question, reply } = *self;
        reply(durable.and_then(|()| question.answer()));
    }
}
