//! A plan with journeys of its own, beside scenarios that are written in Rust or alone.

use crate::journeys::{Ground, LastPause, Script, feeders};
use crate::ledger::LedgerWorkload;
use crate::{HTTP, ScenarioError, http, weighted};
use driver::{AuditFuture, Client, ClientError, Journey, Workload};
use goose::goose::Transaction;
use plan::Plan;
use record::run::Model;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

/// Scenarios of any kind in the plan's order.
pub(crate) struct MixedWorkload {
    acts: Vec<Act>,
    /// Prepares and audits, if a scenario of the reference engine is among them.
    ledger: Option<LedgerWorkload>,
}

struct Act {
    name: String,
    weight: u32,
    part: Part,
}

enum Part {
    Script {
        script: Arc<Script>,
        steps: Vec<String>,
    },
    /// The one GET, of this path.
    Get(Arc<str>),
    /// The reference engine's.
    Engine,
}

impl MixedWorkload {
    pub(crate) fn new(
        plan: &Plan,
        path: &str,
        run_id: &str,
        base: &Path,
    ) -> Result<Self, ScenarioError> {
        let feeders = feeders(plan, base)?;
        let ground = Ground {
            feeders: &feeders,
            vars: &plan.vars,
            run: run_id,
            seed: plan.seed,
            users: plan.most_users(),
            think: plan.think,
            last_pause: match plan.model {
                Model::Closed => LastPause::Kept,
                Model::Open | Model::PartlyOpen => LastPause::Skipped,
            },
        };
        let mut acts = Vec::new();
        for choice in &plan.scenarios {
            // Built once here, so that what Goose refuses is an error before anything is started.
            weighted(&choice.name, choice.weight)?;
            let part = match &choice.journey {
                Some(journey) => Part::Script {
                    script: Arc::new(Script::new(&choice.name, journey, &ground)?),
                    steps: journey.steps.iter().map(|step| step.name.clone()).collect(),
                },
                None if choice.name == HTTP.name => Part::Get(path.into()),
                None => Part::Engine,
            };
            acts.push(Act {
                name: choice.name.clone(),
                weight: choice.weight,
                part,
            });
        }
        let engine = acts.iter().any(|act| matches!(act.part, Part::Engine));
        let ledger = engine.then(|| LedgerWorkload::new(plan, run_id));
        Ok(Self {
            acts,
            ledger: ledger.transpose()?,
        })
    }

    fn journey(&self, act: &Act) -> Option<Journey> {
        let scenario = weighted(&act.name, act.weight).ok()?;
        match &act.part {
            Part::Script { script, steps } => {
                let transaction = Transaction::new(script.clone().transaction());
                Some(Journey {
                    scenario: scenario.register_transaction(transaction),
                    steps: steps.clone(),
                })
            }
            Part::Get(path) => Some(http::journey(path, scenario)),
            Part::Engine => self.ledger.as_ref()?.journey(&act.name, act.weight),
        }
    }
}

impl Workload for MixedWorkload {
    fn journeys(&self) -> Vec<Journey> {
        self.acts
            .iter()
            .filter_map(|act| self.journey(act))
            .collect()
    }

    fn prepare<'a>(
        &'a self,
        client: &'a Client,
    ) -> Pin<Box<dyn Future<Output = Result<(), ClientError>> + Send + 'a>> {
        match &self.ledger {
            Some(ledger) => ledger.prepare(client),
            None => Box::pin(std::future::ready(Ok(()))),
        }
    }

    fn audit<'a>(&'a self, client: &'a Client) -> AuditFuture<'a> {
        match &self.ledger {
            Some(ledger) => ledger.audit(client),
            None => Box::pin(std::future::ready(Ok(None))),
        }
    }
}
