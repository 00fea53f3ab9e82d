//! An entry with what must be known to judge it: who, from where, and whose account.

use crate::evidence::Origin;
use crate::executor::command_of;
use crate::journal::{Digest, Entry, JournalError, leaf};
use crate::ledger::{AccountId, Command, Kind, Profile, Status};
use std::collections::HashMap;

/// What the journal has said so far about the holders of accounts.
#[derive(Debug, Default)]
pub struct Profiles {
    /// Only those who are known: most of many are not.
    known: HashMap<AccountId, Profile>,
}

impl Profiles {
    /// Takes an entry into account; entries must come in order.
    ///
    /// # Errors
    /// An entry that this version cannot read.
    pub fn learn(&mut self, entry: &Entry<'_>) -> Result<(), JournalError> {
        let kind = kind_of(entry);
        if entry.stamp.status == 0 && matches!(kind, Some(Kind::Open | Kind::SetKyc)) {
            let (command, _) = command_of(entry)?;
            let (account, profile) = (command.debit(), command.profile().unwrap_or_default());
            match account {
                Some(account) if profile == Profile::default() => drop(self.known.remove(&account)),
                Some(account) => drop(self.known.insert(account, profile)),
                None => {}
            }
        }
        Ok(())
    }

    /// What is known about an account's holder.
    pub fn of(&self, account: AccountId) -> Profile {
        self.known.get(&account).copied().unwrap_or_default()
    }
}

/// The kind of an entry, without reading the rest of it.
pub(crate) fn kind_of(entry: &Entry<'_>) -> Option<Kind> {
    // Where the record has its kind.
    let number = [entry.record[120], entry.record[121]];
    Kind::from_number(u16::from_le_bytes(number))
}

/// An entry as an auditor sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    /// Its place.
    pub sequence: u64,
    /// The command.
    pub command: Command,
    /// Its outcome.
    pub status: Status,
    /// Who sent it.
    pub origin: Origin,
    /// What is known about the account it is about: the one opened, debited or changed, or else the credited one.
    pub profile: Profile,
    /// The digest of the entry's bytes: its leaf in the group's tree.
    pub digest: Digest,
}

impl Audited {
    /// Reads an entry; `profile` says what is known about the holder of an account.
    ///
    /// # Errors
    /// An entry that this version cannot read.
    pub fn new(
        entry: &Entry<'_>,
        profile: impl FnOnce(AccountId) -> Profile,
    ) -> Result<Self, JournalError> {
        let (command, status) = command_of(entry)?;
        let account = command.debit().or(command.credit());
        Ok(Self {
            sequence: entry.stamp.sequence,
            command,
            status,
            origin: Origin::decode(entry.audit),
            profile: account.map(profile).unwrap_or_default(),
            digest: leaf(entry.bytes),
        })
    }
}
