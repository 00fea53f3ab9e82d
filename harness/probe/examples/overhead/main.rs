//! What the probe costs: the same requests in a process without it and in processes with parts of it on.
//!
//! Build both programs with `cargo build --release -p probe --examples`. Then `target/release/examples/overhead [ROUNDS]` prints, for
//! throughput, CPU time a request and the 99th percentile of the time in the service, the median change with its 95 % interval. The processes
//! take turns of a tenth of a second, so that a machine whose speed changes from second to second gives every process the same of it; a
//! round takes 0.7 s. Nothing else should run. `overhead instructions` counts instead, under callgrind, which no neighbour disturbs.

mod turns;

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use axum::Router;
use axum::routing::get;
use probe::cpu::{Labels, Options, Profiling};
use probe::request::Level;

#[global_allocator]
static ALLOCATOR: probe::ProfAlloc<std::alloc::System> = probe::ProfAlloc::new(std::alloc::System);

/// Tells a child what to do.
const ROLE: &str = "PROBE_OVERHEAD";
/// A layer that does nothing stands where the probe's would.
const WITHOUT: &str = "without the probe";
const NO_LAYER: &str = "without any layer";
const OFF: &str = "the probe, off";
const RECORDS: &str = "records of requests";
const SAMPLES: &str = "samples";
const EVERYTHING: &str = "everything";
/// What is on in a child; the first is what the others are held against, the second is the first again and shows what noise is left.
const ROLES: [&str; 7] = [
    WITHOUT, WITHOUT, NO_LAYER, OFF, RECORDS, SAMPLES, EVERYTHING,
];
/// What is measured.
const MEASURES: [&str; 3] = [
    "requests per second",
    "CPU per request",
    "p99 in the service",
];
/// A turn.
const TURN: &str = "100ms";

/// Serves with the parts of `role` on.
fn child(role: &str) -> Result<(), Box<dyn Error>> {
    let registry = probe::metrics::Registry::new();
    let layer = probe::http::layer(&registry).with_ledger(&registry);
    let app = Router::new().route("/work", get(turns::work)).layer(layer);
    let [records, samples] = [RECORDS, SAMPLES].map(|part| [part, EVERYTHING].contains(&role));
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
        .enable_all()
        .on_thread_start(probe::thread::enter)
        .on_thread_stop(probe::thread::exit)
        .build()?;
    turns::take(&app, &runtime)?;
    drop(profiling);
    Ok(())
}

/// The program of a child and its argument, if any: this one, or the one beside it that has no probe.
fn program(role: &str) -> Result<(PathBuf, Option<&str>), Box<dyn Error>> {
    let own = std::env::current_exe()?;
    let argument = match role {
        WITHOUT => None,
        NO_LAYER => Some("no-layer"),
        _ => return Ok((own, None)),
    };
    let other = own.with_file_name("overhead-without");
    if other.is_file() {
        return Ok((other, argument));
    }
    let build = "cargo build --release -p probe --examples";
    Err(format!("{} is missing: {build}", other.display()).into())
}

/// User-space instructions of a request, as callgrind counts them: those of a longer turn less those of a shorter, so that what a process costs
/// to start is in neither.
fn instructions(role: &str) -> Result<f64, Box<dyn Error>> {
    const FEW: u64 = 1_000;
    const MANY: u64 = 5_000;
    let (program, argument) = program(role)?;
    let total = |requests: u64| -> Result<u64, Box<dyn Error>> {
        let mut child = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(&program)
            .args(argument)
            .env(ROLE, role)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("valgrind: {error}"))?;
        writeln!(child.stdin.take().ok_or("no pipe")?, "{requests}")?;
        let said = String::from_utf8(child.wait_with_output()?.stderr)?;
        let collected = said.split("Collected :").nth(1).unwrap_or_default();
        Ok(collected
            .split_whitespace()
            .next()
            .ok_or(said.as_str())?
            .parse()?)
    };
    Ok((total(MANY)? - total(FEW)?) as f64 / (MANY - FEW) as f64)
}

fn count() -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout().lock();
    let without = instructions(WITHOUT)?;
    writeln!(out, "| on | instructions a request | more |")?;
    writeln!(out, "|---|--:|--:|")?;
    for role in [WITHOUT, NO_LAYER, OFF, RECORDS] {
        let each = instructions(role)?;
        let more = each - without;
        let percent = 100.0 * more / without;
        writeln!(out, "| {role} | {each:.0} | {more:+.0}, {percent:+.2} % |")?;
    }
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
        let (program, argument) = program(role)?;
        let mut child = Command::new(program)
            .args(argument)
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
        writeln!(self.orders, "{TURN}")?;
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
    let argument = std::env::args().nth(1);
    if argument.as_deref() == Some("instructions") {
        return count();
    }
    let rounds = argument.map_or(Ok(200), |text| text.parse::<usize>())?;
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
        "Against a process without the probe, {rounds} turns of {TURN} each:\n"
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
