//! Accounts and the ways to find them: by id, by address, and in the order of ids.

use super::command::{Address, Profile, TokenId};
use super::hash::{Key, Seed};
use super::{AccountId, Sequence};
use crate::amount::Amount;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

/// One holder of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub id: AccountId,
    /// Everything the account owns.
    pub balance: Amount,
    /// The part that its holder may not use because it is frozen.
    pub frozen: Amount,
    /// The part that is reserved by holds.
    pub held: Amount,
    /// 1 after opening; rises by 1 with every change.
    pub version: u64,
    /// The place of the command that changed it last.
    pub sequence: Sequence,
    /// Of which token its units are.
    pub token: TokenId,
    /// Level and jurisdiction of its holder.
    pub profile: Profile,
    /// What holds for it as a whole.
    pub state: AccountState,
}

/// What holds for an account as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AccountState {
    /// Usable.
    #[default]
    Open,
    /// Neither sends nor receives.
    Frozen,
    /// Ended.
    Closed,
}

impl AccountState {
    /// Every state, in order of its number.
    pub const ALL: [Self; 3] = [Self::Open, Self::Frozen, Self::Closed];

    /// The fixed number, as stores have it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The name in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Frozen => "frozen",
            Self::Closed => "closed",
        }
    }
}

impl Account {
    /// The account of the first token as the entry at `sequence` opened it.
    pub fn opened(id: AccountId, sequence: Sequence) -> Self {
        Self {
            id,
            balance: Amount::ZERO,
            frozen: Amount::ZERO,
            held: Amount::ZERO,
            version: 1,
            sequence,
            token: TokenId::FIRST,
            profile: Profile::default(),
            state: AccountState::Open,
        }
    }

    /// What its holder may use: the balance without what is frozen and held.
    pub fn available(&self) -> Amount {
        self.balance
            .checked_sub(self.frozen)
            .and_then(|rest| rest.checked_sub(self.held))
            .expect("every change keeps frozen and held within the balance")
    }

    /// What is frozen after so much more is.
    pub(super) fn frozen_with(&self, amount: Amount) -> Amount {
        self.frozen
            .checked_add(amount)
            .expect("only what is available is frozen, a part of a balance in range")
    }

    /// What is frozen after so much less is.
    pub(super) fn frozen_without(&self, amount: Amount) -> Amount {
        self.frozen
            .checked_sub(amount)
            .expect("the rules refuse to unfreeze more than is frozen")
    }
}

/// Where an account lies; slots are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Slot(pub(super) u32);

impl Slot {
    /// The slot of the account that was opened at that place, from 0.
    pub(super) const fn at(place: u32) -> Self {
        Self(place)
    }

    /// The place in the order of opening, from 0.
    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// All accounts.
///
/// The hash maps have random seeds, and nothing ever iterates them: outcomes do not depend on the seeds. Pages read the ordered
/// map.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    list: Vec<Account>,
    by_id: HashMap<Key, Slot, Seed>,
    by_address: HashMap<(TokenId, Address), Slot>,
    in_order: BTreeMap<AccountId, Slot>,
}

impl Accounts {
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn slot(&self, id: AccountId) -> Option<Slot> {
        self.by_id.get(&Key::new(id.get())).copied()
    }

    /// The account of that token with that address.
    pub(super) fn with_address(&self, token: TokenId, address: Address) -> Option<Slot> {
        self.by_address.get(&(token, address)).copied()
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

    /// Adds an account whose id and address are new; the caller has checked that, and the limit, which is a `u32`.
    pub(super) fn push(&mut self, account: Account, address: Option<Address>) {
        let slot = Slot(self.list.len() as u32);
        self.list.push(account);
        let before = self.by_id.insert(Key::new(account.id.get()), slot);
        debug_assert!(before.is_none(), "an account is opened once");
        self.in_order.insert(account.id, slot);
        if let Some(address) = address {
            self.by_address.insert((account.token, address), slot);
        }
    }

    /// The addresses of accounts that have one, in order of the accounts.
    pub(super) fn addresses(&self) -> Vec<(Slot, Address)> {
        let mut addresses: Vec<_> = self
            .by_address
            .iter()
            .map(|((_, address), slot)| (*slot, *address))
            .collect();
        addresses.sort_unstable();
        addresses
    }

    /// Gives an account the address that it was opened with.
    pub(super) fn set_address(&mut self, slot: Slot, address: Address) {
        let token = self.get(slot).token;
        self.by_address.insert((token, address), slot);
    }

    /// Takes back the last [`Accounts::push`].
    pub(super) fn pop(&mut self, address: Option<Address>) {
        let Some(account) = self.list.pop() else {
            return;
        };
        self.by_id.remove(&Key::new(account.id.get()));
        self.in_order.remove(&account.id);
        if let Some(address) = address {
            self.by_address.remove(&(account.token, address));
        }
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
