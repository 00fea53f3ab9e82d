//! Tail profiles end to end: samples joined with the response times that a client saw name the code of the slow requests.

use std::collections::HashMap;
use std::hint::black_box;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::Request;
use axum::routing::get;
use probe::cpu::{Labels, Options, Profiling};
use probe::metrics::Registry;
use record::profile::{Label, Profile};
use tower::ServiceExt;

use crate::cpu::ONE_AT_A_TIME;

const REQUESTS: usize = 600;
/// Every hundredth request takes the injected path: as many as lie above the 99th percentile.
const SLOW: usize = 100;

/// CPU time of the calling thread in nanoseconds.
fn own_cpu() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

macro_rules! burning {
    ($name:ident) => {
        /// Works for some milliseconds of CPU time.
        #[inline(never)]
        fn $name(millis: u64) -> u64 {
            let end = own_cpu() + millis * 1_000_000;
            let mut state = 1_u64;
            while own_cpu() < end {
                state = (0..200_000).fold(state, |state, n| black_box(state.rotate_left(5) ^ n));
            }
            state
        }
    };
}

burning!(usual_work);
burning!(injected_work);

async fn handle(Path(number): Path<usize>) -> String {
    let usual = black_box(usual_work(1));
    let injected = if number.is_multiple_of(SLOW) {
        black_box(injected_work(60))
    } else {
        0
    };
    (usual ^ injected).to_string()
}

/// Sends all requests one after the other; what each was called, and how long it took, in nanoseconds of the processor, which client and
/// handler have together: a machine that stands still for a while would put any request among the slowest.
async fn client(app: Router) -> Vec<(String, u64)> {
    let mut seen = Vec::new();
    for number in 0..REQUESTS {
        let name = format!("tail-{number}-0");
        let request = Request::get(format!("/work/{number}")).header("x-request-id", &name);
        let request = request.body(Body::empty()).unwrap();
        let begun = own_cpu();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        seen.push((name, own_cpu() - begun));
    }
    seen
}

/// The band of each request by rank of its response time.
fn bands(mut seen: Vec<(String, u64)>) -> HashMap<String, &'static str> {
    seen.sort_by_key(|(_, time)| *time);
    let ranked = seen.into_iter().enumerate();
    let band = |rank: usize| match rank * 100 / REQUESTS {
        ..50 => "le_p50",
        50..90 => "p50_p90",
        90..99 => "p90_p99",
        _ => "gt_p99",
    };
    ranked.map(|(rank, (name, _))| (name, band(rank))).collect()
}

/// The share of a function in the samples of a band.
fn share(profile: &Profile, band: &str, function: &str) -> f64 {
    let of_band = profile.filtered(|sample| sample.label("response_band") == Some(band));
    let stacks = of_band.folded(0);
    let of = stacks.iter().filter(|(stack, _)| stack.contains(function));
    let sum: i64 = of.map(|(_, count)| count).sum();
    sum as f64 / of_band.total(0).max(1) as f64
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_injected_function_is_the_tail_and_not_the_median() {
    let _one = ONE_AT_A_TIME.lock().await;
    let registry = Registry::new();
    let app = Router::new().route("/work/{number}", get(handle));
    let app = app.layer(probe::http::layer(&registry));
    let options = Options {
        labels: Labels::Request,
        hz: 997,
        ..Options::default()
    };
    let profiling = tokio::task::spawn_blocking(move || Profiling::start(options));
    let profiling = profiling.await.unwrap().unwrap();
    let seen = tokio::spawn(client(app)).await.unwrap();
    let profile = tokio::task::spawn_blocking(move || profiling.finish());
    let profile = profile.await.unwrap().unwrap();
    let bands = bands(seen);
    let banded = profile.relabelled(|sample| {
        let band = match sample.label("request") {
            Some(request) => bands.get(request).copied().unwrap_or("unmatched"),
            None => "untagged",
        };
        vec![Label::text("response_band", band)]
    });
    assert_eq!(banded.total(0), profile.total(0));
    let injected = |band| share(&banded, band, "it::tail::injected_work");
    assert!(injected("gt_p99") >= 0.8, "{}", injected("gt_p99"));
    assert!(injected("le_p50") <= 0.05, "{}", injected("le_p50"));
    assert!(injected("untagged") <= 0.0, "{}", injected("untagged"));
    assert!(share(&banded, "le_p50", "it::tail::usual_work") >= 0.8);
}
