//! The HTTP surface: routes to handlers.
//!
//! A handler for a command gets the whole body, parses it, waits for the ledger, and writes the answer. Whatever fails is
//! answered as `{"error": {"code", "message"}}`.

mod accounts;
mod airdrops;
mod answer;
mod batch;
mod body;
mod commands;
mod error;
mod holds;
mod info;
mod journal;
mod listener;
mod request;
mod service;
mod transfers;

pub use listener::BoundedListener;
pub use service::{Knobs, Service};

use crate::ledger::Kind;
use crate::metrics::Surface;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{self, MethodFilter, MethodRouter, get};
use body::{BATCH_BYTES_MAX, BODY_BYTES_MAX, CommandRequest};
use error::ApiError;
use std::sync::Arc;
use std::time::Instant;

/// What a handler returns.
type Answer = Result<Response, ApiError>;

/// All routes over one service.
pub fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route(
            "/v1/accounts",
            reads(accounts::list).merge(commands(accounts::post)),
        )
        .route("/v1/accounts/{id}", reads(accounts::get))
        .route("/v1/accounts/{id}/statement", reads(accounts::statement))
        .route("/v1/accounts/{id}/kyc", changes(commands::kyc))
        .route("/v1/mints", of_kind(Kind::Mint))
        .route("/v1/burns", of_kind(Kind::Burn))
        .route("/v1/freezes", of_kind(Kind::Freeze))
        .route("/v1/unfreezes", of_kind(Kind::Unfreeze))
        .route(
            "/v1/allowances",
            reads(holds::allowance).merge(of_kind(Kind::Approve)),
        )
        .route("/v1/holds", of_kind(Kind::Hold))
        .route("/v1/holds/{id}", reads(holds::get))
        .route("/v1/holds/{id}/post", commands(commands::post_hold))
        .route("/v1/holds/{id}/void", commands(commands::void_hold))
        .route("/v1/commands", commands(commands::any))
        .route("/v1/batch", batches(batch::post))
        .route("/v1/airdrops", batches(airdrops::post))
        .route("/v1/airdrops/{id}", reads(airdrops::get))
        .route("/v1/transfers", of_kind(Kind::Transfer))
        .route("/v1/transfers/{id}", reads(transfers::get))
        .route("/v1/journal", watches(journal::list))
        .route("/v1/audit/totals", watches(journal::totals))
        .route("/v1/info", watches(info::get))
        .route("/healthz", watches(info::health))
        .fallback(async || ApiError::route_unknown())
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(service)
}

/// A route that reads.
fn reads<F, A>(handler: F) -> MethodRouter<Arc<Service>>
where
    F: Fn(Arc<Service>, Request) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    asks(handler, Surface::Single)
}

/// A route that operators and auditors read.
fn watches<F, A>(handler: F) -> MethodRouter<Arc<Service>>
where
    F: Fn(Arc<Service>, Request) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    asks(handler, Surface::Admin)
}

fn asks<F, A>(handler: F, surface: Surface) -> MethodRouter<Arc<Service>>
where
    F: Fn(Arc<Service>, Request) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    get(
        move |State(service): State<Arc<Service>>, request: Request| async move {
            let began = Instant::now();
            let answer = handler(Arc::clone(&service), request).await;
            service.metrics().answered(surface, began.elapsed());
            answer
        },
    )
}

/// A route that takes commands, one a request.
fn commands<F, A>(handler: F) -> MethodRouter<Arc<Service>>
where
    F: Fn(Arc<Service>, CommandRequest) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    on(MethodFilter::POST, handler, BODY_BYTES_MAX, Surface::Single)
}

/// The same, for what replaces something that has a path.
fn changes<F, A>(handler: F) -> MethodRouter<Arc<Service>>
where
    F: Fn(Arc<Service>, CommandRequest) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    on(MethodFilter::PUT, handler, BODY_BYTES_MAX, Surface::Admin)
}

/// A route that takes many commands at once.
fn batches<F, A>(handler: F) -> MethodRouter<Arc<Service>>
where
    F: Fn(Arc<Service>, CommandRequest) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    on(MethodFilter::POST, handler, BATCH_BYTES_MAX, Surface::Batch)
}

/// A short form: a route whose path says the kind.
fn of_kind(kind: Kind) -> MethodRouter<Arc<Service>> {
    commands(move |service, request| commands::of_kind(service, request, kind))
}

fn on<F, A>(
    method: MethodFilter,
    handler: F,
    most: usize,
    surface: Surface,
) -> MethodRouter<Arc<Service>>
where
    F: Fn(Arc<Service>, CommandRequest) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    routing::on(
        method,
        move |State(service): State<Arc<Service>>, request: Request| async move {
            let began = Instant::now();
            let answer = match CommandRequest::read(&service, request, most).await {
                Ok(request) => handler(Arc::clone(&service), request).await,
                Err(error) => Err(error),
            };
            service.metrics().answered(surface, began.elapsed());
            answer
        },
    )
}
