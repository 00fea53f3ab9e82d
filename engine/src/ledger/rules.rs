//! What a command may do: decided from the state, without touching it.
//!
//! Checks stand in the numeric order of their statuses, because the first match is the answer.

use super::account::{Accounts, Slot};
use super::{Command, Kind, Limits, Status};
use crate::amount::Amount;

/// What an accepted command changes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// The account appears.
    Open,
    /// The credit account and the supply get these values.
    Mint {
        credit: Slot,
        balance: Amount,
        supply: Amount,
    },
    /// Both accounts get these balances.
    Transfer {
        debit: (Slot, Amount),
        credit: (Slot, Amount),
    },
}

/// Errors of the command alone, whatever the state.
pub(super) fn check_shape(command: &Command) -> Result<(), Status> {
    if command.id.is_reserved() || (command.kind == Kind::Open && command.debit.is_reserved()) {
        return Err(Status::IdReserved);
    }
    if command.kind != Kind::Open && command.amount.is_zero() {
        return Err(Status::AmountZero);
    }
    if command.kind == Kind::Transfer && command.debit == command.credit {
        return Err(Status::AccountsSame);
    }
    Ok(())
}

/// What a well-formed command with a new key changes, or why it must not.
pub(super) fn decide(
    command: &Command,
    accounts: &Accounts,
    supply: Amount,
    limits: &Limits,
) -> Result<Change, Status> {
    match command.kind {
        Kind::Open => decide_open(command, accounts, limits),
        Kind::Mint => decide_mint(command, accounts, supply, limits),
        Kind::Transfer => decide_transfer(command, accounts),
    }
}

fn decide_open(command: &Command, accounts: &Accounts, limits: &Limits) -> Result<Change, Status> {
    if accounts.slot(command.debit).is_some() {
        return Err(Status::AccountExists);
    }
    if accounts.len() >= limits.accounts_max as usize {
        return Err(Status::Capacity);
    }
    Ok(Change::Open)
}

fn decide_mint(
    command: &Command,
    accounts: &Accounts,
    supply: Amount,
    limits: &Limits,
) -> Result<Change, Status> {
    let credit = accounts.slot(command.credit).ok_or(Status::CreditUnknown)?;
    let supply = supply
        .checked_add(command.amount)
        .filter(|supply| *supply <= limits.supply_cap)
        .ok_or(Status::SupplyCapExceeded)?;
    // The balance is part of the supply, so a supply in range keeps it in range.
    let balance = accounts
        .get(credit)
        .balance
        .checked_add(command.amount)
        .ok_or(Status::SupplyCapExceeded)?;
    Ok(Change::Mint {
        credit,
        balance,
        supply,
    })
}

fn decide_transfer(command: &Command, accounts: &Accounts) -> Result<Change, Status> {
    let debit = accounts.slot(command.debit).ok_or(Status::DebitUnknown)?;
    let credit = accounts.slot(command.credit).ok_or(Status::CreditUnknown)?;
    let debit_balance = accounts
        .get(debit)
        .balance
        .checked_sub(command.amount)
        .ok_or(Status::InsufficientAvailable)?;
    // Both balances are parts of the supply, so their sum is in range.
    let credit_balance = accounts
        .get(credit)
        .balance
        .checked_add(command.amount)
        .ok_or(Status::SupplyCapExceeded)?;
    Ok(Change::Transfer {
        debit: (debit, debit_balance),
        credit: (credit, credit_balance),
    })
}
