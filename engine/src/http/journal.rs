//! What an auditor reads: every recorded command, and the exact totals.

use super::request::Query;
use super::{Answer, Service, answer};
use crate::json::wire::answer::{JournalAnswer, TotalsAnswer};
use crate::ledger::part::Needs;
use crate::ledger::{Ledger, Sequence};
use axum::extract::Request;
use std::sync::Arc;

/// Entries of a page if the caller names no number.
const PAGE_USUAL: usize = 1_000;
/// The most entries of a page.
pub(super) const PAGE_MAX: usize = 10_000;

/// `GET /v1/journal?from=<sequence>&limit=<n>`: in order, refusals included.
pub(super) async fn list(service: Arc<Service>, request: Request) -> Answer {
    let query = Query::read(&request, ["from", "limit"])?;
    let from = query.sequence("from")?.unwrap_or(Sequence::FIRST);
    let limit = query.limit(PAGE_USUAL, PAGE_MAX)?;
    let page = service
        .read(Needs::Journal { from, limit }, move |ledger| {
            ledger.journal(from, limit)
        })
        .await?;
    Ok(answer::ok(&JournalAnswer::new(&page)))
}

/// `GET /v1/audit/totals`: adds up every account under the lock, so it costs a pass over them.
pub(super) async fn totals(service: Arc<Service>, request: Request) -> Answer {
    Query::read(&request, [])?;
    let totals = service.read(Needs::Totals, Ledger::check).await??;
    Ok(answer::ok(&TotalsAnswer::new(&totals)))
}
