//! What is running, as it is sent.

use super::Shown;
use crate::amount::Amount;
use crate::json::wire::running::RunningAnswer;
use serde::Serialize;
use std::collections::BTreeMap;

/// What is running.
#[derive(Debug, Serialize)]
pub struct InfoAnswer {
    /// The crate's name.
    pub name: &'static str,
    /// The crate's version.
    pub version: &'static str,
    /// `debug` or `release`.
    pub build: &'static str,
    /// What survives a crash.
    pub durability: &'static str,
    /// How commands meet the state.
    pub executor: &'static str,
    /// The switches in force, by the name of their flag.
    pub switches: BTreeMap<&'static str, String>,
    /// What it has done so far.
    #[serde(flatten)]
    pub running: RunningAnswer,
    /// Bounds.
    pub limits: LimitsAnswer,
}

/// The bounds in force.
#[derive(Debug, Serialize)]
pub struct LimitsAnswer {
    /// Accounts.
    pub accounts: u32,
    /// Entries and idempotency keys.
    pub entries: u32,
    /// Tokens.
    supply_cap: Shown<Amount>,
    /// Open connections.
    pub connections: usize,
    /// Bytes of a request body.
    pub body_bytes: usize,
    /// Rows of a page, by what it lists.
    pub page: PageLimitsAnswer,
}

impl LimitsAnswer {
    /// Shows the bounds of a service with that many connections.
    pub fn new(
        limits: &crate::ledger::Limits,
        connections: usize,
        body_bytes: usize,
        page: PageLimitsAnswer,
    ) -> Self {
        Self {
            accounts: limits.accounts_max,
            entries: limits.entries_max,
            supply_cap: Shown(limits.supply_cap),
            connections,
            body_bytes,
            page,
        }
    }
}

/// The largest `limit` of each list.
#[derive(Debug, Serialize)]
pub struct PageLimitsAnswer {
    /// Of accounts.
    pub accounts: usize,
    /// Of the journal.
    pub journal: usize,
    /// Of a statement.
    pub statement: usize,
}

/// The service answers.
#[derive(Debug, Serialize)]
pub struct HealthAnswer {
    /// `ok`.
    pub status: &'static str,
}
