//! What holds for a ledger whoever sent what: sums, bounds and order. Read by somebody outside, who believes no total before it is added up.

use crate::ledger::client::{Account, Entry, Totals, tokens};
use record::run::AuditCheck;

/// What the journal and the accounts showed of the whole ledger.
#[derive(Debug, Default)]
pub(super) struct Whole {
    entries: u64,
    /// The sequence of the last entry; 0 before the first.
    last: u64,
    /// Entries whose sequence is not the next one.
    out_of_order: u64,
    accounts: u64,
    /// Accounts of which more is frozen and held than there is.
    out_of_bounds: u64,
    balances: u128,
    frozen: u128,
    held: u128,
}

impl Whole {
    pub(super) fn entry(&mut self, entry: &Entry) {
        if self.entries > 0 && entry.sequence != self.last + 1 {
            self.out_of_order += 1;
        }
        self.entries += 1;
        self.last = entry.sequence;
    }

    pub(super) fn account(&mut self, account: &Account) {
        self.accounts += 1;
        if account.frozen.saturating_add(account.held) > account.balance {
            self.out_of_bounds += 1;
        }
        // A sum beyond 128 bits differs from the totals in any case.
        self.balances = self.balances.wrapping_add(account.balance);
        self.frozen = self.frozen.wrapping_add(account.frozen);
        self.held = self.held.wrapping_add(account.held);
    }

    pub(super) fn checks(&self, totals: &Totals) -> Vec<AuditCheck> {
        vec![
            self.conservation(totals),
            self.bounds(totals),
            self.order(totals),
        ]
    }

    fn conservation(&self, totals: &Totals) -> AuditCheck {
        let sound = totals.tokens.iter().all(|token| {
            token.minted.checked_sub(token.burned) == Some(token.supply)
                && token.supply == token.sum_of_balances
                && token.supply <= token.cap
        });
        let sum = |of: fn(&super::client::TokenTotals) -> u128| -> u128 {
            let parts = totals.tokens.iter().map(of);
            parts.fold(0, u128::wrapping_add)
        };
        let supply = sum(|token| token.supply);
        AuditCheck {
            name: "every token's supply is what was minted and not burned, what all accounts own, and within its cap".to_owned(),
            held: sound && supply == self.balances,
            detail: format!(
                "supply {}, sum of balances {}, added up {}, minted {}, burned {}",
                tokens(supply),
                tokens(sum(|token| token.sum_of_balances)),
                tokens(self.balances),
                tokens(sum(|token| token.minted)),
                tokens(sum(|token| token.burned))
            ),
        }
    }

    fn bounds(&self, totals: &Totals) -> AuditCheck {
        let frozen: u128 = totals.tokens.iter().map(|token| token.frozen).sum();
        let held: u128 = totals.tokens.iter().map(|token| token.held).sum();
        AuditCheck {
            name: "what is frozen and held is part of every balance, and adds up".to_owned(),
            held: self.out_of_bounds == 0 && frozen == self.frozen && held == self.held,
            detail: format!(
                "{} accounts, {} beyond their balance; frozen {}, held {}",
                self.accounts,
                self.out_of_bounds,
                tokens(self.frozen),
                tokens(self.held)
            ),
        }
    }

    // Holds may end by themselves while the audit reads: the ledger may be ahead of what was read, never behind.
    fn order(&self, totals: &Totals) -> AuditCheck {
        AuditCheck {
            name: "the journal's sequences follow each other without gaps".to_owned(),
            held: self.out_of_order == 0 && self.last <= totals.sequence,
            detail: format!(
                "{} entries up to {}, {} out of order",
                self.entries, self.last, self.out_of_order
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::client::TokenTotals;

    fn account(balance: u128, frozen: u128, held: u128) -> Account {
        Account {
            id: 1,
            balance,
            frozen,
            held,
            version: 1,
        }
    }

    fn entry(sequence: u64) -> Entry {
        Entry {
            sequence,
            id: 1,
            kind: "void".to_owned(),
            debit: None,
            credit: None,
            amount: None,
            accepted: true,
        }
    }

    fn sound() -> (Whole, Totals) {
        let mut whole = Whole::default();
        for sequence in [7, 8, 9] {
            whole.entry(&entry(sequence));
        }
        whole.account(&account(60, 10, 50));
        whole.account(&account(40, 0, 0));
        let token = TokenTotals {
            supply: 100,
            cap: 100,
            sum_of_balances: 100,
            minted: 130,
            burned: 30,
            frozen: 10,
            held: 50,
        };
        let totals = Totals {
            tokens: vec![token],
            sequence: 9,
        };
        (whole, totals)
    }

    fn broken(whole: &Whole, totals: &Totals) -> Vec<bool> {
        let checks = whole.checks(totals);
        checks.iter().map(|check| !check.held).collect()
    }

    #[test]
    fn a_sound_ledger_passes() {
        let (whole, totals) = sound();
        assert_eq!(broken(&whole, &totals), [false; 3]);
    }

    #[test]
    fn what_was_made_or_lost_is_found() {
        let changes: [fn(&mut TokenTotals); 5] = [
            |token| token.supply += 1,
            |token| token.minted += 1,
            |token| token.burned += 1,
            |token| token.sum_of_balances -= 1,
            |token| token.cap -= 1,
        ];
        for change in changes {
            let (whole, mut totals) = sound();
            change(&mut totals.tokens[0]);
            assert_eq!(broken(&whole, &totals), [true, false, false]);
        }
    }

    #[test]
    fn more_frozen_and_held_than_there_is_is_found_and_a_wrong_sum_as_well() {
        let (mut whole, mut totals) = sound();
        whole.account(&account(0, 1, 0));
        totals.tokens[0].frozen += 1;
        assert_eq!(broken(&whole, &totals), [false, true, false]);
        let (whole, mut totals) = sound();
        totals.tokens[0].held -= 1;
        assert_eq!(broken(&whole, &totals), [false, true, false]);
    }

    #[test]
    fn a_gap_and_an_entry_from_the_future_are_found() {
        let (mut whole, totals) = sound();
        whole.entry(&entry(11));
        assert_eq!(broken(&whole, &totals), [false, false, true]);
    }
}
