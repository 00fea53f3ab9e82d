//! What the probe costs: the same requests in processes with parts of it on, which take turns of a tenth of a second.
//!
//! `cargo run --release -p probe --example overhead [ROUNDS]` prints, for throughput, CPU time a request and the 99th percentile of the time in
//! the service, the median change with its 95 % interval. A machine whose speed changes from second to second gives every process the same
//! of it; a round takes half a second. Nothing else should run.

use std::error::Error;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
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
/// What is on in a child; the first is what the others are held against, the second is the first again and shows what noise is left.
const ROLES: [&str; 5] = [
    "nothing",
    "nothing again",
    "records of requests",
    "samples",
    "everything",
];
/// What is measured.
const MEASURES: [&str; 3] = [
    "requests per second",
    "CPU per request",
    "p99 in the service",
];
/// A turn.
const TURN: Duration = Duration::from_millis(100);

/// About 20 µs of hashing and a few allocations, with one yield, as a small handler would.
async fn work() -> String {
    let words: Vec<String> = (0..20_u64).map(|n| black_box(n).to_string()).collect();
    tokio::task::yield_now().await;
    let bytes = words
        .iter()
        .cycle()
        .take(8000)
        .flat_map(|word| word.bytes());
    bytes
        .fold(0_u64, |sum, byte| sum.wrapping_mul(31) ^ u64::from(byte))
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

/// Works a turn for each line that it reads, and writes what it measured.
fn child(role: &str) -> Result<(), Box<dyn Error>> {
    let registry = probe::metrics::Registry::new();
    let layer = probe::http::layer(&registry).with_ledger(&registry);
    let app = Router::new().route("/work", get(work)).layer(layer);
    let [records, samples] = [ROLES[2], ROLES[3]].map(|part| [part, ROLES[4]].contains(&role));
    if !records {
        probe::request::set_level(Level::Off);
    }
    let mut profiling = None;
    if samples {
        probe::alloc::enable(512 << 10)?;
        let labels = if records {
            Labels::Request
        } else {
            Labels::Thread
        };
        let options = Options {
            labels,
            ..Options::default()
        };
        profiling = Some(Profiling::start(options)?);
    }
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime
        .on_thread_start(probe::thread::enter)
        .on_thread_stop(probe::thread::exit)
        .build()?;
    for line in std::io::stdin().lines() {
        line?;
        let cpu = probe::process::cpu_time();
        let begun = Instant::now();
        let tasks: Vec<_> = (0..4)
            .map(|_| runtime.spawn(calls(app.clone(), begun + TURN)))
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
    drop(profiling);
    Ok(())
}

/// A process that takes turns.
struct Process {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Process {
    fn start(role: &str) -> Result<Self, Box<dyn Error>> {
        let mut child = Command::new(std::env::current_exe()?)
            .env(ROLE, role)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let orders = child.stdin.take().ok_or("no pipe")?;
        let answers = BufReader::new(child.stdout.take().ok_or("no pipe")?);
        Ok(Self {
            child,
            orders,
            answers,
        })
    }

    fn turn(&mut self) -> Result<[f64; 3], Box<dyn Error>> {
        self.orders.write_all(b"go\n")?;
        let mut text = String::new();
        self.answers.read_line(&mut text)?;
        let numbers: Result<Vec<f64>, _> = text.split_whitespace().map(str::parse).collect();
        let numbers: Result<[f64; 3], _> = numbers?.try_into();
        numbers.map_err(|_| format!("a child said: {text}").into())
    }

    fn end(mut self) -> Result<(), Box<dyn Error>> {
        drop(self.orders);
        self.child.wait()?;
        Ok(())
    }
}

/// The median of sorted numbers, and its 95 % interval whatever their distribution is: ranks n/2 ± 0.98·√n (normal approximation of the
/// binomial distribution).
fn median(sorted: &[f64]) -> [f64; 3] {
    let last = sorted.len() as f64 - 1.0;
    let half = 0.98 * (sorted.len() as f64).sqrt();
    let at = |rank: f64| sorted[rank.clamp(0.0, last).round() as usize];
    [at(last / 2.0), at(last / 2.0 - half), at(last / 2.0 + half)]
}

fn main() -> Result<(), Box<dyn Error>> {
    if let Ok(role) = std::env::var(ROLE) {
        return child(&role);
    }
    let rounds = std::env::args()
        .nth(1)
        .map_or(Ok(200), |text| text.parse::<usize>())?;
    let mut processes = Vec::new();
    for role in ROLES {
        processes.push(Process::start(role)?);
    }
    // The first turns fill caches and tables.
    for turn in 0..5 * ROLES.len() {
        processes[turn % ROLES.len()].turn()?;
    }
    let mut changes = [const { [const { Vec::new() }; MEASURES.len()] }; ROLES.len()];
    let mut nanos = [const { Vec::new() }; ROLES.len()];
    for round in 0..rounds {
        let mut measured = [[0.0; MEASURES.len()]; ROLES.len()];
        // Everybody comes first and last equally often.
        for place in 0..ROLES.len() {
            let turn = (round / 2 + place) % ROLES.len();
            let role = if round % 2 == 0 {
                turn
            } else {
                ROLES.len() - 1 - turn
            };
            measured[role] = processes[role].turn()?;
        }
        for (role, of_role) in changes.iter_mut().enumerate() {
            for (measure, changes) in of_role.iter_mut().enumerate() {
                changes.push(100.0 * (measured[role][measure] / measured[0][measure] - 1.0));
            }
            nanos[role].push(1e9 * (measured[role][1] - measured[0][1]));
        }
    }
    for process in processes {
        process.end()?;
    }
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "Against a process with nothing on, {rounds} turns of {TURN:?} each:\n"
    )?;
    writeln!(out, "| on | {} | of CPU, ns |", MEASURES.join(" | "))?;
    writeln!(out, "|---|---|---|---|---|")?;
    for (role, name) in ROLES.iter().enumerate().skip(1) {
        write!(out, "| {name} |")?;
        for changes in &mut changes[role] {
            changes.sort_unstable_by(f64::total_cmp);
            let [middle, low, high] = median(changes);
            write!(out, " {middle:+.2} % [{low:+.2}, {high:+.2}] |")?;
        }
        nanos[role].sort_unstable_by(f64::total_cmp);
        let [middle, low, high] = median(&nanos[role]);
        writeln!(out, " {middle:+.0} [{low:+.0}, {high:+.0}] |")?;
    }
    Ok(())
}
