//! Commands and outcomes as journal entries, and back.

use crate::journal::{Entry, GroupBuffer, JournalError, Stamp};
use crate::ledger::{Command, CommandRecord, Outcome, Role, Status};

/// Adds the entry of a command whose outcome was recorded just now; any other outcome has its entry already, or none.
pub(crate) fn push(buffer: &mut GroupBuffer, command: &Command, outcome: &Outcome, audit: &[u8]) {
    let Outcome::Recorded { status, sequence } = *outcome else {
        return;
    };
    let stamp = Stamp {
        sequence: sequence.get(),
        status: u16::from(status.number()),
        flags: 0,
        role: command.role().number(),
    };
    let record = CommandRecord::new(command);
    // The record has this size by its type; the check costs nothing.
    if let Some(bytes) = record.bytes().first_chunk() {
        buffer.push(bytes, stamp, audit);
    }
}

/// The command and the status of an entry.
///
/// # Errors
/// Bytes that this version of the ledger cannot have written.
pub(crate) fn read(entry: &Entry<'_>) -> Result<(Command, Status), JournalError> {
    let stamp = entry.stamp;
    let strange = |what: &str| JournalError::Divergence {
        sequence: stamp.sequence,
        what: what.to_owned(),
    };
    let role = Role::from_number(stamp.role).ok_or_else(|| strange("the role is unknown"))?;
    let status = u8::try_from(stamp.status)
        .ok()
        .and_then(Status::from_number)
        .ok_or_else(|| strange("the status is unknown"))?;
    let record = CommandRecord::view(entry.record)
        .and_then(<[_]>::first)
        .ok_or_else(|| strange("the record has another size"))?;
    let command = record
        .command(role)
        .map_err(|_| strange("the record is no command"))?;
    Ok((command, status))
}
