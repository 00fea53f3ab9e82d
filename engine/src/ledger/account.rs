//! Accounts and the two ways to find them: by id, and in the order of ids.

use super::{AccountId, Sequence};
use crate::amount::Amount;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

/// One holder of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub id: AccountId,
    /// Everything the account owns.
    pub balance: Amount,
    /// 1 after opening; rises by 1 with every change.
    pub version: u64,
    /// The place of the command that changed it last.
    pub sequence: Sequence,
}

impl Account {
    /// The account as the entry at `sequence` opened it.
    pub const fn opened(id: AccountId, sequence: Sequence) -> Self {
        Self {
            id,
            balance: Amount::ZERO,
            version: 1,
            sequence,
        }
    }

    /// Sets the balance by the entry at `sequence`; the place of the change before.
    pub(super) fn change(&mut self, balance: Amount, sequence: Sequence) -> Sequence {
        debug_assert!(self.sequence < sequence, "changes come in order");
        self.balance = balance;
        self.version += 1;
        std::mem::replace(&mut self.sequence, sequence)
    }
}

/// Where an account lies; slots are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot(u32);

/// All accounts.
///
/// The hash map has a random seed, and nothing ever iterates it: outcomes do not depend on the seed. Pages read the ordered map.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    list: Vec<Account>,
    by_id: HashMap<AccountId, Slot>,
    in_order: BTreeMap<AccountId, Slot>,
}

impl Accounts {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn slot(&self, id: AccountId) -> Option<Slot> {
        self.by_id.get(&id).copied()
    }

    pub(super) fn get(&self, slot: Slot) -> &Account {
        &self.list[slot.0 as usize]
    }

    pub(super) fn get_mut(&mut self, slot: Slot) -> &mut Account {
        &mut self.list[slot.0 as usize]
    }

    pub(super) fn find(&self, id: AccountId) -> Option<&Account> {
        self.slot(id).map(|slot| self.get(slot))
    }

    /// Adds an account whose id is new; the caller has checked both that and the limit, which is a `u32`.
    pub(super) fn push(&mut self, account: Account) {
        let slot = Slot(self.list.len() as u32);
        self.list.push(account);
        let before = self.by_id.insert(account.id, slot);
        debug_assert!(before.is_none(), "an account is opened once");
        self.in_order.insert(account.id, slot);
    }

    /// All accounts, in order of opening.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Account> {
        self.list.iter()
    }

    /// Accounts in order of id, starting behind `after`.
    pub(super) fn after(&self, after: Option<AccountId>) -> impl Iterator<Item = &Account> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.in_order
            .range((start, Bound::Unbounded))
            .map(|(_, slot)| self.get(*slot))
    }
}
