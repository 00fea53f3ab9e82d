//! `/debug/pprof/…`: the paths, parameters, headers and errors of Go's `net/http/pprof`, as far as they are served.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use flate2::Compression;
use flate2::write::GzEncoder;
use record::profile::Profile;

use super::cmdline;
use super::query::{Parameters, Wanted, profile_duration, wanted};
use crate::alloc::Snapshot;
use crate::{VERSION, cpu, self_test};

const TEXT: &str = "text/plain; charset=utf-8";

/// The profiles that are served, with what the index says about them.
const SERVED: [(&str, &str); 4] = [
    (
        "allocs",
        "Sampled allocations since the start: number and bytes by stack.",
    ),
    ("cmdline", "The command line of this process."),
    (
        "heap",
        "The same as allocs; live objects are not tracked yet.",
    ),
    (
        "profile",
        "CPU profile; the parameter seconds gives its length, 30 by default.",
    ),
];

/// The routes below `/debug/pprof/`.
pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/debug/pprof/", get(index))
        .route(
            "/debug/pprof/cmdline",
            get(|| async { text(cmdline::joined()) }),
        )
        .route("/debug/pprof/profile", get(cpu_profile))
        .route("/debug/pprof/{name}", get(cumulative))
}

async fn index() -> Response {
    let mut page = format!("<!DOCTYPE html><title>/debug/pprof/</title><p>probe {VERSION}</p>");
    if let Err(reason) = self_test() {
        let _ = write!(page, "<p>degraded: {reason}</p>");
    }
    page.push_str("<table>");
    for (name, about) in SERVED {
        let _ = write!(
            page,
            "<tr><td><a href=\"/debug/pprof/{name}\">{name}</a>\
             <td><a href=\"/debug/pprof/{name}?debug=1\">text</a><td>{about}"
        );
    }
    page.push_str("</table>\n");
    secured(Html(page))
}

async fn cpu_profile(Query(parameters): Query<Parameters>) -> Response {
    match cpu::collect(profile_duration(&parameters), cpu::DEFAULT_HZ).await {
        Ok(profile) => binary("profile", &profile),
        Err(error) => failure(
            StatusCode::INTERNAL_SERVER_ERROR,
            &format!("Could not enable CPU profiling: {error}"),
        ),
    }
}

async fn cumulative(Path(name): Path<String>, Query(parameters): Query<Parameters>) -> Response {
    if !matches!(name.as_str(), "allocs" | "heap") {
        return failure(StatusCode::NOT_FOUND, "Unknown profile");
    }
    let snapshot = match wanted(&parameters) {
        Ok(Wanted::Cumulative) => Snapshot::take(),
        Ok(Wanted::Delta(duration)) => window(duration).await,
        Ok(Wanted::Text) => return with_symbols(Snapshot::take(), |p| text(listing(p))).await,
        Err(reason) => return failure(StatusCode::BAD_REQUEST, reason),
    };
    let suffix = if parameters.contains_key("seconds") {
        "-delta"
    } else {
        ""
    };
    let file = format!("{name}{suffix}");
    with_symbols(snapshot, move |profile| binary(&file, profile)).await
}

async fn window(duration: Duration) -> Snapshot {
    let before = Snapshot::take();
    tokio::time::sleep(duration).await;
    Snapshot::take().since(&before)
}

/// Looks up symbols where nothing waits for it, then renders.
async fn with_symbols(
    snapshot: Snapshot,
    render: impl FnOnce(&Profile) -> Response + Send + 'static,
) -> Response {
    let work = tokio::task::spawn_blocking(move || render(&snapshot.profile()));
    work.await.unwrap_or_else(|error| {
        let reason = format!("profile was cut off: {error}");
        failure(StatusCode::INTERNAL_SERVER_ERROR, &reason)
    })
}

/// A profile as text: what it is, then one line a stack, the most bytes first.
fn listing(profile: &Profile) -> String {
    let mut page = String::new();
    for comment in &profile.header().comments {
        let _ = writeln!(page, "# {comment}");
    }
    for (column, index) in profile.types().iter().zip(0..) {
        let _ = writeln!(
            page,
            "# total {}/{}: {}",
            column.kind,
            column.unit,
            profile.total(index)
        );
    }
    let last = profile.types().len().saturating_sub(1);
    let mut stacks: Vec<_> = profile.folded(last).into_iter().collect();
    stacks.sort_by_key(|(stack, value)| (-value, stack.clone()));
    for (stack, value) in stacks {
        let _ = writeln!(page, "{value} {stack}");
    }
    page
}

/// A gzip-compressed body that is a file, not a compressed transfer: hence no `Content-Encoding`.
fn binary(name: &str, profile: &Profile) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_DISPOSITION, disposition),
    ];
    match gzip(&profile.encode()) {
        Ok(bytes) => secured((headers, Body::from(bytes))),
        Err(error) => failure(StatusCode::INTERNAL_SERVER_ERROR, &format!("gzip: {error}")),
    }
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn text(body: String) -> Response {
    secured(([(CONTENT_TYPE, TEXT)], body))
}

fn failure(status: StatusCode, reason: &str) -> Response {
    let headers = [
        (CONTENT_TYPE, TEXT),
        (HeaderName::from_static("x-go-pprof"), "1"),
    ];
    secured((status, headers, format!("{reason}\n")))
}

fn secured(response: impl IntoResponse) -> Response {
    ([(X_CONTENT_TYPE_OPTIONS, "nosniff")], response).into_response()
}
