//! The operations listener of a process: health, metrics and profiles over HTTP, by the URL contract of Go's
//! `net/http/pprof`.
//!
//! [`Router`] puts it into any axum or hyper service; [`serve`] gives it a thread and a runtime of its own, so that profiles can be
//! fetched while the workers of the program are stuck.

mod answer;
mod cmdline;
mod guard;
mod index;
mod pprof;
mod query;
mod requests;
mod serve;
mod source;
mod symbol;
mod trace;

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;

use crate::metrics::{self, Registry};

pub use serve::{AdminHandle, serve};

/// The routes `/healthz`, `/metrics`, `/debug/pprof/…` and `/debug/probe/…`; with the feature `native` also `/metrics/native`.
///
/// ```
/// let registry = probe::metrics::Registry::new();
/// let app: axum::Router = axum::Router::new();
/// let app = app.layer(probe::http::layer(&registry));
/// let app = app.merge(probe::Router::new(&registry));
/// ```
///
/// What lies below `/debug` is served to the same machine only, which needs the peer's address
/// (`into_make_service_with_connect_info::<SocketAddr>()`), or with [`Router::bearer`] to whoever knows the token.
#[derive(Debug, Clone)]
pub struct Router {
    registry: Registry,
    token: guard::Token,
}

impl Router {
    /// The routes over these metrics.
    pub fn new(registry: &Registry) -> Self {
        Self {
            registry: registry.clone(),
            token: None,
        }
    }

    /// Serves profiles to everybody who sends `Authorization: Bearer <token>`, and to nobody else.
    #[must_use]
    pub fn bearer(mut self, token: &str) -> Self {
        self.token = Some(Arc::from(token));
        self
    }

    /// As a router of axum, which is also a service for hyper.
    pub fn into_axum(self) -> axum::Router {
        let debug = axum::Router::new()
            .merge(pprof::router())
            .merge(requests::router())
            .layer(axum::middleware::from_fn_with_state(
                self.token,
                guard::check,
            ));
        let metrics = axum::Router::new()
            .route("/healthz", get(|| async { "ok\n" }))
            .route("/metrics", get(exposition));
        #[cfg(feature = "native")]
        let metrics = metrics.route("/metrics/native", get(native));
        metrics.with_state(self.registry).merge(debug)
    }
}

impl From<Router> for axum::Router {
    fn from(router: Router) -> Self {
        router.into_axum()
    }
}

/// The routes of [`Router`] without a token, for [`serve`].
pub fn router(registry: &Registry) -> axum::Router {
    Router::new(registry).into_axum()
}

async fn exposition(State(registry): State<Registry>) -> impl IntoResponse {
    ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], registry.serve())
}

#[cfg(feature = "native")]
async fn native(State(registry): State<Registry>) -> impl IntoResponse {
    let content_type = metrics::native::CONTENT_TYPE;
    ([(CONTENT_TYPE, content_type)], registry.encode_native())
}
