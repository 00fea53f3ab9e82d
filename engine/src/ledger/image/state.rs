//! Accounts, holds, allowances and sums.

use super::read::{ImageError, Reader};
use super::{Sink, drain};
use crate::ledger::account::{Account, Slot};
use crate::ledger::audit::Counts;
use crate::ledger::command::{Allowance, Profile, TokenId};
use crate::ledger::hold::{HoldState, Kept};
use crate::ledger::state::State;
use crate::ledger::token::{Sums, TokenSlot};
use crate::ledger::{AccountId, AccountState, CommandId, Sequence};

/// Bytes of an account, an address, a hold and an allowance.
const ACCOUNT: usize = 16 * 4 + 8 + 4 + 4 + 3 + 1;
const ADDRESS: usize = 4 + 20;
const HOLD: usize = 16 + 4 + 4 + 4 + 16 + 8 + 4 + 1;
const ALLOWANCE: usize = 4 + 16 + 16;

impl State {
    pub(super) fn write<E>(
        &self,
        counts: &Counts,
        bytes: &mut Vec<u8>,
        sink: &mut Sink<'_, E>,
    ) -> Result<(), E> {
        for token in self.tokens.iter() {
            write_sums(&token.sums, bytes);
        }
        for count in counts.all() {
            bytes.extend_from_slice(&count.to_le_bytes());
        }
        length(self.accounts.len(), bytes);
        for account in self.accounts.iter() {
            write_account(account, bytes);
            drain(bytes, sink)?;
        }
        let addresses = self.accounts.addresses();
        length(addresses.len(), bytes);
        for (slot, address) in addresses {
            bytes.extend_from_slice(&slot.0.to_le_bytes());
            bytes.extend_from_slice(&address);
            drain(bytes, sink)?;
        }
        length(self.holds.iter().count(), bytes);
        for hold in self.holds.iter() {
            write_hold(hold, self.tokens.get(hold.token).spec.id, bytes);
            drain(bytes, sink)?;
        }
        let mut allowances: Vec<_> = self.allowances.iter().collect();
        allowances.sort_unstable_by_key(|(key, _)| **key);
        length(allowances.len(), bytes);
        for ((owner, spender), allowance) in allowances {
            bytes.extend_from_slice(&owner.0.to_le_bytes());
            bytes.extend_from_slice(&spender.get().to_le_bytes());
            bytes.extend_from_slice(&allowance.packed().to_le_bytes());
            drain(bytes, sink)?;
        }
        Ok(())
    }

    /// Fills a state that is empty but for its tokens.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>) -> Result<Counts, ImageError> {
        let slots: Vec<_> = self.tokens.slots().collect();
        for slot in slots {
            *self.tokens.sums_mut(slot) = read_sums(reader)?;
        }
        let mut counts = [0; Counts::NUMBER];
        for count in &mut counts {
            *count = reader.u64()?;
        }
        for _ in 0..reader.length(ACCOUNT)? {
            let account = read_account(reader)?;
            if self.accounts.slot(account.id).is_some()
                || self.tokens.slot(account.token).is_none()
                || account.frozen.units() + account.held.units() > account.balance.units()
            {
                return Err(ImageError("an account cannot be"));
            }
            self.accounts.push(account, None);
        }
        for _ in 0..reader.length(ADDRESS)? {
            let slot = self.account_slot(reader)?;
            self.accounts.set_address(slot, reader.array()?);
        }
        for _ in 0..reader.length(HOLD)? {
            let hold = self.read_hold(reader)?;
            let state = hold.state;
            self.holds.push(hold);
            if state != HoldState::Pending
                && let Some(slot) = self.holds.slot(hold.id)
            {
                self.holds.set(slot, state);
            }
        }
        for _ in 0..reader.length(ALLOWANCE)? {
            let owner = self.account_slot(reader)?;
            let spender = AccountId::new(reader.u128()?);
            let allowance = Allowance::unpack(reader.u128()?)
                .ok_or(ImageError("an allowance is out of range"))?;
            self.allowances.insert((owner, spender), allowance);
        }
        Ok(Counts::from_all(counts))
    }

    fn account_slot(&self, reader: &mut Reader<'_>) -> Result<Slot, ImageError> {
        let slot = Slot(reader.u32()?);
        if (slot.0 as usize) < self.accounts.len() {
            Ok(slot)
        } else {
            Err(ImageError("it names an account that it does not have"))
        }
    }

    fn token_slot(&self, reader: &mut Reader<'_>) -> Result<TokenSlot, ImageError> {
        self.tokens
            .slot(TokenId(reader.u32()?))
            .ok_or(ImageError("it names a token that it does not have"))
    }

    fn read_hold(&self, reader: &mut Reader<'_>) -> Result<Kept, ImageError> {
        let hold = Kept {
            id: CommandId::new(reader.u128()?),
            debit: self.account_slot(reader)?,
            credit: self.account_slot(reader)?,
            token: self.token_slot(reader)?,
            amount: reader.amount()?,
            deadline_ms: reader.u64()?,
            sequence: sequence(reader)?,
            state: hold_state(reader.u8()?)?,
        };
        if self.holds.slot(hold.id).is_some() {
            return Err(ImageError("a hold is there twice"));
        }
        Ok(hold)
    }
}

