//! The HTTP surface: routes to handlers.
//!
//! A handler for a command gets the whole body, parses it, waits for the ledger, and writes the answer. Whatever fails is
//! answered as `{"error": {"code", "message"}}`.

mod accounts;
mod answer;
mod body;
mod error;
mod info;
mod journal;
mod listener;
mod mints;
mod request;
mod service;
mod transfers;

pub use listener::BoundedListener;
pub use service::Service;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use body::CommandRequest;
use error::ApiError;
use std::sync::Arc;

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
        .route("/v1/mints", commands(mints::post))
        .route("/v1/transfers", commands(transfers::post))
        .route("/v1/transfers/{id}", reads(transfers::get))
        .route("/v1/journal", reads(journal::list))
        .route("/v1/audit/totals", reads(journal::totals))
        .route("/v1/info", reads(info::get))
        .route("/healthz", reads(info::health))
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
    get(
        move |State(service): State<Arc<Service>>, request: Request| async move {
            handler(service, request).await
        },
    )
}

/// A route that takes commands.
fn commands<F, A>(handler: F) -> MethodRouter<Arc<Service>>
where
    F: Fn(Arc<Service>, CommandRequest) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Answer> + Send,
{
    post(
        move |State(service): State<Arc<Service>>, request: Request| async move {
            handler(service, CommandRequest::read(request).await?).await
        },
    )
}
