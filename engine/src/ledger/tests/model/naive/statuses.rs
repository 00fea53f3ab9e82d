//! Which statuses fit a command: one sentence for each.

use super::{Hold, Holder, LIMITS, Model};
use crate::ledger::command::{Fields, Flags};
use crate::ledger::{AccountState, Command, HoldState, Kind, Status, TokenId};

impl Model {
    /// Every status that fits, in no order.
    #[expect(
        clippy::too_many_lines,
        reason = "a table with one line for each status, and the words it is written in"
    )]
    pub(super) fn statuses(&self, now: u64, c: &Command) -> Vec<Status> {
        let kind = c.kind;
        let is = |kinds: &[Kind]| kinds.contains(&kind);
        let amount = c.amount.units();
        let ends = c.names_hold();
        let hold = c.hold().and_then(|id| self.holds.get(&id.get()));
        let (debit, credit) = match hold {
            Some(hold) => (hold.debit, hold.credit),
            None => (c.debit.get(), c.credit.get()),
        };
        let takes = kind.fields();
        let takes_debit = takes.has(Fields::DEBIT) && kind != Kind::Open;
        let named = |given: u128| !ends || given != 0;
        let missing = |given: u128| named(given) && !self.accounts.contains_key(&given);
        let d = self.accounts.get(&debit).filter(|_| takes_debit || ends);
        let k = self
            .accounts
            .get(&credit)
            .filter(|_| takes.has(Fields::CREDIT) || ends);
        let token = hold.map_or(c.token, |hold| hold.token);
        let spec = self.tokens.iter().find(|(spec, _)| spec.id == token);
        let foreign = |a: Option<&Holder>| !ends && a.is_some_and(|a| a.token != c.token);
        let in_state = |a: Option<&Holder>, s| a.is_some_and(|a| a.state == s);
        let moves = is(&[
            Kind::Mint,
            Kind::Burn,
            Kind::Transfer,
            Kind::TransferFrom,
            Kind::Hold,
            Kind::Post,
        ]);
        let sends = is(&[Kind::Transfer, Kind::TransferFrom, Kind::Hold]);
        let acts = !is(&[Kind::Void, Kind::Expire]);
        let frozen_part = c.flags.has(Flags::FROM_FROZEN);
        let level = |a: Option<&Holder>| a.map_or(3, |a| a.level);
        let version = if kind == Kind::Mint { k } else { d }.map_or(0, |a| a.version);
        let allowed = self.allowed(debit, c.spender().map_or(0, crate::ledger::AccountId::get));
        let policy = spec.map(|(spec, _)| spec.policy);
        let unknown_token = !self.tokens.iter().any(|(spec, _)| spec.id == c.token);
        let state = hold.map(|hold| hold.state);
        let late = hold.is_some_and(|hold| now >= hold.deadline) && kind != Kind::Expire;
        let has_units = kind.has_amount();
        let minted_too_much =
            spec.is_some_and(|(spec, _)| self.supply(spec.id) + amount > spec.cap.units());
        let available = d.map_or(u128::MAX, Holder::available);
        let spends = sends || kind == Kind::Burn && !frozen_part;
        let unfreezes = kind == Kind::Unfreeze || kind == Kind::Burn && frozen_part;
        let open_holds = self
            .holds
            .values()
            .filter(|h| h.state == HoldState::Pending)
            .count();
        let fits = [
            (
                (!ends || c.token != TokenId::NONE) && unknown_token,
                Status::TokenUnknown,
            ),
            (takes_debit && missing(c.debit.get()), Status::DebitUnknown),
            (
                takes.has(Fields::CREDIT) && missing(c.credit.get()),
                Status::CreditUnknown,
            ),
            (foreign(d) || foreign(k), Status::TokenMismatch),
            (ends && hold.is_none(), Status::HoldUnknown),
            (
                kind == Kind::Open && self.accounts.contains_key(&debit),
                Status::AccountExists,
            ),
            (
                moves && spec.is_some_and(|(_, paused)| *paused),
                Status::TokenPaused,
            ),
            (
                acts && in_state(d, AccountState::Closed),
                Status::DebitClosed,
            ),
            (
                acts && in_state(k, AccountState::Closed),
                Status::CreditClosed,
            ),
            (
                moves && !frozen_part && in_state(d, AccountState::Frozen),
                Status::DebitFrozen,
            ),
            (
                moves && in_state(k, AccountState::Frozen),
                Status::CreditFrozen,
            ),
            (
                sends && policy.is_some_and(|p| level(d) < p.send),
                Status::DebitKyc,
            ),
            (
                (sends || kind == Kind::Mint) && policy.is_some_and(|p| level(k) < p.receive),
                Status::CreditKyc,
            ),
            (
                sends && policy.is_some_and(|p| c.amount > p.limits[usize::from(level(d))]),
                Status::KycLimit,
            ),
            (
                c.expected_version != 0 && c.expected_version != version,
                Status::VersionConflict,
            ),
            (
                c.flags.has(Flags::EXPECTED) && c.related != allowed,
                Status::AllowanceConflict,
            ),
            (state == Some(HoldState::Posted), Status::HoldPosted),
            (state == Some(HoldState::Voided), Status::HoldVoided),
            (
                state == Some(HoldState::Expired) || state == Some(HoldState::Pending) && late,
                Status::HoldExpired,
            ),
            (
                hold.is_some_and(|hold| differs(c, hold)),
                Status::HoldMismatch,
            ),
            (
                has_units
                    && spec.is_some_and(|(spec, _)| spec.decimals == 17)
                    && !amount.is_multiple_of(10),
                Status::AmountPrecision,
            ),
            (
                hold.is_some_and(|hold| amount > hold.amount),
                Status::HoldExceeded,
            ),
            (
                kind == Kind::TransferFrom && amount > allowed,
                Status::AllowanceExceeded,
            ),
            (spends && amount > available, Status::InsufficientAvailable),
            (
                kind == Kind::Freeze && amount > available,
                Status::FreezeExceeded,
            ),
            (
                unfreezes && d.is_some_and(|d| amount > d.frozen),
                Status::UnfreezeExceeded,
            ),
            (
                kind == Kind::Close && d.is_some_and(|d| d.balance > 0),
                Status::BalanceNotZero,
            ),
            (
                kind == Kind::Mint && minted_too_much,
                Status::SupplyCapExceeded,
            ),
            (
                kind == Kind::Open && self.accounts.len() == LIMITS.accounts_max as usize,
                Status::Capacity,
            ),
            (
                kind == Kind::Hold && open_holds == LIMITS.open_holds_max as usize,
                Status::Capacity,
            ),
            (
                kind == Kind::Approve
                    && allowed == 0
                    && self.allowances.len() == LIMITS.allowances_max as usize,
                Status::Capacity,
            ),
        ];
        let fitting = fits.into_iter().filter(|(fits, _)| *fits);
        fitting.map(|(_, status)| status).collect()
    }

    fn supply(&self, token: TokenId) -> u128 {
        let own = self.accounts.values().filter(|a| a.token == token);
        own.map(|account| account.balance).sum()
    }
}

fn differs(c: &Command, hold: &Hold) -> bool {
    let other = |given: u128, own: u128| given != 0 && given != own;
    other(c.debit.get(), hold.debit)
        || other(c.credit.get(), hold.credit)
        || other(c.token.0.into(), hold.token.0.into())
}
