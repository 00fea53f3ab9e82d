//! What a command may do: decided from the state, without touching it.
//!
//! Checks stand in the numeric order of their statuses, because the first match is the answer.

use super::account::{Account, Slot};
use super::command::{Allowance, Command, Fields, Flags, Kind, TokenId};
use super::hold::{HoldSlot, HoldState, Kept};
use super::state::{Change, State};
use super::token::{Token, TokenSlot};
use super::{AccountState, Status};
use crate::amount::Amount;

/// What a well-formed command with a new key changes, or why it must not.
pub(super) fn decide(state: &State, now_ms: u64, command: &Command) -> Result<Change, Status> {
    let case = Case::find(state, now_ms, command)?;
    case.check_policy()?;
    case.check_conflict()?;
    case.check_amount()?;
    case.check_room()?;
    Ok(case.change())
}

/// An account with its place.
type Found<'a> = (Slot, &'a Account);

/// A command with everything it names.
struct Case<'a> {
    state: &'a State,
    now_ms: u64,
    command: &'a Command,
    token: (TokenSlot, &'a Token),
    debit: Option<Found<'a>>,
    credit: Option<Found<'a>>,
    hold: Option<(HoldSlot, &'a Kept)>,
}

impl<'a> Case<'a> {
    /// Statuses 40 to 45: whether what the command names exists.
    fn find(state: &'a State, now_ms: u64, command: &'a Command) -> Result<Self, Status> {
        if command.names_hold() {
            return Self::find_hold(state, now_ms, command);
        }
        let (kind, takes) = (command.kind, command.kind.fields());
        let token = find_token(state, command.token)?;
        let mut debit = None;
        if takes.has(Fields::DEBIT) && kind != Kind::Open {
            debit = Some(find_account(state, command.debit, Status::DebitUnknown)?);
        }
        let mut credit = None;
        if takes.has(Fields::CREDIT) {
            credit = Some(find_account(state, command.credit, Status::CreditUnknown)?);
        }
        let foreign = |found: &Option<Found<'_>>| {
            found.is_some_and(|(_, account)| account.token != command.token)
        };
        if foreign(&debit) || foreign(&credit) {
            return Err(Status::TokenMismatch);
        }
        if kind == Kind::Open && exists(state, command) {
            return Err(Status::AccountExists);
        }
        Ok(Self {
            state,
            now_ms,
            command,
            token,
            debit,
            credit,
            hold: None,
        })
    }

    /// The same for a command that ends a hold: what it names besides must exist, and what it leaves out is the hold's.
    fn find_hold(state: &'a State, now_ms: u64, command: &'a Command) -> Result<Self, Status> {
        if command.token != TokenId::NONE {
            find_token(state, command.token)?;
        }
        if command.debit.get() != 0 {
            find_account(state, command.debit, Status::DebitUnknown)?;
        }
        if command.credit.get() != 0 {
            find_account(state, command.credit, Status::CreditUnknown)?;
        }
        let id = command.hold().ok_or(Status::HoldUnknown)?;
        let slot = state.holds.slot(id).ok_or(Status::HoldUnknown)?;
        let hold = state.holds.get(slot);
        let account = |slot| (slot, state.accounts.get(slot));
        Ok(Self {
            state,
            now_ms,
            command,
            token: (hold.token, state.tokens.get(hold.token)),
            debit: Some(account(hold.debit)),
            credit: Some(account(hold.credit)),
            hold: Some((slot, hold)),
        })
    }

    /// Statuses 50 to 57. A void or expiry moves nothing and always works.
    fn check_policy(&self) -> Result<(), Status> {
        let kind = self.command.kind;
        if matches!(kind, Kind::Void | Kind::Expire) {
            return Ok(());
        }
        if self.token.1.sums.is_paused && kind.moves() {
            return Err(Status::TokenPaused);
        }
        let is = |found: Option<Found<'_>>, state| {
            found.is_some_and(|(_, account)| account.state == state)
        };
        if is(self.debit, AccountState::Closed) {
            return Err(Status::DebitClosed);
        }
        if is(self.credit, AccountState::Closed) {
            return Err(Status::CreditClosed);
        }
        if is(self.debit, AccountState::Frozen) && self.uses_debit() {
            return Err(Status::DebitFrozen);
        }
        if is(self.credit, AccountState::Frozen) && kind.moves() {
            return Err(Status::CreditFrozen);
        }
        self.check_kyc()
    }

    /// Whether units that the holder may use leave the account or are reserved.
    fn uses_debit(&self) -> bool {
        self.command.kind.moves() && !self.command.flags.has(Flags::FROM_FROZEN)
    }

    /// Statuses 55 to 57; a post was checked when its hold was made.
    fn check_kyc(&self) -> Result<(), Status> {
        let (kind, policy) = (self.command.kind, &self.token.1.spec.policy);
        let sends = matches!(kind, Kind::Transfer | Kind::TransferFrom | Kind::Hold);
        let level =
            |found: Option<Found<'_>>| found.map_or(0, |(_, account)| account.profile.level);
        if sends && level(self.debit) < policy.send {
            return Err(Status::DebitKyc);
        }
        if (sends || kind == Kind::Mint) && level(self.credit) < policy.receive {
            return Err(Status::CreditKyc);
        }
        let limit = policy.limits.get(usize::from(level(self.debit)));
        if sends && limit.is_some_and(|limit| self.command.amount > *limit) {
            return Err(Status::KycLimit);
        }
        Ok(())
    }

    /// Statuses 60 to 65.
    fn check_conflict(&self) -> Result<(), Status> {
        let command = self.command;
        let changed = self.debit.or(self.credit);
        let version = changed.map_or(0, |(_, account)| account.version);
        if command.expected_version != 0 && command.expected_version != version {
            return Err(Status::VersionConflict);
        }
        if let Some(expected) = command.expected_allowance()
            && expected != self.allowance()
        {
            return Err(Status::AllowanceConflict);
        }
        match self.hold {
            Some((_, hold)) => self.check_hold(hold),
            None => Ok(()),
        }
    }

    fn check_hold(&self, hold: &Kept) -> Result<(), Status> {
        let command = self.command;
        let is_late = command.kind != Kind::Expire && self.now_ms >= hold.deadline_ms;
        match hold.state {
            HoldState::Posted => return Err(Status::HoldPosted),
            HoldState::Voided => return Err(Status::HoldVoided),
            HoldState::Expired => return Err(Status::HoldExpired),
            // At the deadline it is over, whether or not the engine has said so yet.
            HoldState::Pending if is_late => return Err(Status::HoldExpired),
            HoldState::Pending => {}
        }
        let differs = |given: u128, found: Option<Found<'_>>| {
            given != 0 && found.is_none_or(|(_, account)| account.id.get() != given)
        };
        let token = command.token;
        if differs(command.debit.get(), self.debit)
            || differs(command.credit.get(), self.credit)
            || token != TokenId::NONE && token != self.token.1.spec.id
        {
            return Err(Status::HoldMismatch);
        }
        Ok(())
    }

    /// What the spender of an approval or of a transfer by allowance may move now.
    fn allowance(&self) -> Allowance {
        let owner = self.debit.map(|(slot, _)| slot);
        owner
            .zip(self.command.spender())
            .and_then(|key| self.state.allowances.get(&key).copied())
            .unwrap_or(Allowance::Limited(Amount::ZERO))
    }

    /// Statuses 70 to 77.
    fn check_amount(&self) -> Result<(), Status> {
        let amount = self.command.amount;
        if self.command.kind.has_amount() && !self.token.1.divides(amount) {
            return Err(Status::AmountPrecision);
        }
        if self.hold.is_some_and(|(_, hold)| amount > hold.amount) {
            return Err(Status::HoldExceeded);
        }
        match self.command.kind {
            Kind::TransferFrom if self.allowance() < Allowance::Limited(amount) => {
                Err(Status::AllowanceExceeded)
            }
            Kind::Mint => self.check_cap(),
            _ => self
                .debit
                .map_or(Ok(()), |(_, account)| self.check_parts(account)),
        }
    }

    /// Whether the changed account has what the command takes.
    fn check_parts(&self, account: &Account) -> Result<(), Status> {
        let amount = self.command.amount;
        let from_frozen = self.command.flags.has(Flags::FROM_FROZEN);
        match self.command.kind {
            Kind::Burn if from_frozen && account.frozen < amount => Err(Status::UnfreezeExceeded),
            Kind::Burn if from_frozen => Ok(()),
            Kind::Burn | Kind::Transfer | Kind::TransferFrom | Kind::Hold
                if account.available() < amount =>
            {
                Err(Status::InsufficientAvailable)
            }
            Kind::Freeze if account.available() < amount => Err(Status::FreezeExceeded),
            Kind::Unfreeze if account.frozen < amount => Err(Status::UnfreezeExceeded),
            Kind::Close if !account.balance.is_zero() => Err(Status::BalanceNotZero),
            _ => Ok(()),
        }
    }

    fn check_cap(&self) -> Result<(), Status> {
        let (token, amount) = (self.token.1, self.command.amount);
        let fits = token
            .sums
            .supply
            .checked_add(amount)
            .is_some_and(|supply| supply <= token.spec.cap);
        let counts = token.sums.minted.checked_add(amount.units()).is_some();
        if fits && counts {
            Ok(())
        } else {
            Err(Status::SupplyCapExceeded)
        }
    }

    /// Status 95.
    fn check_room(&self) -> Result<(), Status> {
        let (state, limits) = (self.state, &self.state.limits);
        let (kept, most) = match self.command.kind {
            Kind::Open => (state.accounts.len(), limits.accounts_max),
            Kind::Hold => (state.holds.open(), limits.open_holds_max),
            Kind::Approve if self.allowance() == Allowance::Limited(Amount::ZERO) => {
                (state.allowances.len(), limits.allowances_max)
            }
            _ => return Ok(()),
        };
        if kept < most as usize {
            Ok(())
        } else {
            Err(Status::Capacity)
        }
    }
}

