//! Opens a journal: the newest snapshot that is whole, then every group behind it.

use super::replay;
use crate::journal::{EngineId, From, JournalError, Recovered, Storage, owner, recover, snapshot};
use crate::ledger::{Ledger, Limits, TokenSpec, encode_tokens};
use std::sync::Arc;

/// A ledger as its journal has it, ready to go on.
pub(super) struct Opened {
    pub(super) ledger: Ledger,
    pub(super) recovered: Recovered,
    pub(super) begun: Begun,
}

/// Where the replay began.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Begun {
    /// The sequence of the snapshot that was read; 0 without one.
    pub snapshot: u64,
    /// Newer snapshots that are damaged, by name.
    pub bad: Vec<String>,
}

/// An empty ledger of these tokens; of one plain token if there are none.
///
/// # Errors
/// Tokens that cannot stand together.
pub(super) fn empty(limits: Limits, tokens: &[TokenSpec]) -> Result<Ledger, JournalError> {
    if tokens.is_empty() {
        return Ok(Ledger::new(limits));
    }
    Ledger::with_tokens(limits, tokens.to_vec())
        .map_err(|error| JournalError::Tokens(error.to_string()))
}

/// Opens the journal of these tokens, or makes it.
///
/// # Errors
/// A journal that cannot be had or trusted, or that is of other tokens.
pub(super) fn open(
    storage: &Arc<dyn Storage>,
    fresh: EngineId,
    limits: Limits,
    tokens: &[TokenSpec],
) -> Result<Opened, JournalError> {
    let asked: Vec<_> = empty(limits, tokens)?.tokens().cloned().collect();
    let (kept, bad) = newest(storage.as_ref(), limits)?;
    let (from, mut ledger) = match kept {
        Some((from, ledger)) => (from, ledger),
        None => (From::START, empty(limits, tokens)?),
    };
    if ledger.tokens().ne(&asked) {
        return Err(other(ledger.tokens(), &asked));
    }
    let recovered = recovered(storage, fresh, from, &asked, &mut ledger)?;
    Ok(Opened {
        ledger,
        recovered,
        begun: Begun {
            snapshot: from.sequence,
            bad,
        },
    })
}

/// The newest snapshot as a ledger, and the names of those that are damaged.
type Newest = (Option<(From, Ledger)>, Vec<String>);

/// Reads snapshots until one is whole.
pub(super) fn newest(storage: &dyn Storage, limits: Limits) -> Result<Newest, JournalError> {
    let Some(engine) = owner(storage)? else {
        return Ok((None, Vec::new()));
    };
    let found = snapshot::newest(storage, engine, &mut |state| {
        Ledger::import(limits, state).ok()
    })?;
    Ok((found.snapshot, found.bad))
}

fn recovered(
    storage: &Arc<dyn Storage>,
    fresh: EngineId,
    from: From,
    asked: &[TokenSpec],
    ledger: &mut Ledger,
) -> Result<Recovered, JournalError> {
    let definitions = encode_tokens(asked);
    let found = recover(storage, fresh, from, &definitions, &mut |group| {
        replay::group(ledger, group)
    });
    match found {
        Err(JournalError::OtherDefinitions { found }) => match crate::ledger::decode_tokens(&found)
        {
            Ok(found) => Err(other(found.iter(), asked)),
            Err(error) => Err(JournalError::Tokens(error.to_string())),
        },
        found => found,
    }
}

fn other<'a>(found: impl Iterator<Item = &'a TokenSpec>, asked: &[TokenSpec]) -> JournalError {
    JournalError::OtherTokens {
        found: described(found),
        asked: described(asked.iter()),
    }
}

fn described<'a>(tokens: impl Iterator<Item = &'a TokenSpec>) -> String {
    tokens
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" and ")
}
