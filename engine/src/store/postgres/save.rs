//! Store: what changed, by one statement a table, all of them sent before the first answer is waited for.

use super::StoreError;
use super::chain::Link;
use super::session::Session;
use super::types::{Numeric, Uuid};
use crate::amount::Amount;
use crate::journal::EngineId;
use crate::ledger::part::{AllowanceRow, Changes, EntryRow, Head, Side, Sums};
use crate::ledger::{Account, Allowance, CommandRecord, HoldState, TokenId};

/// What goes with a unit's changes.
pub(super) struct Unit<'a> {
    pub(super) changes: &'a Changes,
    /// Entries before it.
    pub(super) before: u32,
    pub(super) time_ns: u64,
    pub(super) engine: EngineId,
    pub(super) link: &'a Link,
}

/// How many rows a statement changed, and how many it should have.
fn demand(table: &'static str, found: u64, expected: usize) -> Result<(), StoreError> {
    let expected = expected as u64;
    if found == expected {
        Ok(())
    } else {
        Err(StoreError::Changed {
            table,
            expected,
            found,
        })
    }
}

fn numeric(amount: Amount) -> Numeric {
    Numeric(amount.units())
}

/// The values of one column.
fn column<'a, R, T>(rows: &'a [R], value: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

impl Session {
    /// Writes a unit; the caller commits.
    pub(super) async fn save(&self, unit: &Unit<'_>) -> Result<(), StoreError> {
        let changes = unit.changes;
        let opened = column(&changes.opened, |(account, _)| *account);
        // The head first: whoever comes second to it need not do the rest for nothing.
        tokio::try_join!(
            biased;
            self.save_head(unit),
            self.save_entries(&changes.entries),
            self.save_changed(&changes.changed),
            self.save_opened(&opened, changes),
            self.save_holds(changes),
            self.save_allowances(changes),
            self.save_tokens(&changes.tokens),
            self.save_link(unit),
        )?;
        Ok(())
    }

    async fn save_head(&self, unit: &Unit<'_>) -> Result<(), StoreError> {
        let Head {
            entries,
            allowances,
            counts,
        } = unit.changes.head;
        let number = |value: u64| value.cast_signed();
        let changed = self
            .client
            .execute(
                &self.statements.set_head,
                &[
                    &i64::from(unit.before),
                    &i64::from(entries),
                    &number(unit.time_ns),
                    &i64::from(allowances),
                    &number(counts.opens),
                    &number(counts.mints),
                    &number(counts.transfers),
                    &number(counts.others),
                    &number(counts.refused),
                ],
            )
            .await?;
        demand("token_head", changed, 1)
    }

    async fn save_entries(&self, rows: &[EntryRow]) -> Result<(), StoreError> {
        let commands = column(rows, |(_, entry)| entry.command());
        let records = column(&commands, CommandRecord::new);
        let sides = column(rows, |(_, entry)| entry.sides());
        let debits = column(&sides, |sides| sides.0);
        let credits = column(&sides, |sides| sides.1);
        // Of a command that ends a hold the accounts are the hold's.
        let named = |side: Option<Side>, account| side.map(|side| side.account).or(account);
        let pairs = || commands.iter().zip(&sides);
        let debit_ids: Vec<_> = pairs()
            .map(|(command, sides)| named(sides.0, command.debit()).map(|id| Uuid(id.get())))
            .collect();
        let credit_ids: Vec<_> = pairs()
            .map(|(command, sides)| named(sides.1, command.credit()).map(|id| Uuid(id.get())))
            .collect();
        let added = self
            .client
            .execute(
                &self.statements.add_entries,
                &[
                    &column(&commands, |command| Uuid(command.id().get())),
                    &column(rows, |(sequence, _)| sequence.get().cast_signed()),
                    &column(&commands, |command| command.kind().number().cast_signed()),
                    &column(rows, |(_, entry)| i16::from(entry.status().number())),
                    &column(&commands, |command| command.role().number().cast_signed()),
                    &column(&commands, |command| command.token().0.cast_signed()),
                    &debit_ids,
                    &credit_ids,
                    &column(&commands, |command| command.amount().map(numeric)),
                    &column(&debits, |side| side.map(balance)),
                    &column(&debits, |side| side.map(previous)),
                    &column(&credits, |side| side.map(balance)),
                    &column(&credits, |side| side.map(previous)),
                    &column(&records, CommandRecord::bytes),
                ],
            )
            .await?;
        demand("token_entries", added, rows.len())
    }

