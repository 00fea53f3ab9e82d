//! Any HTTP service, with no scenario code: one GET of the target's path.

use crate::Known;
use driver::{AuditFuture, Client, ClientError, Journey, Request, Workload, session};
use goose::goose::{Scenario, Transaction, TransactionFunction};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub(crate) const KNOWN: Known = Known {
    name: "http",
    summary: "GET the target's path, as given with --target; for any service",
    steps: &["get"],
};

pub(crate) struct HttpWorkload {
    path: Arc<str>,
}

impl HttpWorkload {
    pub(crate) fn new(path: &str) -> Self {
        Self { path: path.into() }
    }
}

/// The one GET as the only act of `scenario`.
pub(crate) fn journey(path: &Arc<str>, scenario: Scenario) -> Journey {
    let path = path.clone();
    let get: TransactionFunction = Arc::new(move |user| {
        let path = path.clone();
        Box::pin(async move {
            session(user).send(0, Request::get(&path)).await?;
            Ok(())
        })
    });
    Journey {
        scenario: scenario.register_transaction(Transaction::new(get)),
        steps: KNOWN.steps.iter().map(|&step| step.to_owned()).collect(),
    }
}

impl Workload for HttpWorkload {
    fn journeys(&self) -> Vec<Journey> {
        vec![journey(&self.path, Scenario::new(KNOWN.name))]
    }

    fn prepare<'a>(
        &'a self,
        _client: &'a Client,
    ) -> Pin<Box<dyn Future<Output = Result<(), ClientError>> + Send + 'a>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn audit<'a>(&'a self, _client: &'a Client) -> AuditFuture<'a> {
        Box::pin(std::future::ready(Ok(None)))
    }
}
