//! Rows as the ledger's own types. What no engine has written is an error, never a guess.

use super::StoreError;
use super::types::{Numeric, Uuid};
use crate::amount::Amount;
use crate::ledger::part::{AccountRow, AllowanceRow, EntryRow, Head, HoldRow, Side, Sums};
use crate::ledger::{
    Account, AccountId, AccountState, Allowance, CommandId, CommandRecord, Counts, Entry, Hold,
    HoldState, Profile, Role, Sequence, Status, TokenId,
};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

type Read<T> = Result<T, StoreError>;

fn get<'a, T: FromSql<'a>>(row: &'a Row, at: usize) -> Read<T> {
    Ok(row.try_get(at)?)
}

fn amount(value: Numeric) -> Read<Amount> {
    Amount::from_units(value.0).ok_or(StoreError::Value("an amount above the largest"))
}

fn amount_at(row: &Row, at: usize) -> Read<Amount> {
    amount(get(row, at)?)
}

fn units_at(row: &Row, at: usize) -> Read<u128> {
    get::<Numeric>(row, at).map(|value| value.0)
}

fn count_at<T: TryFrom<i64>>(row: &Row, at: usize) -> Read<T> {
    let number: i64 = get(row, at)?;
    T::try_from(number).map_err(|_| StoreError::Value("a count out of range"))
}

fn sequence_at(row: &Row, at: usize) -> Read<Sequence> {
    Sequence::new(count_at(row, at)?).ok_or(StoreError::Value("a sequence of 0"))
}

fn token_at(row: &Row, at: usize) -> Read<TokenId> {
    get::<i32>(row, at).map(|number| TokenId(number.cast_unsigned()))
}

/// What is true of all rows together, and the time of the last unit of work.
pub(super) fn head(row: &Row) -> Read<(Head, u64)> {
    let head = Head {
        entries: count_at(row, 0)?,
        allowances: count_at(row, 2)?,
        counts: Counts {
            opens: count_at(row, 3)?,
            mints: count_at(row, 4)?,
            transfers: count_at(row, 5)?,
            others: count_at(row, 6)?,
            refused: count_at(row, 7)?,
        },
    };
    Ok((head, count_at(row, 1)?))
}

/// A token's sums.
pub(super) fn token(row: &Row) -> Read<(TokenId, Sums)> {
    let sums = Sums {
        is_paused: get(row, 1)?,
        supply: amount_at(row, 2)?,
        balances: units_at(row, 3)?,
        frozen: units_at(row, 4)?,
        held: units_at(row, 5)?,
        minted: units_at(row, 6)?,
        burned: units_at(row, 7)?,
        accounts: count_at(row, 8)?,
        open_holds: count_at(row, 9)?,
    };
    Ok((token_at(row, 0)?, sums))
}

/// An account with its address.
pub(super) fn account(row: &Row) -> Read<AccountRow> {
    let letters: &str = get(row, 7)?;
    let jurisdiction = match letters.as_bytes() {
        [] => [0; 2],
        [first, second] => [*first, *second],
        _ => return Err(StoreError::Value("a jurisdiction of one letter")),
    };
    let state: i16 = get(row, 8)?;
    let account = Account {
        id: AccountId::new(get::<Uuid>(row, 0)?.0),
        balance: amount_at(row, 2)?,
        frozen: amount_at(row, 3)?,
        held: amount_at(row, 4)?,
        version: count_at(row, 5)?,
        sequence: sequence_at(row, 9)?,
        token: token_at(row, 1)?,
        profile: Profile {
            level: u8::try_from(get::<i16>(row, 6)?)
                .map_err(|_| StoreError::Value("a KYC level out of range"))?,
            jurisdiction,
        },
        state: AccountState::ALL
            .get(state as usize)
            .copied()
            .ok_or(StoreError::Value("an account state that does not exist"))?,
    };
    let address = match get::<Option<&[u8]>>(row, 10)? {
        Some(bytes) => Some(
            bytes
                .try_into()
                .map_err(|_| StoreError::Value("an address that has not 20 bytes"))?,
        ),
        None => None,
    };
    Ok((account, address))
}

/// A hold with its token.
pub(super) fn hold(row: &Row) -> Read<HoldRow> {
    let state: i16 = get(row, 7)?;
    let hold = Hold {
        id: CommandId::new(get::<Uuid>(row, 0)?.0),
        debit: AccountId::new(get::<Uuid>(row, 2)?.0),
        credit: AccountId::new(get::<Uuid>(row, 3)?.0),
        amount: amount_at(row, 4)?,
        deadline_ms: count_at(row, 5)?,
        sequence: sequence_at(row, 6)?,
        state: HoldState::ALL
            .get(state as usize)
            .copied()
            .ok_or(StoreError::Value("a hold state that does not exist"))?,
    };
    Ok((token_at(row, 1)?, hold))
}

/// An allowance; no amount means no bound.
pub(super) fn allowance(row: &Row) -> Read<AllowanceRow> {
    let allowance = match get::<Option<Numeric>>(row, 2)? {
        Some(value) => Allowance::Limited(amount(value)?),
        None => Allowance::Unlimited,
    };
    let account = |at| get::<Uuid>(row, at).map(|id| AccountId::new(id.0));
    Ok((account(0)?, account(1)?, allowance))
}

/// An entry with its place: the record says everything about the command but its role.
pub(super) fn entry(row: &Row) -> Read<EntryRow> {
    let status = u8::try_from(get::<i16>(row, 1)?)
        .ok()
        .and_then(Status::from_number)
        .ok_or(StoreError::Value("a status that does not exist"))?;
    let role = Role::from_number(get::<i16>(row, 2)?.cast_unsigned())
        .ok_or(StoreError::Value("a role that does not exist"))?;
    let record: &[u8] = get(row, 9)?;
    let command = CommandRecord::view(record)
        .and_then(<[_]>::first)
        .and_then(|record| record.command(role).ok())
        .ok_or(StoreError::Value("a record that is no command"))?;
    let entry = Entry::new(command, status, (side(row, 3, 5)?, side(row, 4, 7)?));
    Ok((sequence_at(row, 0)?, entry))
}

/// What an entry left at one of its accounts: the balance is in that column, and the entry before in the next one.
fn side(row: &Row, account: usize, balance: usize) -> Read<Option<Side>> {
    let left: Option<Numeric> = get(row, balance)?;
    let account: Option<Uuid> = get(row, account)?;
    let Some((account, left)) = account.zip(left) else {
        return Ok(None);
    };
    Ok(Some(Side {
        account: AccountId::new(account.0),
        balance: amount(left)?,
        previous: sequence_at(row, balance + 1)?,
    }))
}
