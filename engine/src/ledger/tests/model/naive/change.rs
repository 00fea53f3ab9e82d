//! What accepted commands do.

use super::{Hold, Holder, Model};
use crate::ledger::command::Flags;
use crate::ledger::{AccountState, Command, HoldState, Kind, TokenId};

impl Model {
    /// What an accepted command does, right after its entry was made.
    pub(super) fn change(&mut self, now: u64, c: &Command) {
        let (debit, credit, amount) = (c.debit.get(), c.credit.get(), c.amount.units());
        let place = self.entries.len() as u64;
        let whole = c.flags.has(Flags::WHOLE);
        match c.kind {
            Kind::Open => self.open(c, place),
            Kind::Mint => self.alter(credit, place, |a| a.balance += amount),
            Kind::Burn => self.alter(debit, place, |a| {
                a.balance -= amount;
                if c.flags.has(Flags::FROM_FROZEN) {
                    a.frozen -= amount;
                }
            }),
            Kind::Transfer => self.shift(debit, credit, amount, place),
            Kind::TransferFrom => {
                let allowed = self.allowed(debit, c.related);
                if allowed != u128::MAX {
                    self.allow(debit, c.related, allowed - amount);
                }
                self.shift(debit, credit, amount, place);
            }
            Kind::Approve => self.allow(debit, credit, c.allowance().packed()),
            Kind::Freeze if whole => self.alter(debit, place, |a| a.state = AccountState::Frozen),
            Kind::Unfreeze if whole => self.alter(debit, place, |a| a.state = AccountState::Open),
            Kind::Freeze => self.alter(debit, place, |a| a.frozen += amount),
            Kind::Unfreeze => self.alter(debit, place, |a| a.frozen -= amount),
            Kind::SetKyc => self.alter(debit, place, |a| a.level = (amount & 0xff) as u8),
            Kind::Close => self.alter(debit, place, |a| a.state = AccountState::Closed),
            Kind::Pause => self.pause(c.token, true),
            Kind::Unpause => self.pause(c.token, false),
            Kind::Hold => self.hold(c, now, place),
            Kind::Post => self.end(c, HoldState::Posted, place),
            Kind::Void => self.end(c, HoldState::Voided, place),
            Kind::Expire => self.end(c, HoldState::Expired, place),
        }
    }

    fn open(&mut self, c: &Command, sequence: u64) {
        let holder = Holder {
            number: c.debit.get(),
            token: c.token,
            balance: 0,
            frozen: 0,
            held: 0,
            version: 1,
            level: c.profile().unwrap_or_default().level,
            state: AccountState::Open,
            sequence,
        };
        self.accounts.insert(holder.number, holder);
    }

    fn alter(&mut self, number: u128, place: u64, with: impl FnOnce(&mut Holder)) {
        let account = self.accounts.get_mut(&number).unwrap();
        with(account);
        account.version += 1;
        account.sequence = place;
        let line = (place, account.balance);
        self.lines.entry(number).or_default().push(line);
    }

    fn shift(&mut self, debit: u128, credit: u128, amount: u128, place: u64) {
        if debit != credit && amount > 0 {
            self.alter(debit, place, |a| a.balance -= amount);
            self.alter(credit, place, |a| a.balance += amount);
        }
    }

    fn allow(&mut self, owner: u128, spender: u128, allowed: u128) {
        if allowed == 0 {
            self.allowances.remove(&(owner, spender));
        } else {
            self.allowances.insert((owner, spender), allowed);
        }
    }

    fn pause(&mut self, token: TokenId, paused: bool) {
        for (_, is_paused) in self.tokens.iter_mut().filter(|(spec, _)| spec.id == token) {
            *is_paused = paused;
        }
    }

    fn hold(&mut self, c: &Command, now: u64, sequence: u64) {
        let spec = self.tokens.iter().find(|(spec, _)| spec.id == c.token);
        let seconds = match c.timeout_s {
            0 => spec.unwrap().0.hold_timeout_s,
            seconds => seconds,
        };
        let hold = Hold {
            debit: c.debit.get(),
            credit: c.credit.get(),
            token: c.token,
            amount: c.amount.units(),
            deadline: now + u64::from(seconds) * 1000,
            sequence,
            state: HoldState::Pending,
        };
        self.holds.insert(c.id.get(), hold);
        self.alter(hold.debit, sequence, |a| a.held += hold.amount);
    }

    fn end(&mut self, c: &Command, state: HoldState, place: u64) {
        let hold = self.holds.get_mut(&c.related).unwrap();
        hold.state = state;
        let hold = *hold;
        let posted = match (state, c.flags.has(Flags::ALL)) {
            (HoldState::Posted, true) => hold.amount,
            (HoldState::Posted, false) => c.amount.units(),
            _ => 0,
        };
        self.alter(hold.debit, place, |a| {
            a.held -= hold.amount;
            a.balance -= posted;
        });
        if state == HoldState::Posted {
            self.alter(hold.credit, place, |a| a.balance += posted);
        }
    }
}