/// The length of a list; limits keep all of them within 32 bits.
fn length(length: usize, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&(length as u32).to_le_bytes());
}

fn write_sums(sums: &Sums, bytes: &mut Vec<u8>) {
    bytes.push(sums.is_paused.into());
    bytes.extend_from_slice(&sums.supply.units().to_le_bytes());
    for sum in [
        sums.balances,
        sums.frozen,
        sums.held,
        sums.minted,
        sums.burned,
    ] {
        bytes.extend_from_slice(&sum.to_le_bytes());
    }
    bytes.extend_from_slice(&sums.accounts.to_le_bytes());
    bytes.extend_from_slice(&sums.open_holds.to_le_bytes());
}

fn read_sums(reader: &mut Reader<'_>) -> Result<Sums, ImageError> {
    Ok(Sums {
        is_paused: reader.u8()? != 0,
        supply: reader.amount()?,
        balances: reader.u128()?,
        frozen: reader.u128()?,
        held: reader.u128()?,
        minted: reader.u128()?,
        burned: reader.u128()?,
        accounts: reader.u32()?,
        open_holds: reader.u32()?,
    })
}

fn write_account(account: &Account, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&account.id.get().to_le_bytes());
    for amount in [account.balance, account.frozen, account.held] {
        bytes.extend_from_slice(&amount.units().to_le_bytes());
    }
    bytes.extend_from_slice(&account.version.to_le_bytes());
    bytes.extend_from_slice(&(account.sequence.get() as u32).to_le_bytes());
    bytes.extend_from_slice(&account.token.0.to_le_bytes());
    bytes.push(account.profile.level);
    bytes.extend_from_slice(&account.profile.jurisdiction);
    bytes.push(account.state as u8);
}

fn read_account(reader: &mut Reader<'_>) -> Result<Account, ImageError> {
    Ok(Account {
        id: AccountId::new(reader.u128()?),
        balance: reader.amount()?,
        frozen: reader.amount()?,
        held: reader.amount()?,
        version: reader.u64()?,
        sequence: sequence(reader)?,
        token: TokenId(reader.u32()?),
        profile: Profile {
            level: reader.u8()?,
            jurisdiction: reader.array()?,
        },
        state: match reader.u8()? {
            0 => AccountState::Open,
            1 => AccountState::Frozen,
            2 => AccountState::Closed,
            _ => return Err(ImageError("the state of an account is unknown")),
        },
    })
}

fn write_hold(hold: &Kept, token: TokenId, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(&hold.id.get().to_le_bytes());
    bytes.extend_from_slice(&hold.debit.0.to_le_bytes());
    bytes.extend_from_slice(&hold.credit.0.to_le_bytes());
    bytes.extend_from_slice(&token.0.to_le_bytes());
    bytes.extend_from_slice(&hold.amount.units().to_le_bytes());
    bytes.extend_from_slice(&hold.deadline_ms.to_le_bytes());
    bytes.extend_from_slice(&(hold.sequence.get() as u32).to_le_bytes());
    bytes.push(hold.state as u8);
}

fn hold_state(number: u8) -> Result<HoldState, ImageError> {
    match number {
        0 => Ok(HoldState::Pending),
        1 => Ok(HoldState::Posted),
        2 => Ok(HoldState::Voided),
        3 => Ok(HoldState::Expired),
        _ => Err(ImageError("the state of a hold is unknown")),
    }
}

fn sequence(reader: &mut Reader<'_>) -> Result<Sequence, ImageError> {
    reader.place()?.ok_or(ImageError("a place is 0"))
}
