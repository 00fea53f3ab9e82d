//! What is running, and whether it answers.

use super::request::Query;
use super::{Answer, Service, accounts, answer, body, journal};
use crate::json::wire::answer::{HealthAnswer, InfoAnswer, LimitsAnswer, PageLimitsAnswer};
use crate::json::wire::running::{
    AuditRunAnswer, FaultAnswer, JournalRunAnswer, RunningAnswer, StoreAnswer,
};
use axum::extract::Request;
use std::sync::Arc;

/// How this crate was built.
const BUILD: &str = if cfg!(debug_assertions) {
    "debug"
} else {
    "release"
};

/// `GET /v1/info`.
pub(super) async fn get(service: Arc<Service>, request: Request) -> Answer {
    Query::read(&request, [])?;
    let page = PageLimitsAnswer {
        accounts: accounts::PAGE_MAX,
        journal: journal::PAGE_MAX,
        statement: accounts::STATEMENT_MAX,
    };
    Ok(answer::ok(&InfoAnswer {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        build: BUILD,
        durability: service.executor().durability().name(),
        executor: service.switches().balances.name(),
        switches: service.in_force().clone(),
        running: running(&service),
        limits: LimitsAnswer::new(
            service.limits(),
            service.connections_max(),
            body::BODY_BYTES_MAX,
            page,
        ),
    }))
}

fn running(service: &Service) -> RunningAnswer {
    let executor = service.executor();
    let audit = service.records().audit.as_ref();
    let fired = service.injector().fired();
    RunningAnswer {
        journal: JournalRunAnswer::new(executor.folder(), &executor.progress()),
        audit: audit.map(|log| AuditRunAnswer::new(log.progress())),
        store: StoreAnswer::new(service.stores()),
        faults: fired.map(FaultAnswer::new).collect(),
    }
}

/// `GET /healthz`: fails once the ledger has stopped.
pub(super) async fn health(service: Arc<Service>, _request: Request) -> Answer {
    service.executor().check()?;
    Ok(answer::ok(&HealthAnswer { status: "ok" }))
}
