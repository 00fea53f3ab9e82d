//! Reads of holds and allowances.

use super::error::ApiError;
use super::request::{Query, command_in_path};
use super::{Answer, Service, answer};
use crate::json::wire::answer::{AllowanceAnswer, HoldAnswer};
use crate::ledger::part::Needs;
use axum::extract::Request;
use std::sync::Arc;

/// `GET /v1/holds/{id}`.
pub(super) async fn get(service: Arc<Service>, request: Request) -> Answer {
    Query::read(&request, [])?;
    let id = command_in_path(&request)?;
    drop(request);
    let (hold, last) = service
        .read(Needs::Hold(id), move |ledger| {
            (ledger.hold(id), ledger.last_sequence())
        })
        .await?;
    let message = "the hold does not exist";
    let hold = hold.ok_or_else(|| ApiError::not_found("hold_unknown", message, last))?;
    Ok(answer::ok(&HoldAnswer::new(&hold)))
}

/// `GET /v1/allowances?owner=<id>&spender=<id>`.
pub(super) async fn allowance(service: Arc<Service>, request: Request) -> Answer {
    let query = Query::read(&request, ["owner", "spender"])?;
    let (Some(owner), Some(spender)) = (query.account("owner")?, query.account("spender")?) else {
        let message = "query: owner and spender are both needed";
        return Err(ApiError::bad_request("query_invalid", message));
    };
    drop(request);
    let (allowance, last) = service
        .read(Needs::Allowance { owner, spender }, move |ledger| {
            (ledger.allowance(owner, spender), ledger.last_sequence())
        })
        .await?;
    let allowance = allowance.ok_or_else(|| ApiError::account_unknown(last))?;
    Ok(answer::ok(&AllowanceAnswer::new(owner, spender, allowance)))
}
