//! What the machine does to the generator, read at the edges of the steady phase: waiting for a processor, pressure, steal, throttling.
//!
//! A reading is a handful of small files under `/proc` and `/sys`; what is not there (another kernel, a container that hides it) is
//! absent and nothing is claimed from it.

mod group;
mod parse;

use parse::{MachineTicks, Thread};
use record::run::{Health, RunQueue};
use std::fs;
use std::time::{Duration, Instant};

/// Threads whose wait for a processor delays requests or their time stamps, by the start of their names. Besides them the main thread,
/// which is the worker where the runtime has only one.
const OURS: [&str; 3] = ["tokio", "pacer", "collector"];

/// Counters at one moment.
#[derive(Debug, Clone)]
pub struct HealthReading {
    at: Instant,
    threads: Vec<Thread>,
    pressure: Option<Duration>,
    machine: Option<MachineTicks>,
    throttled: Option<u64>,
}

impl HealthReading {
    /// Reads all counters; about a hundred microseconds with a dozen threads.
    pub fn now() -> Self {
        Self {
            at: Instant::now(),
            threads: threads(),
            pressure: pressure(),
            machine: fs::read_to_string("/proc/stat")
                .ok()
                .and_then(|text| parse::machine_ticks(&text)),
            throttled: group::throttled_periods(),
        }
    }

    /// What happened since `earlier`. Only the machine's part of [`Health`] is filled; the rest is the run's own count.
    pub fn since(&self, earlier: &Self) -> Health {
        let wall = self.at.saturating_duration_since(earlier.at);
        let machine = self.machine.zip(earlier.machine);
        Health {
            run_queue: longest_wait(&earlier.threads, &self.threads, wall),
            cpu_pressure: grown(earlier.pressure, self.pressure)
                .and_then(|stalled| share(stalled, wall)),
            steal: machine.and_then(|(last, first)| last.steal_since(first)),
            machine_cpu: machine.and_then(|(last, first)| last.busy_since(first)),
            throttled_periods: grown_count(earlier.throttled, self.throttled),
            ..Health::default()
        }
    }
}

fn grown(first: Option<Duration>, last: Option<Duration>) -> Option<Duration> {
    last?.checked_sub(first?)
}

fn grown_count(first: Option<u64>, last: Option<u64>) -> Option<u64> {
    last?.checked_sub(first?)
}

fn share(part: Duration, whole: Duration) -> Option<f64> {
    (!whole.is_zero()).then(|| part.as_secs_f64() / whole.as_secs_f64())
}

// A thread that started in between counts with all it waited, against the whole time: too little, never too much.
fn longest_wait(first: &[Thread], last: &[Thread], wall: Duration) -> Option<RunQueue> {
    let waited = |thread: &Thread| {
        let before = first.iter().find(|one| one.id == thread.id);
        let before = before.map_or(Duration::ZERO, |one| one.waited);
        share(thread.waited.saturating_sub(before), wall)
    };
    last.iter()
        .filter_map(|thread| Some((thread, waited(thread)?)))
        .max_by(|one, other| one.1.total_cmp(&other.1))
        .map(|(thread, share)| RunQueue {
            thread: thread.name.clone(),
            share,
        })
}

fn threads() -> Vec<Thread> {
    let own = std::process::id();
    let Ok(folder) = fs::read_dir("/proc/self/task") else {
        return Vec::new();
    };
    let ids = folder.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    ids.filter_map(thread)
        .filter(|thread| thread.id == own || OURS.iter().any(|name| thread.name.starts_with(name)))
        .collect()
}

// A thread may end between two reads; then it is none of those that carry the load.
fn thread(id: u32) -> Option<Thread> {
    let folder = format!("/proc/self/task/{id}");
    let name = fs::read_to_string(format!("{folder}/comm")).ok()?;
    let schedule = fs::read_to_string(format!("{folder}/schedstat")).ok()?;
    Some(Thread {
        id,
        name: name.trim().to_owned(),
        waited: parse::waited(&schedule)?,
    })
}

// The own group's where it has one: it leaves out strangers that fight each other. In the root group the machine's is the only one.
fn pressure() -> Option<Duration> {
    let text = group::pressure_text().or_else(|| fs::read_to_string("/proc/pressure/cpu").ok())?;
    parse::pressure(&text)
}

#[cfg(test)]
mod tests;
