//! Accounts: open one, read one, read many, read a statement.

mod cached;

use super::body::{CommandRequest, Form};
use super::commands::Ready;
use super::error::ApiError;
use super::request::{Query, account_in_path};
use super::{Answer, Service, answer, commands};
use crate::json;
use crate::json::wire::answer::{AccountAnswer, AccountsAnswer, OpenAnswer};
use crate::ledger::part::Needs;
use crate::ledger::{Account, AccountId, Command, Outcome, Sequence, Status};
use axum::extract::Request;
use axum::http::StatusCode;
use std::sync::Arc;

/// Accounts of a page if the caller names no number.
const PAGE_USUAL: usize = 100;
/// The most accounts of a page.
pub(super) const PAGE_MAX: usize = 10_000;
/// Movements of a statement's page if the caller names no number.
const STATEMENT_USUAL: usize = 50;
/// The most movements of a statement's page.
pub(super) const STATEMENT_MAX: usize = 1_000;

/// `POST /v1/accounts`: 201 for a new account, 200 for the same command again.
pub(super) fn post(service: Arc<Service>, request: CommandRequest) -> impl Future<Output = Answer> {
    let ready = Ready::read(&service, request, commands::open);
    open(service, ready)
}

async fn open(service: Arc<Service>, ready: Result<Ready, ApiError>) -> Answer {
    let mut ready = ready?;
    let outcome = ready.applied(&service).await?;
    let Ready { form, command, .. } = ready;
    if form != Form::Json {
        return answer::command(form, &command, &outcome);
    }
    match (outcome, command.debit()) {
        (
            Outcome::Recorded {
                status: Status::Ok,
                sequence,
            },
            Some(account),
        ) => Ok(answer::json(
            StatusCode::CREATED,
            &opened(&command, account, sequence, false),
        )),
        (
            Outcome::Replayed {
                status: Status::Ok,
                sequence,
            },
            Some(account),
        ) => Ok(answer::ok(&opened(&command, account, sequence, true))),
        _ => Err(ApiError::refusal_of(&command, &outcome)),
    }
}

/// The account as it was right after opening: the first outcome, whatever happened since.
fn opened(command: &Command, id: AccountId, sequence: Sequence, replayed: bool) -> OpenAnswer {
    let mut account = Account::opened(id, sequence);
    account.token = command.token();
    account.profile = command.profile().unwrap_or_default();
    OpenAnswer::new(&account, replayed)
}

/// `GET /v1/accounts/{id}?consistency=cached`; without the parameter the answer is the ledger's own.
pub(super) async fn get(service: Arc<Service>, request: Request) -> Answer {
    let may_be_cached = Query::read(&request, ["consistency"])?.may_be_cached()?;
    let id = account_in_path(&request)?;
    drop(request);
    if may_be_cached {
        return cached::get(&service, id).await;
    }
    Ok(answer::ok(&AccountAnswer::new(&read(&service, id).await?)))
}

/// The account as the ledger has it.
async fn read(service: &Service, id: AccountId) -> Result<Account, ApiError> {
    let (account, last) = service
        .read_seen(Needs::Account(id), move |ledger| {
            let (account, last) = (ledger.account(id), ledger.last_sequence());
            // That there is none rests on all that was recorded so far.
            let seen = account.map_or(last, |account| Some(account.sequence));
            ((account, last), seen)
        })
        .await?;
    account.ok_or_else(|| ApiError::account_unknown(last))
}

/// `GET /v1/accounts?after=<id>&limit=<n>`: in order of id.
pub(super) async fn list(service: Arc<Service>, request: Request) -> Answer {
    let query = Query::read(&request, ["after", "limit"])?;
    let after = query.account("after")?;
    let limit = query.limit(PAGE_USUAL, PAGE_MAX)?;
    drop(request);
    let page = service
        .read(Needs::Accounts { after, limit }, move |ledger| {
            ledger.accounts(after, limit)
        })
        .await?;
    Ok(answer::ok(&AccountsAnswer::new(&page)))
}

/// `GET /v1/accounts/{id}/statement?before=<sequence>&limit=<n>`: newest first.
pub(super) async fn statement(service: Arc<Service>, request: Request) -> Answer {
    let query = Query::read(&request, ["before", "limit"])?;
    let account = account_in_path(&request)?;
    let before = query.sequence("before")?;
    let limit = query.limit(STATEMENT_USUAL, STATEMENT_MAX)?;
    drop(request);
    let needs = Needs::Statement {
        account,
        before,
        limit,
    };
    let page = service
        .read_seen(needs, move |ledger| {
            let changed = ledger.account(account).map(|account| account.sequence);
            let page = ledger.statement(account, before, limit);
            (page, changed.or_else(|| ledger.last_sequence()))
        })
        .await??;
    let body = json::encode_statement(&page);
    Ok(answer::bytes(StatusCode::OK, Form::Json.media_type(), body))
}
