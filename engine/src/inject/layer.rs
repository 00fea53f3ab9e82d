//! Faults in front of the routes.

use super::Injector;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// Lets the faults that concern requests happen, then serves the request.
pub(crate) async fn on_request(
    State(injector): State<Arc<Injector>>,
    request: Request,
    next: Next,
) -> Response {
    injector.on_request();
    next.run(request).await
}
