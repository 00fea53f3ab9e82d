//! Replay: every recorded command is applied again, and must come out as it did.

use super::open::empty;
use super::record;
use super::slot::ms;
use crate::journal::{Digest, Disk, Found, Group, JournalError, definitions, owner, snapshot};
use crate::ledger::{Ledger, Limits, Outcome, Totals, decode_tokens};
use std::collections::BTreeMap;
use std::path::Path;

/// Applies the entries of a group at the group's time.
pub(super) fn group(ledger: &mut Ledger, group: &Group<'_>) -> Result<(), JournalError> {
    let now_ms = ms(group.time_ns);
    for entry in group.entries() {
        let (command, recorded) = record::read(&entry)?;
        let outcome = ledger.replay(now_ms, &command, recorded);
        let same = matches!(outcome, Outcome::Recorded { status, sequence }
            if status == recorded && sequence.get() == entry.stamp.sequence);
        if !same {
            return Err(JournalError::Divergence {
                sequence: entry.stamp.sequence,
                what: format!("{} was recorded, replay gives {outcome:?}", recorded.name()),
            });
        }
    }
    ledger.assert_conserved();
    Ok(())
}

/// Checks a journal that no engine has open: frames, chain, sequences, outcomes, sums, and that each snapshot is the state and the
/// hash of its place. The tokens are those that the journal begins with.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(folder: &Path, limits: Limits) -> Result<(Found, Totals), JournalError> {
    let disk = Disk::existing(folder)?;
    let tokens = match definitions(&disk)? {
        Some(definitions) => {
            decode_tokens(&definitions).map_err(|error| JournalError::Tokens(error.to_string()))?
        }
        None => Vec::new(),
    };
    let mut ledger = empty(limits, &tokens)?;
    let heads = heads(&disk)?;
    let found = crate::journal::verify(&disk, &mut |read| {
        group(&mut ledger, read)?;
        match heads.get(&read.last_sequence()) {
            Some((hash, digest)) if *hash != read.hash || *digest != Some(ledger.digest()) => {
                Err(JournalError::Divergence {
                    sequence: read.last_sequence(),
                    what: "the snapshot is of another history".to_owned(),
                })
            }
            _ => Ok(()),
        }
    })?;
    let totals = ledger.check().map_err(|error| JournalError::Divergence {
        sequence: found.last_sequence,
        what: error.to_string(),
    })?;
    Ok((found, totals))
}

/// The hash and the digest of each snapshot, by the place where it stands.
fn heads(disk: &Disk) -> Result<BTreeMap<u64, (Digest, Option<u128>)>, JournalError> {
    let mut heads = BTreeMap::new();
    if let Some(engine) = owner(disk)? {
        snapshot::each(disk, engine, &mut |from, state| {
            heads.insert(from.sequence, (from.hash, Ledger::digest_of_image(state)));
        })?;
    }
    Ok(heads)
}
