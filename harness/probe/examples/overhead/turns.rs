//! The work of a process and what it measures of it, the same with the probe and without.

use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// How many serve at once.
const TASKS: usize = 4;

/// How long a turn is.
#[derive(Clone, Copy)]
enum Length {
    Time(Instant),
    /// So many requests of each task.
    Count(usize),
}

/// About 20 µs of arithmetic and a few dozen allocations, with one yield, as a small handler would. Each step of the arithmetic waits for the
/// one before, so that it takes the same time wherever a compiler places it: two programs are held against each other here.
pub async fn work() -> String {
    const STEPS: usize = 7_000;
    let words: Vec<String> = (0..20_u64).map(|n| black_box(n).to_string()).collect();
    tokio::task::yield_now().await;
    let start = words.iter().map(String::len).sum::<usize>() as u64;
    let step = |sum: u64, _| (sum ^ (sum >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (0..black_box(STEPS)).fold(start, step).to_string()
}

async fn calls(app: Router, length: Length) -> Vec<Duration> {
    let mut times = Vec::new();
    while match length {
        Length::Time(until) => Instant::now() < until,
        Length::Count(count) => times.len() < count,
    } {
        let name = format!("run-{}-0", times.len());
        let request = Request::get("/work").header("x-request-id", name);
        let request = request.body(Body::empty()).unwrap_or_default();
        let begun = Instant::now();
        black_box(app.clone().oneshot(request).await.is_ok());
        times.push(begun.elapsed());
    }
    times
}

/// Takes a turn for each line that it reads, `100ms` or a number of requests, and writes what it measured: requests a second, seconds of CPU
/// time a request, and the 99th percentile of the time in the service.
pub fn take(app: &Router, runtime: &Runtime) -> Result<(), Box<dyn Error>> {
    for line in std::io::stdin().lines() {
        let line = line?;
        let cpu = probe::process::cpu_time();
        let begun = Instant::now();
        let length = match line.strip_suffix("ms") {
            Some(millis) => Length::Time(begun + Duration::from_millis(millis.parse()?)),
            None => Length::Count(line.parse::<usize>()? / TASKS),
        };
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| runtime.spawn(calls(app.clone(), length)))
            .collect();
        let mut times = Vec::new();
        for task in tasks {
            times.extend(runtime.block_on(task)?);
        }
        let wall = begun.elapsed();
        let cpu = probe::process::cpu_time().saturating_sub(cpu);
        times.sort_unstable();
        let count = times.len();
        let p99 = times.get(count * 99 / 100).copied().unwrap_or_default();
        let rate = count as f64 / wall.as_secs_f64();
        writeln!(
            std::io::stdout(),
            "{rate} {} {}",
            cpu.as_secs_f64() / count as f64,
            p99.as_secs_f64()
        )?;
    }
    Ok(())
}
