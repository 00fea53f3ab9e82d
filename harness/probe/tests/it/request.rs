//! Requests through the layer: their records, and whose samples are whose.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::poll_fn;
use std::hint::black_box;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use axum::routing::get;
use probe::cpu::{self, Labels, Options};
use probe::metrics::Registry;
use probe::stall::{Cause, timed};
use record::profile::{Label, LabelValue, Profile};
use tower::{Layer, Service, ServiceExt};

use crate::admin::{fetch_text, serve};
use crate::cpu::ONE_AT_A_TIME;

#[inline(never)]
fn slow_path(until: Instant) -> u64 {
    let mut state = 1_u64;
    while Instant::now() < until {
        state = (0..5000).fold(state, |state, _| black_box(state.wrapping_mul(3) ^ 1));
    }
    state
}

#[inline(never)]
fn usual_path(until: Instant) -> u64 {
    let mut state = 2_u64;
    while Instant::now() < until {
        state = (0..5000).fold(state, |state, _| black_box(state.wrapping_mul(5) ^ 2));
    }
    state
}

fn app(registry: &Registry) -> Router {
    let burn = |work: fn(Instant) -> u64| async move {
        let before = black_box(work(Instant::now() + Duration::from_millis(20)));
        tokio::task::yield_now().await;
        let after = black_box(work(Instant::now() + Duration::from_millis(20)));
        (before ^ after).to_string()
    };
    Router::new()
        .route("/slow", get(move || burn(slow_path)))
        .route("/usual/{id}", get(move || burn(usual_path)))
        .layer(probe::http::layer(registry))
}

async fn call(app: &Router, path: &str, name: &str) {
    let request = Request::builder().uri(path).header("x-request-id", name);
    let request = request.body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
}

/// The request of a sample, if it has one.
fn request_of(labels: &[Label]) -> Option<&str> {
    labels.iter().find_map(|label| match &label.value {
        LabelValue::Text(name) if label.key == "request" => Some(name.as_str()),
        _ => None,
    })
}

/// Weights by the beginning of the request's name and by function.
fn by_request(profile: &Profile, functions: [&str; 2]) -> BTreeMap<(String, String), i64> {
    let mut sums = BTreeMap::new();
    for sample in profile.samples() {
        let frames: Vec<_> = profile.frames(sample).collect();
        let has = |name: &&str| {
            frames.iter().any(|frame| match frame {
                record::profile::Frame::Named { function, .. } => function.name == *name,
                record::profile::Frame::Address(_) => false,
            })
        };
        let function = functions.iter().find(|name| has(name));
        let request = request_of(&sample.labels).unwrap_or("untagged");
        let request = request.split('-').next().unwrap_or_default().to_owned();
        let function = function.map_or(String::new(), |name| (*name).to_owned());
        *sums.entry((request, function)).or_insert(0) += sample.values[0];
    }
    sums
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_sample_in_a_handler_carries_the_name_of_its_request() {
    let _one = ONE_AT_A_TIME.lock().await;
    let registry = Registry::new();
    let app = app(&registry);
    let options = Options {
        labels: Labels::Request,
        hz: 199,
        ..Options::default()
    };
    let profiling = tokio::task::spawn_blocking(move || cpu::Profiling::start(options));
    let profiling = profiling.await.unwrap().unwrap();
    for round in 0..20 {
        let slow = format!("slow-{round}-0");
        let usual = format!("usual-{round}-0");
        tokio::join!(call(&app, "/slow", &slow), call(&app, "/usual/1", &usual));
    }
    let profile = tokio::task::spawn_blocking(move || profiling.finish());
    let profile = profile.await.unwrap().unwrap();
    let functions = ["it::request::slow_path", "it::request::usual_path"];
    let sums = by_request(&profile, functions);
    let of = |request: &str, function: &str| {
        let key = (request.to_owned(), function.to_owned());
        sums.get(&key).copied().unwrap_or(0)
    };
    assert!(of("slow", functions[0]) > 10, "{sums:?}");
    assert!(of("usual", functions[1]) > 10, "{sums:?}");
    for (request, function) in [
        ("slow", functions[1]),
        ("usual", functions[0]),
        ("untagged", functions[0]),
        ("untagged", functions[1]),
    ] {
        assert_eq!(of(request, function), 0, "{sums:?}");
    }
}

/// The whole number behind a key of a JSON line.
fn number(line: &str, key: &str) -> u64 {
    let (_, rest) = line.split_once(&format!("\"{key}\":")).unwrap();
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap();
    rest[..end].parse().unwrap()
}

fn record_of(name: &str) -> String {
    let admin = serve();
    let text = fetch_text(&admin, "/debug/probe/requests");
    let named = format!("{{\"request\":\"{name}\",");
    let line = text.lines().find(|line| line.starts_with(&named));
    line.unwrap_or_else(|| panic!("{name} in {text}"))
        .to_owned()
}

#[tokio::test]
async fn the_record_of_a_request_accounts_for_all_of_its_time() {
    let registry = Registry::new();
    let handler = || async {
        timed(Cause::Fsync, || {
            std::thread::sleep(Duration::from_millis(3));
        });
        tokio::time::sleep(Duration::from_millis(5)).await;
        drop(black_box(vec![1_u8; 1000]));
        "done"
    };
    let app = Router::new().route("/wait/{id}", get(handler));
    let app = app.layer(probe::http::layer(&registry).with_ledger(&registry));
    call(&app, "/wait/7", "record-1-0").await;
    let line = record_of("record-1-0");
    let of = |key: &str| number(&line, key);
    assert!(
        line.contains(r#""route":"/wait/{id}","method":"GET","status":200"#),
        "{line}"
    );
    assert_eq!(of("polls"), 2, "{line}");
    let whole = of("ended_ns") - of("started_ns");
    let end = whole - (of("poll_ns") + of("ready_ns") + of("pending_ns"));
    assert_eq!(end, 0, "{line}");
    assert!(of("pending_ns") >= 3_000_000, "{line}");
    assert!(
        of("fsync") >= 3_000_000 && of("poll_ns") >= of("fsync"),
        "{line}"
    );
    assert!(
        of("allocations") >= 1 && of("allocated_bytes") >= 1000,
        "{line}"
    );
    let text = registry.render();
    assert!(
        text.contains(r#"request_stall_seconds_count{cause="fsync"} 1"#),
        "{text}"
    );
}

#[tokio::test]
async fn a_request_whose_client_goes_away_has_a_record_without_status() {
    let slow = tower::service_fn(|_: Request<Body>| {
        poll_fn(|_| Poll::<Result<Response<Body>, Infallible>>::Pending)
    });
    let mut service = probe::http::layer(&Registry::new()).layer(slow);
    let request = Request::builder().header("x-request-id", "gone-1-0");
    let mut future = Box::pin(service.call(request.body(Body::empty()).unwrap()));
    let mut context = Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_pending());
    drop(future);
    let line = record_of("gone-1-0");
    assert_eq!(number(&line, "status"), 0);
    assert_eq!(number(&line, "polls"), 1);
}

#[test]
fn the_clock_of_the_target_goes_on() {
    let admin = serve();
    let read = || number(&fetch_text(&admin, "/debug/probe/clock"), "mono_ns");
    let first = read();
    assert!(read() > first);
    let clock = fetch_text(&admin, "/debug/probe/clock");
    assert!(
        number(&clock, "unix_ns") > 1_600_000_000_000_000_000,
        "{clock}"
    );
}
