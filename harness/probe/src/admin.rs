//! The operations listener of a process: health, metrics and profiles over HTTP, by the URL contract of Go's
//! `net/http/pprof`.
//!
//! It has a thread and a runtime of its own, so that profiles can be fetched while the workers of the program are stuck.

mod cmdline;
mod pprof;
mod query;
mod serve;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::metrics::{self, Registry};

pub use serve::{AdminHandle, serve};

/// The routes `/healthz`, `/metrics` and `/debug/pprof/…`.
pub fn router(registry: &Registry) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/metrics", get(exposition))
        .with_state(registry.clone())
        .merge(pprof::router())
}

async fn exposition(State(registry): State<Registry>) -> impl IntoResponse {
    ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], registry.serve())
}
