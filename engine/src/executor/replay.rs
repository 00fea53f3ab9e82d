//! Replay: every recorded command is applied again, and must come out as it did.

use super::record;
use super::slot::ms;
use crate::journal::{Disk, Found, Group, JournalError};
use crate::ledger::{Ledger, Limits, Outcome, Totals};
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

/// Checks a journal that no engine has open: frames, chain, sequences, outcomes and sums.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(folder: &Path, limits: Limits) -> Result<(Found, Totals), JournalError> {
    let disk = Disk::existing(folder)?;
    let mut ledger = Ledger::new(limits);
    let found = crate::journal::verify(&disk, &mut |read| group(&mut ledger, read))?;
    let totals = ledger.check().map_err(|error| JournalError::Divergence {
        sequence: found.last_sequence,
        what: error.to_string(),
    })?;
    Ok((found, totals))
}