/// What an accepted command changes.
impl Case<'_> {
    fn change(&self) -> Change {
        let (command, token) = (self.command, self.token.0);
        match (command.kind, self.debit, self.credit) {
            (Kind::Open, ..) => Change::Open(token),
            (Kind::Pause, ..) => Change::Pause(token, true),
            (Kind::Unpause, ..) => Change::Pause(token, false),
            (Kind::Mint, _, Some((credit, _))) => Change::Mint { token, credit },
            (Kind::Transfer, Some((debit, _)), Some((credit, _))) => Change::Move { debit, credit },
            (Kind::TransferFrom, Some((debit, _)), Some((credit, _))) => Change::MoveAllowed {
                debit,
                credit,
                left: self.allowance_left(),
            },
            (Kind::Hold, Some((debit, _)), Some((credit, _))) => Change::Hold {
                token,
                debit,
                credit,
                deadline_ms: self.deadline_ms(),
            },
            (_, Some((slot, account)), _) => self.change_one(slot, account),
            _ => unreachable!("accounts that a kind takes were found: {command:?}"),
        }
    }

    fn change_one(&self, slot: Slot, account: &Account) -> Change {
        let (command, token) = (self.command, self.token.0);
        let whole = command.flags.has(Flags::WHOLE);
        match (command.kind, self.hold) {
            (Kind::Approve, _) => Change::Approve(slot),
            (Kind::Burn, _) if command.flags.has(Flags::FROM_FROZEN) => {
                Change::BurnFrozen { token, debit: slot }
            }
            (Kind::Burn, _) => Change::Burn { token, debit: slot },
            (Kind::Freeze, _) if whole => Change::State(slot, AccountState::Frozen),
            (Kind::Unfreeze, _) if whole => Change::State(slot, AccountState::Open),
            (Kind::Freeze, _) => Change::Freeze(slot, account.frozen_with(command.amount)),
            (Kind::Unfreeze, _) => Change::Freeze(slot, account.frozen_without(command.amount)),
            (Kind::Close, _) => Change::State(slot, AccountState::Closed),
            (Kind::Post, Some((hold, kept))) if command.flags.has(Flags::ALL) => {
                Change::Post(hold, kept.amount)
            }
            (Kind::Post, Some((hold, _))) => Change::Post(hold, command.amount),
            (Kind::Void, Some((hold, _))) => Change::Release(hold, HoldState::Voided),
            (Kind::Expire, Some((hold, _))) => Change::Release(hold, HoldState::Expired),
            _ => Change::Kyc(slot, command.profile().unwrap_or_default()),
        }
    }

    fn allowance_left(&self) -> Allowance {
        match self.allowance() {
            Allowance::Limited(allowed) => Allowance::Limited(
                allowed
                    .checked_sub(self.command.amount)
                    .unwrap_or(Amount::ZERO),
            ),
            Allowance::Unlimited => Allowance::Unlimited,
        }
    }

    /// When a hold made now ends.
    fn deadline_ms(&self) -> u64 {
        let seconds = match self.command.timeout_s {
            0 => self.token.1.spec.hold_timeout_s,
            given => given,
        };
        self.now_ms.saturating_add(u64::from(seconds) * 1000)
    }
}

impl Kind {
    /// Whether units come, go, change hands or are reserved for that.
    const fn moves(self) -> bool {
        matches!(
            self,
            Self::Mint | Self::Burn | Self::Transfer | Self::TransferFrom | Self::Hold | Self::Post
        )
    }
}

fn find_token(state: &State, id: TokenId) -> Result<(TokenSlot, &Token), Status> {
    let slot = state.tokens.slot(id).ok_or(Status::TokenUnknown)?;
    Ok((slot, state.tokens.get(slot)))
}

fn find_account(state: &State, id: super::AccountId, unknown: Status) -> Result<Found<'_>, Status> {
    let slot = state.accounts.slot(id).ok_or(unknown)?;
    Ok((slot, state.accounts.get(slot)))
}

/// Whether the account to open, or one of its token with its address, exists.
fn exists(state: &State, command: &Command) -> bool {
    let taken = |address| state.accounts.with_address(command.token, address);
    state.accounts.slot(command.debit).is_some() || command.address().and_then(taken).is_some()
}
