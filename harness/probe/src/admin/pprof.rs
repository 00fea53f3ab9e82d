//! `/debug/pprof/…`: the paths, parameters, headers and errors of Go's `net/http/pprof`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, Redirect, Response};
use axum::routing::get;

use super::answer::{binary, failure, file, listing, secured, text};
use super::cmdline;
use super::index;
use super::query::{Parameters, Wanted, hz, labels, profile_duration, trace_duration, wanted};
use super::source::{Source, Taken};
use super::{symbol, trace};
use crate::cpu::{self, Labels};
use crate::lock::Whose;
use crate::{alloc, clock, lock};

/// Most windows that wait at a time, over all profiles but the CPU's, which has its own bound.
const MAX_WINDOWS: usize = 64;
/// Distance of two looks at labelled allocations.
const GATHER: Duration = Duration::from_millis(100);

/// What the routes share.
#[derive(Debug, Default)]
struct Shared {
    /// What each `delta_…` answered last.
    last: Mutex<BTreeMap<Source, Taken>>,
    windows: AtomicUsize,
}

/// The routes below `/debug/pprof/`.
pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(
            "/debug/pprof",
            get(|| async { Redirect::permanent("/debug/pprof/") }),
        )
        .route(
            "/debug/pprof/",
            get(|| async { secured(Html(index::page())) }),
        )
        .route(
            "/debug/pprof/cmdline",
            get(|| async { text(cmdline::joined()) }),
        )
        .route("/debug/pprof/profile", get(cpu_profile))
        .route("/debug/pprof/symbol", get(symbol_get).post(symbol_post))
        .route("/debug/pprof/trace", get(trace))
        .route("/debug/pprof/{name}", get(named))
        .with_state(Arc::new(Shared::default()))
}

async fn cpu_profile(Query(parameters): Query<Parameters>) -> Response {
    let hz = match hz(&parameters) {
        Ok(hz) => hz,
        Err(reason) => return failure(StatusCode::BAD_REQUEST, reason),
    };
    let options = cpu::Options {
        duration: profile_duration(&parameters),
        hz,
        labels: labels(&parameters),
        ..cpu::Options::default()
    };
    match cpu::collect_with(options).await {
        Ok(profile) => blocking(move || binary("profile", &profile)).await,
        Err(error) => failure(
            StatusCode::INTERNAL_SERVER_ERROR,
            &format!("Could not enable CPU profiling: {error}"),
        ),
    }
}

async fn trace(Query(parameters): Query<Parameters>) -> Response {
    let json = trace::collect(trace_duration(&parameters)).await;
    file("trace", json)
}

async fn symbol_get(RawQuery(query): RawQuery) -> Response {
    blocking(move || text(symbol::answer(&query.unwrap_or_default()))).await
}

async fn symbol_post(body: String) -> Response {
    blocking(move || text(symbol::answer(&body))).await
}

async fn named(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    Query(parameters): Query<Parameters>,
) -> Response {
    if let Some(source) = name.strip_prefix("delta_").and_then(Source::named) {
        return delta(&shared, source).await;
    }
    let Some(source) = Source::named(&name) else {
        return failure(StatusCode::NOT_FOUND, "Unknown profile");
    };
    match wanted(&parameters) {
        Ok(Wanted::Cumulative) => {
            let taken = source.take();
            blocking(move || binary(source.name(), &taken.profile())).await
        }
        Ok(Wanted::Text) => {
            let taken = source.take();
            blocking(move || text(listing(&taken.profile()))).await
        }
        Ok(Wanted::Delta(duration)) => {
            let Some(_window) = Window::open(&shared) else {
                return too_many();
            };
            window(source, duration, labels(&parameters)).await
        }
        Err(reason) => failure(StatusCode::BAD_REQUEST, reason),
    }
}

/// The profile of the next `duration`, as the difference of two; with requests it is made of the samples of that time.
async fn window(source: Source, duration: Duration, labels: Labels) -> Response {
    let name = format!("{}-delta", source.name());
    match (labels, source) {
        (Labels::Request, Source::Allocs) => labelled_allocations(name, duration).await,
        (Labels::Request, Source::Block) => labelled_waits(name, Whose::Waiter, duration).await,
        (Labels::Request, Source::Mutex) => labelled_waits(name, Whose::Holder, duration).await,
        _ => {
            let before = source.take();
            tokio::time::sleep(duration).await;
            let since = source.take().since(&before);
            blocking(move || binary(&name, &since.profile())).await
        }
    }
}

async fn labelled_waits(name: String, whose: Whose, duration: Duration) -> Response {
    let begun = clock::monotonic_nanos();
    tokio::time::sleep(duration).await;
    let waits = lock::Snapshot::by_request(whose, begun..clock::monotonic_nanos());
    blocking(move || binary(&name, &waits.profile())).await
}

async fn labelled_allocations(name: String, duration: Duration) -> Response {
    let Some(mut collector) = alloc::Collector::start() else {
        let reason = "allocations with requests are already being collected";
        return failure(StatusCode::INTERNAL_SERVER_ERROR, reason);
    };
    let before = alloc::Snapshot::take();
    let end = tokio::time::Instant::now() + duration;
    while tokio::time::Instant::now() < end {
        tokio::time::sleep_until(end.min(tokio::time::Instant::now() + GATHER)).await;
        collector.gather();
    }
    let since = alloc::Snapshot::take().since(&before);
    blocking(move || binary(&name, &alloc::by_request(collector, &since))).await
}

/// What was added since the last call of the same path; everything at the first call.
async fn delta(shared: &Shared, source: Source) -> Response {
    let now = source.take();
    let last = {
        let mut last = shared.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.insert(source, now.clone())
    };
    let name = format!("delta_{}", source.name());
    let added = last.map_or_else(|| now.clone(), |last| now.added_since(&last));
    blocking(move || binary(&name, &added.profile())).await
}

fn too_many() -> Response {
    let reason = format!("{MAX_WINDOWS} profiles are being taken already; ask again later");
    failure(StatusCode::SERVICE_UNAVAILABLE, &reason)
}

/// Looks up symbols where nothing waits for it, then renders.
async fn blocking(render: impl FnOnce() -> Response + Send + 'static) -> Response {
    let work = tokio::task::spawn_blocking(render);
    work.await.unwrap_or_else(|error| {
        let reason = format!("profile was cut off: {error}");
        failure(StatusCode::INTERNAL_SERVER_ERROR, &reason)
    })
}

/// One of the windows that wait; also given back when the client goes away.
struct Window<'a>(&'a Shared);

impl<'a> Window<'a> {
    fn open(shared: &'a Shared) -> Option<Self> {
        let before = shared.windows.fetch_add(1, Ordering::AcqRel);
        let window = Self(shared);
        (before < MAX_WINDOWS).then_some(window)
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        self.0.windows.fetch_sub(1, Ordering::AcqRel);
    }
}
