//! The reference engine as a workload: what is prepared, what users draw, what the audit knows.

mod audit;
mod client;
mod fill;

use crate::draw::{Choice, value};
use crate::id::{Ids, Kind, text};
use crate::{ScenarioError, journey, known, weighted};
use driver::{AuditFuture, Client, ClientError, Journey, Workload};
use goose::goose::Transaction;
use plan::{Pick, Plan};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Ledger units of one token: amounts are written with 18 decimals.
const UNITS: u128 = 1_000_000_000_000_000_000;
/// What every prepared account starts with, in tokens: so much that no transfer of a run is refused for want of it.
const START_TOKENS: u128 = 1_000_000_000;

/// A transfer as it is drawn from the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Transfer {
    pub(crate) id: u128,
    pub(crate) debit: u128,
    pub(crate) credit: u128,
    /// Hundredths of a token, 1..=10,000.
    pub(crate) cents: u64,
}

impl Transfer {
    pub(crate) fn amount_text(&self) -> String {
        format!("{}.{:02}", self.cents / 100, self.cents % 100)
    }

    pub(crate) fn units(&self) -> u128 {
        u128::from(self.cents) * (UNITS / 100)
    }
}

/// What a user knows of a transfer it sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Fate {
    /// None was sent.
    #[default]
    None,
    /// Sent, and no answer came.
    Unknown,
    /// Answered as done.
    Accepted,
    /// Answered as not done.
    Refused,
}

/// What all users of a run share.
pub(crate) struct Data {
    seed: u64,
    ids: Ids,
    accounts: u32,
    choice: Choice,
    /// Transfers of one batch.
    batch: u32,
    /// Transfers that each arrival may number: those of a batch, if the plan has any.
    stride: u64,
    /// By the number of the transfer: a byte each.
    fates: Mutex<Vec<Fate>>,
}

impl Data {
    fn new(plan: &Plan, run_id: &str) -> Self {
        let batch = plan.data.batch;
        let mut names = plan.scenarios.iter().map(|choice| choice.name.as_str());
        Self {
            batch,
            stride: if names.any(journey::is_batch) {
                batch.into()
            } else {
                1
            },
            seed: plan.seed,
            ids: Ids::of(plan.seed, run_id),
            accounts: plan.data.accounts,
            choice: match plan.data.pick {
                Pick::Uniform => Choice::uniform(plan.data.accounts),
                Pick::Zipf(theta) => Choice::zipf(plan.data.accounts, theta),
            },
            fates: Mutex::default(),
        }
    }

    pub(crate) fn ids(&self) -> Ids {
        self.ids
    }

    fn account(&self, index: u64) -> u128 {
        self.ids.id(Kind::Account, index)
    }

    /// Transfers of one batch.
    pub(crate) fn batch(&self) -> u32 {
        self.batch
    }

    /// The number of the first transfer of an arrival.
    pub(crate) fn number(&self, arrival: u64) -> u64 {
        arrival * self.stride
    }

    /// The transfer number `n`: two different accounts, both by the plan's choice, and an amount.
    pub(crate) fn transfer(&self, n: u64) -> Transfer {
        let debit = self.choice.index(value(self.seed, n, 1));
        let drawn = self.choice.index(value(self.seed, n, 2));
        // With the same account drawn twice the next one is taken, so that every transfer moves something.
        let credit = if drawn == debit {
            (drawn + 1) % u64::from(self.accounts)
        } else {
            drawn
        };
        Transfer {
            id: self.ids.id(Kind::Transfer, n),
            debit: self.account(debit),
            credit: self.account(credit),
            cents: 1 + value(self.seed, n, 3) % 10_000,
        }
    }

    /// The account that arrival `n` reads.
    pub(crate) fn reader(&self, n: u64) -> u128 {
        self.account(self.choice.index(value(self.seed, n, 4)))
    }

    fn fates(&self) -> MutexGuard<'_, Vec<Fate>> {
        self.fates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn note(&self, n: u64, fate: Fate) {
        self.note_each(n, std::iter::once(fate));
    }

    /// Notes the fates of transfers that follow each other.
    pub(crate) fn note_each(&self, first: u64, each: impl ExactSizeIterator<Item = Fate>) {
        let mut fates = self.fates();
        let (from, to) = (first as usize, first as usize + each.len());
        if fates.len() < to {
            fates.resize(to, Fate::None);
        }
        for (kept, fate) in fates[from..to].iter_mut().zip(each) {
            *kept = fate;
        }
    }
}

pub(crate) struct LedgerWorkload {
    data: Arc<Data>,
    choices: Vec<(String, u32)>,
    /// The last sequence before this run.
    first_sequence: OnceLock<u64>,
}

impl LedgerWorkload {
    pub(crate) fn new(plan: &Plan, run_id: &str) -> Result<Self, ScenarioError> {
        let workload = Self {
            data: Arc::new(Data::new(plan, run_id)),
            choices: plan
                .scenarios
                .iter()
                .map(|choice| (choice.name.clone(), choice.weight))
                .collect(),
            first_sequence: OnceLock::new(),
        };
        // Built once here, so that what Goose refuses is an error before anything is started.
        for (name, weight) in &workload.choices {
            weighted(name, *weight)?;
        }
        Ok(workload)
    }

    /// The scenario of that name; `None` for names that are not of this engine.
    pub(crate) fn journey(&self, name: &str, weight: u32) -> Option<Journey> {
        let function = journey::function(name, &self.data)?;
        let scenario = weighted(name, weight)
            .ok()?
            .register_transaction(Transaction::new(function));
        Some(Journey {
            scenario,
            steps: known(name)?
                .steps
                .iter()
                .map(|&step| step.to_owned())
                .collect(),
        })
    }

    async fn fill(&self, client: &Client) -> Result<(), ClientError> {
        let totals = client::totals(client).await?;
        let _ = self.first_sequence.set(totals.sequence);
        let ids = self.data.ids;
        let account = |n: u64| text(ids.id(Kind::Account, n));
        let each = || 0..u64::from(self.data.accounts);
        let opens: Vec<_> = each().map(|n| fill::open(&account(n))).collect();
        fill::send(client, &opens).await?;
        let mint = |n: u64| fill::mint(&text(ids.id(Kind::Mint, n)), &account(n));
        fill::send(client, &each().map(mint).collect::<Vec<_>>()).await
    }
}

impl Workload for LedgerWorkload {
    fn journeys(&self) -> Vec<Journey> {
        self.choices
            .iter()
            .filter_map(|(name, weight)| self.journey(name, *weight))
            .collect()
    }

    fn prepare<'a>(
        &'a self,
        client: &'a Client,
    ) -> Pin<Box<dyn Future<Output = Result<(), ClientError>> + Send + 'a>> {
        Box::pin(self.fill(client))
    }

    fn audit<'a>(&'a self, client: &'a Client) -> AuditFuture<'a> {
        let from = self.first_sequence.get().copied().unwrap_or(0) + 1;
        Box::pin(async move { audit::audit(&self.data, client, from).await.map(Some) })
    }
}
