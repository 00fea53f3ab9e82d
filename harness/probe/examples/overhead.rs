//! What the probe costs: the same requests in fresh processes with everything off and everything on, interleaved.
//!
//! `cargo run --release -p probe --example overhead [ROUNDS] [SECONDS]` prints, for throughput, CPU time a request and the 99th
//! percentile of the time in the service, the mean change with its 95 % interval. Nothing else should run on the machine.

use std::error::Error;
use std::hint::black_box;
use std::io::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use probe::cpu::{Labels, Options, Profiling};
use probe::request::Level;
use tower::ServiceExt;

#[global_allocator]
static ALLOCATOR: probe::ProfAlloc<std::alloc::System> = probe::ProfAlloc::new(std::alloc::System);

/// Tells a child what to do.
const ROLE: &str = "PROBE_OVERHEAD";
/// What is measured.
const MEASURES: [&str; 3] = [
    "requests per second",
    "CPU per request",
    "p99 in the service",
];

/// About 20 µs of hashing and allocating, with one yield, as a small handler would.
async fn work() -> String {
    let words: Vec<String> = (0..200_u64).map(|n| black_box(n).to_string()).collect();
    tokio::task::yield_now().await;
    let sum = words.iter().flat_map(|word| word.bytes());
    sum.fold(0_u64, |sum, byte| sum.wrapping_mul(31) ^ u64::from(byte))
        .to_string()
}

async fn calls(app: Router, until: Instant) -> Vec<Duration> {
    let mut times = Vec::new();
    while Instant::now() < until {
        let name = format!("run-{}-0", times.len());
        let request = Request::get("/work").header("x-request-id", name);
        let request = request.body(Body::empty()).unwrap_or_default();
        let begun = Instant::now();
        black_box(app.clone().oneshot(request).await.is_ok());
        times.push(begun.elapsed());
    }
    times
}

fn child(on: bool, length: Duration) -> Result<[f64; 3], Box<dyn Error>> {
    let registry = probe::metrics::Registry::new();
    let layer = probe::http::layer(&registry).with_ledger(&registry);
    let app = Router::new().route("/work", get(work)).layer(layer);
    let profiling = if on {
        probe::alloc::enable(512 << 10)?;
        let labels = Labels::Request;
        Some(Profiling::start(Options {
            labels,
            ..Options::default()
        })?)
    } else {
        probe::request::set_level(Level::Off);
        None
    };
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime
        .on_thread_start(probe::thread::enter)
        .on_thread_stop(probe::thread::exit)
        .build()?;
    let cpu = probe::process::cpu_time();
    let begun = Instant::now();
    let tasks: Vec<_> = (0..4)
        .map(|_| runtime.spawn(calls(app.clone(), begun + length)))
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(runtime.block_on(task)?);
    }
    let wall = begun.elapsed();
    let cpu = probe::process::cpu_time().saturating_sub(cpu);
    drop(profiling);
    times.sort_unstable();
    let count = times.len() as f64;
    let p99 = times
        .get(times.len() * 99 / 100)
        .copied()
        .unwrap_or_default();
    Ok([
        count / wall.as_secs_f64(),
        cpu.as_secs_f64() / count,
        p99.as_secs_f64(),
    ])
}

fn ask(role: &str, arguments: &[String]) -> Result<[f64; 3], Box<dyn Error>> {
    let output = Command::new(std::env::current_exe()?)
        .args(arguments)
        .env(ROLE, role)
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let numbers: Result<Vec<f64>, _> = text.split_whitespace().map(str::parse).collect();
    let numbers: Result<[f64; 3], _> = numbers?.try_into();
    numbers.map_err(|_| format!("{role}: {text}").into())
}

/// Mean and half of the 95 % interval by Student's t; its quantile by the expansion of Abramowitz and Stegun, 26.7.5.
fn interval(changes: &[f64]) -> (f64, f64) {
    let count = changes.len() as f64;
    let mean = changes.iter().sum::<f64>() / count;
    let squares: f64 = changes.iter().map(|change| (change - mean).powi(2)).sum();
    let error = (squares / (count - 1.0) / count).sqrt();
    let freedom = count - 1.0;
    let quantile = 1.96 + 2.372 / freedom + 2.823 / freedom.powi(2);
    (mean, quantile * error)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize| {
        arguments
            .get(place)
            .and_then(|text| text.parse::<u64>().ok())
    };
    let (rounds, seconds) = (number(0).unwrap_or(20).max(5), number(1).unwrap_or(5));
    let mut out = std::io::stdout().lock();
    if let Ok(role) = std::env::var(ROLE) {
        let [rate, cpu, p99] = child(role == "on", Duration::from_secs(seconds))?;
        writeln!(out, "{rate} {cpu} {p99}")?;
        return Ok(());
    }
    let mut changes = [const { Vec::new() }; 3];
    for round in 0..rounds {
        // The order changes from round to round, so that a drift of the machine hits both.
        let order = if round % 2 == 0 {
            ["off", "on"]
        } else {
            ["on", "off"]
        };
        let [first, second] = [ask(order[0], &arguments)?, ask(order[1], &arguments)?];
        let (off, on) = if round % 2 == 0 {
            (first, second)
        } else {
            (second, first)
        };
        for (changes, (off, on)) in changes.iter_mut().zip(off.into_iter().zip(on)) {
            changes.push(100.0 * (on / off - 1.0));
        }
    }
    for (name, changes) in MEASURES.iter().zip(&changes) {
        let (mean, half) = interval(changes);
        writeln!(
            out,
            "{name:<22} {mean:+.2} % [{:+.2}, {:+.2}]",
            mean - half,
            mean + half
        )?;
    }
    Ok(())
}
