//! What Redis is not known to have: writes that wait, are on their way, or were left out.

use super::TIME_TO_LIVE;
use crate::ledger::{Account, AccountId};
use std::collections::{HashMap, VecDeque};
use std::time::Instant;

/// Writes that may wait.
const WAITING_MAX: usize = 8192;
/// Accounts whose write was left out; beyond that nothing is read until all entries of that time have ended.
const BEHIND_MAX: usize = 65_536;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// In the queue.
    Waits,
    /// Sent and not answered.
    Sent,
    /// Left out; the next write or read of the account mends it.
    Behind,
}

/// Accounts in the newest state that this engine has acknowledged, until Redis has it.
#[derive(Debug, Default)]
pub(super) struct Known {
    order: VecDeque<AccountId>,
    newest: HashMap<AccountId, (Account, Stage)>,
    behind: usize,
    blind_until: Option<Instant>,
}

impl Known {
    /// Queues writes; how many others had to be left out.
    pub(super) fn add(&mut self, accounts: &[Account], now: Instant) -> u64 {
        for account in accounts {
            self.add_one(account);
        }
        let mut dropped = 0;
        while self.order.len() > WAITING_MAX {
            if let Some(oldest) = self.order.pop_front() {
                self.set(oldest, Stage::Behind);
                dropped += 1;
            }
        }
        if self.behind > BEHIND_MAX {
            self.newest.retain(|_, (_, stage)| *stage != Stage::Behind);
            self.behind = 0;
            self.blind_until = Some(now + TIME_TO_LIVE);
        }
        dropped
    }

    fn add_one(&mut self, account: &Account) {
        let known = self.newest.get(&account.id);
        if known.is_some_and(|(known, _)| known.version > account.version) {
            return;
        }
        if known.is_none_or(|(_, stage)| *stage != Stage::Waits) {
            self.order.push_back(account.id);
        }
        if known.is_some_and(|(_, stage)| *stage == Stage::Behind) {
            self.behind -= 1;
        }
        self.newest.insert(account.id, (*account, Stage::Waits));
    }

    fn set(&mut self, account: AccountId, stage: Stage) {
        if let Some((_, known)) = self.newest.get_mut(&account) {
            self.behind += usize::from(stage == Stage::Behind);
            *known = stage;
        }
    }

    /// Takes the oldest writes.
    pub(super) fn take(&mut self, most: usize) -> Vec<Account> {
        let taken = self.order.len().min(most);
        let taken: Vec<_> = self.order.drain(..taken).collect();
        let mut accounts = Vec::with_capacity(taken.len());
        for id in taken {
            self.set(id, Stage::Sent);
            accounts.extend(self.newest.get(&id).map(|(account, _)| *account));
        }
        accounts
    }

    /// Redis has these, unless a newer state was added meanwhile.
    pub(super) fn confirm(&mut self, accounts: &[Account]) {
        for account in accounts {
            let known = self.newest.get(&account.id);
            if known.is_some_and(|(_, stage)| *stage == Stage::Sent) {
                self.newest.remove(&account.id);
            }
        }
    }

    /// These could not be sent: they wait again.
    pub(super) fn give_back(&mut self, accounts: &[Account]) {
        for account in accounts.iter().rev() {
            let known = self.newest.get(&account.id);
            if known.is_some_and(|(_, stage)| *stage == Stage::Sent) {
                self.set(account.id, Stage::Waits);
                self.order.push_front(account.id);
            }
        }
    }

    /// Whether the cache may answer for an account.
    pub(super) fn may_be_read(&self, account: AccountId, now: Instant) -> bool {
        self.blind_until.is_none_or(|until| until <= now) && !self.newest.contains_key(&account)
    }

    /// Writes that wait or are on their way.
    pub(super) fn waiting(&self) -> usize {
        self.newest.len() - self.behind
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Sequence;

    fn account(id: u128, version: u64) -> Account {
        let mut account = Account::opened(AccountId::new(id), Sequence::FIRST);
        account.version = version;
        account
    }

    #[test]
    fn an_account_is_not_read_before_its_newest_state_is_confirmed() {
        let (mut known, now, id) = (Known::default(), Instant::now(), AccountId::new(1));
        assert!(known.may_be_read(id, now));
        known.add(&[account(1, 2)], now);
        assert!(!known.may_be_read(id, now));
        let sent = known.take(10);
        known.add(&[account(1, 3)], now);
        known.confirm(&sent);
        assert!(!known.may_be_read(id, now), "version 3 is still to be sent");
        let sent = known.take(10);
        assert_eq!(sent, [account(1, 3)]);
        known.confirm(&sent);
        assert!(known.may_be_read(id, now));
        assert_eq!(known.waiting(), 0);
    }

    #[test]
    fn a_newer_state_replaces_one_that_waits_and_an_older_one_does_not() {
        let (mut known, now) = (Known::default(), Instant::now());
        known.add(&[account(1, 5), account(1, 4), account(1, 6)], now);
        assert_eq!(known.take(10), [account(1, 6)]);
        assert_eq!(known.take(10), []);
    }

    #[test]
    fn what_could_not_be_sent_waits_again_in_its_order() {
        let (mut known, now) = (Known::default(), Instant::now());
        known.add(&[account(1, 1), account(2, 1), account(3, 1)], now);
        let sent = known.take(2);
        known.give_back(&sent);
        let ids: Vec<_> = known
            .take(3)
            .iter()
            .map(|account| account.id.get())
            .collect();
        assert_eq!(ids, [1, 2, 3]);
    }

    #[test]
    fn the_oldest_write_is_left_out_at_the_bound_and_its_account_not_read() {
        let (mut known, now) = (Known::default(), Instant::now());
        let most = WAITING_MAX as u128;
        let all: Vec<_> = (1..=most + 3).map(|id| account(id, 1)).collect();
        assert_eq!(known.add(&all, now), 3);
        assert_eq!(known.waiting(), WAITING_MAX);
        assert!(!known.may_be_read(AccountId::new(2), now));
        known.add(&[account(2, 2)], now);
        let sent = known.take(usize::MAX);
        known.confirm(&sent);
        assert!(known.may_be_read(AccountId::new(2), now));
        assert!(!known.may_be_read(AccountId::new(1), now));
    }

    #[test]
    fn with_too_many_left_out_nothing_is_read_until_entries_have_ended() {
        let (mut known, now) = (Known::default(), Instant::now());
        let all: Vec<_> = (1..=(WAITING_MAX + BEHIND_MAX + 1) as u128)
            .map(|id| account(id, 1))
            .collect();
        known.add(&all, now);
        let sent = known.take(usize::MAX);
        known.confirm(&sent);
        let nobody = AccountId::new(u128::MAX / 2);
        assert!(!known.may_be_read(nobody, now));
        assert!(known.may_be_read(nobody, now + TIME_TO_LIVE));
    }
}