    async fn save_changed(&self, rows: &[(Account, u64)]) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        let accounts = column(rows, |(account, _)| *account);
        let of = Columns::new(&accounts);
        let changed = self
            .client
            .execute(
                &self.statements.set_accounts,
                &[
                    &of.ids,
                    &column(rows, |(_, before)| before.cast_signed()),
                    &of.balances,
                    &of.frozen,
                    &of.held,
                    &of.versions,
                    &of.levels,
                    &of.jurisdictions,
                    &of.states,
                    &of.sequences,
                ],
            )
            .await?;
        demand("token_accounts", changed, rows.len())
    }

    async fn save_opened(&self, accounts: &[Account], changes: &Changes) -> Result<(), StoreError> {
        if accounts.is_empty() {
            return Ok(());
        }
        let of = Columns::new(accounts);
        let added = self
            .client
            .execute(
                &self.statements.add_accounts,
                &[
                    &of.ids,
                    &column(accounts, |account| account.token.0.cast_signed()),
                    &of.balances,
                    &of.frozen,
                    &of.held,
                    &of.versions,
                    &of.levels,
                    &of.jurisdictions,
                    &of.states,
                    &of.sequences,
                    &column(&changes.opened, |(_, address)| {
                        address.map(|bytes| bytes.to_vec())
                    }),
                ],
            )
            .await?;
        demand("token_accounts", added, accounts.len())
    }

    async fn save_holds(&self, changes: &Changes) -> Result<(), StoreError> {
        let (held, ended) = (&changes.held, &changes.ended);
        let state = |state: HoldState| i16::from(state.number());
        if !held.is_empty() {
            let added = self
                .client
                .execute(
                    &self.statements.add_holds,
                    &[
                        &column(held, |(_, hold)| Uuid(hold.id.get())),
                        &column(held, |(token, _)| token.0.cast_signed()),
                        &column(held, |(_, hold)| Uuid(hold.debit.get())),
                        &column(held, |(_, hold)| Uuid(hold.credit.get())),
                        &column(held, |(_, hold)| numeric(hold.amount)),
                        &column(held, |(_, hold)| hold.deadline_ms.cast_signed()),
                        &column(held, |(_, hold)| hold.sequence.get().cast_signed()),
                        &column(held, |(_, hold)| state(hold.state)),
                    ],
                )
                .await?;
            demand("token_holds", added, held.len())?;
        }
        if !ended.is_empty() {
            let ids = column(ended, |(id, _)| Uuid(id.get()));
            let states = column(ended, |(_, now)| state(*now));
            let changed = self
                .client
                .execute(&self.statements.end_holds, &[&ids, &states])
                .await?;
            demand("token_holds", changed, ended.len())?;
        }
        Ok(())
    }

    async fn save_allowances(&self, changes: &Changes) -> Result<(), StoreError> {
        let zero = Allowance::Limited(Amount::ZERO);
        let (gone, kept): (Vec<&AllowanceRow>, Vec<&AllowanceRow>) =
            changes.allowed.iter().partition(|row| row.2 == zero);
        if !kept.is_empty() {
            let amount = |allowance| match allowance {
                Allowance::Limited(amount) => Some(numeric(amount)),
                Allowance::Unlimited => None,
            };
            let set = self
                .client
                .execute(
                    &self.statements.set_allowances,
                    &[
                        &column(&kept, |row| Uuid(row.0.get())),
                        &column(&kept, |row| Uuid(row.1.get())),
                        &column(&kept, |row| amount(row.2)),
                    ],
                )
                .await?;
            demand("token_allowances", set, kept.len())?;
        }
        for (owner, spender, _) in gone {
            let key = (Uuid(owner.get()), Uuid(spender.get()));
            self.client
                .execute(&self.statements.drop_allowance, &[&key.0, &key.1])
                .await?;
        }
        Ok(())
    }

    async fn save_tokens(&self, rows: &[(TokenId, Sums)]) -> Result<(), StoreError> {
        for (token, sums) in rows {
            let changed = self
                .client
                .execute(
                    &self.statements.set_token,
                    &[
                        &token.0.cast_signed(),
                        &sums.is_paused,
                        &numeric(sums.supply),
                        &Numeric(sums.balances),
                        &Numeric(sums.frozen),
                        &Numeric(sums.held),
                        &Numeric(sums.minted),
                        &Numeric(sums.burned),
                        &i64::from(sums.accounts),
                        &i64::from(sums.open_holds),
                    ],
                )
                .await?;
            demand("token_tokens", changed, 1)?;
        }
        Ok(())
    }

    async fn save_link(&self, unit: &Unit<'_>) -> Result<(), StoreError> {
        let link = unit.link;
        let added = self
            .client
            .execute(
                &self.statements.add_group,
                &[
                    &Uuid(u128::from_be_bytes(unit.engine.0)),
                    &link.number.cast_signed(),
                    &link.first_sequence.cast_signed(),
                    &i64::from(link.entries),
                    &unit.time_ns.cast_signed(),
                    &link.previous.as_slice(),
                    &link.hash.as_slice(),
                ],
            )
            .await?;
        demand("token_groups", added, 1)
    }
}

fn balance(side: Side) -> Numeric {
    numeric(side.balance)
}

fn previous(side: Side) -> i64 {
    side.previous.get().cast_signed()
}

/// The columns of accounts that are written both when one is opened and when it changes.
struct Columns {
    ids: Vec<Uuid>,
    balances: Vec<Numeric>,
    frozen: Vec<Numeric>,
    held: Vec<Numeric>,
    versions: Vec<i64>,
    levels: Vec<i16>,
    jurisdictions: Vec<String>,
    states: Vec<i16>,
    sequences: Vec<i64>,
}

impl Columns {
    fn new(accounts: &[Account]) -> Self {
        let letters = |account: &Account| {
            let text = account.profile.jurisdiction_text();
            text.unwrap_or_default().to_owned()
        };
        Self {
            ids: column(accounts, |account| Uuid(account.id.get())),
            balances: column(accounts, |account| numeric(account.balance)),
            frozen: column(accounts, |account| numeric(account.frozen)),
            held: column(accounts, |account| numeric(account.held)),
            versions: column(accounts, |account| account.version.cast_signed()),
            levels: column(accounts, |account| i16::from(account.profile.level)),
            jurisdictions: column(accounts, letters),
            states: column(accounts, |account| i16::from(account.state.number())),
            sequences: column(accounts, |account| account.sequence.get().cast_signed()),
        }
    }
}
