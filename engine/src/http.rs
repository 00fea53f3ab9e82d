//! The HTTP surface: routes to handlers.
//!
//! A handler for a command gets the whole body, parses it, waits for the ledger, and writes the answer. Whatever fails is
//! answered as `{"error": {"code", "message"}}`.

mod accounts;
mod airdrops;
mod answer;
mod batch;
mod body;
mod clients;
mod commands;
mod error;
mod guard;
mod holds;
mod info;
mod journal;
mod listener;
mod openapi;
mod regulator;
mod request;
mod routes;
mod sender;
mod service;
mod transfers;
mod webhooks;

pub use guard::Guard;
pub use listener::BoundedListener;
pub use sender::Peer;
pub use service::{Gate, Knobs, Records, Service, Stores};

use crate::ledger::Kind;
use axum::Router;
use axum::response::Response;
use error::ApiError;
use routes::{Routes, batches, changes, commands, deliveries, of_kind, reads, takes, watches};
use std::sync::Arc;

/// What a handler returns.
type Answer = Result<Response, ApiError>;

/// All routes over one service.
pub fn router(service: Arc<Service>) -> Router {
    routes()
        .router
        .fallback(async || ApiError::route_unknown())
        .method_not_allowed_fallback(async || ApiError::method_not_allowed())
        .with_state(service)
}

/// Every path; [`openapi`] says what each of them takes and answers, and a test holds one against the other.
fn routes() -> Routes {
    Routes::default()
        .route(
            "/v1/accounts",
            reads(accounts::list).merge(takes(accounts::post)),
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
        .route(
            "/v1/holds/{id}/post",
            commands(commands::end_of_hold(Kind::Post)),
        )
        .route(
            "/v1/holds/{id}/void",
            commands(commands::end_of_hold(Kind::Void)),
        )
        .route("/v1/commands", commands(commands::any))
        .route("/v1/batch", batches(batch::post))
        .route("/v1/airdrops", batches(airdrops::post))
        .route("/v1/airdrops/{id}", reads(airdrops::get))
        .route("/v1/transfers", of_kind(Kind::Transfer))
        .route("/v1/transfers/{id}", reads(transfers::get))
        .route("/v1/webhooks/{provider}", deliveries(webhooks::post))
        .route("/v1/journal", watches(journal::list))
        .route("/v1/audit/totals", watches(journal::totals))
        .route("/v1/regulator/export", watches(regulator::get))
        .route("/v1/info", watches(info::get))
        .route("/healthz", watches(info::health))
        .route("/openapi.json", watches(openapi::get))
}
