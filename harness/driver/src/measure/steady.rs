//! What is read at the edges of the steady phase: CPU time, memory, counters and profiles of the same seconds.

use super::ProfileBytes;
use crate::clock::Clock;
use crate::edges::Edges;
use crate::exposition::Exposition;
use crate::health::HealthReading;
use crate::proc::Process;
use crate::profiles::{Path, Source};
use record::profile::Profile;
use record::run::{Allocations, Costs, Health, ProfileFacts, ProfileKind, ProfileOutcome, Span};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Counters are read a little before the end, because the target starts to name the functions of its profile at the end, and that
/// allocates.
const BEFORE_END: Duration = Duration::from_millis(50);
/// Edges may move; so often they are looked at again.
const GLANCE: Duration = Duration::from_millis(50);
/// Shorter steady phases have no profile: the target counts in whole seconds.
const SHORTEST_PROFILE: Duration = Duration::from_secs(1);

/// Why a run that was cut short has no profile.
const ENDED_EARLY: &str = "the run ended before the profile was complete";

/// Where to read from.
#[derive(Debug, Clone)]
pub(super) struct Steady {
    source: Result<Source, String>,
    process: Option<Process>,
    early: Arc<Notify>,
    /// The target's own count of requests, and what it was before T0.
    counter: Option<(String, f64)>,
}

/// Whether a moment came, or the end of the run before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reached {
    OnTime,
    Early,
}

/// A profile with the part of the run it covers.
type Taken = Result<(Profile, Span), String>;

/// What was read.
#[derive(Debug)]
pub(super) struct SteadyFacts {
    pub(super) costs: Costs,
    pub(super) metrics: Option<Exposition>,
    pub(super) health: Health,
    cpu: Taken,
    allocations: Taken,
}

/// Counters at one moment.
struct Reading {
    generator: Option<Duration>,
    target: Option<Duration>,
    metrics: Option<Exposition>,
}

impl Steady {
    pub(super) fn new(admin: Option<&str>, process: Option<Process>) -> Self {
        let source = match admin {
            Some(base) => Source::new(base),
            None => Err(
                "the target's profile address is not known; give it with --admin URL".to_owned(),
            ),
        };
        Self {
            source,
            process,
            early: Arc::default(),
            counter: None,
        }
    }

    /// Before T0: the target reads its symbols once, so that it does not do so for the first time in the measured seconds.
    pub(super) async fn rehearse(&self) {
        if let Ok(source) = &self.source {
            let _ = source.rehearse().await;
        }
    }

    /// Before T0: what the target has counted until now.
    pub(super) async fn count_before(&mut self, counter: Option<&str>) {
        let (Ok(source), Some(name)) = (&self.source, counter) else {
            return;
        };
        let before = source.metrics().await.ok();
        // A counter that has not counted yet need not be there.
        self.counter = before.map(|metrics| (name.to_owned(), metrics.sum(name).unwrap_or(0.0)));
    }

    /// After the drain: what the target has counted since T0, by its own counter.
    pub(super) async fn requests_counted(&self) -> Option<u64> {
        let (name, before) = self.counter.as_ref()?;
        let now = self.source.as_ref().ok()?.metrics().await.ok()?;
        let grown = now.sum(name)? - before;
        (grown >= 0.0).then_some(grown as u64)
    }

    /// Reads at the edges of the steady phase, wherever they come to lie, and takes the profiles of its planned `length`.
    pub(super) async fn watch(
        self,
        clock: Clock,
        edges: Arc<Edges>,
        length: Duration,
    ) -> SteadyFacts {
        if self.until(clock, || edges.warmup_end()).await == Reached::Early {
            return SteadyFacts::absent(ENDED_EARLY);
        }
        let start = Duration::from_nanos(edges.warmup_end());
        let planned = Span {
            start,
            end: start + length,
        };
        let cpu = tokio::spawn(profile_of(self.source.clone(), Path::Cpu, clock, planned));
        let allocations = tokio::spawn(profile_of(
            self.source.clone(),
            Path::Allocations,
            clock,
            planned,
        ));
        let first = self.read().await;
        let health = HealthReading::now();
        let before_end = || {
            edges
                .steady_end()
                .saturating_sub(BEFORE_END.as_nanos() as u64)
        };
        let reached = match self.until(clock, before_end).await {
            // The judge stopped the run: the profile would go on until the end that was planned.
            Reached::OnTime if edges.steady_end() < planned.end.as_nanos() as u64 => Reached::Early,
            reached => reached,
        };
        let health = HealthReading::now().since(&health);
        let last = self.read().await;
        if reached == Reached::Early {
            cpu.abort();
            allocations.abort();
        }
        let failed = |error: tokio::task::JoinError| match reached {
            Reached::Early => Err(ENDED_EARLY.to_owned()),
            Reached::OnTime => Err(error.to_string()),
        };
        SteadyFacts {
            costs: self.costs(&first, &last),
            metrics: last.metrics,
            health,
            cpu: cpu.await.unwrap_or_else(failed),
            allocations: allocations.await.unwrap_or_else(failed),
        }
    }

    /// The run ends before its plan does: what can be read now is read now.
    pub(super) fn end_early(&self) {
        self.early.notify_one();
    }

    // The moment may move while it is waited for.
    async fn until(&self, clock: Clock, at: impl Fn() -> u64) -> Reached {
        loop {
            let left = Duration::from_nanos(at().saturating_sub(clock.now()));
            if left.is_zero() {
                return Reached::OnTime;
            }
            tokio::select! {
                () = tokio::time::sleep(left.min(GLANCE)) => {}
                () = self.early.notified() => return Reached::Early,
            }
        }
    }

    async fn read(&self) -> Reading {
        let metrics = match &self.source {
            Ok(source) => source.metrics().await.ok(),
            Err(_) => None,
        };
        Reading {
            generator: Process::own().cpu(),
            target: self.process.and_then(Process::cpu),
            metrics,
        }
    }

    fn costs(&self, first: &Reading, last: &Reading) -> Costs {
        let between = |a: Option<Duration>, b: Option<Duration>| Some(b?.saturating_sub(a?));
        // A target that is not ours to look at from outside may tell its CPU time itself.
        let told = |reading: &Reading| {
            let seconds = reading.metrics.as_ref()?.sum("process_cpu_seconds_total")?;
            Duration::try_from_secs_f64(seconds).ok()
        };
        Costs {
            generator_cpu: between(first.generator, last.generator),
            target_cpu: between(told(first), told(last))
                .or_else(|| between(first.target, last.target)),
            generator_memory_bytes: Process::own().memory_bytes(),
            target_memory_bytes: self.process.and_then(Process::memory_bytes),
            allocations: allocations(first.metrics.as_ref(), last.metrics.as_ref()),
        }
    }
}

fn allocations(first: Option<&Exposition>, last: Option<&Exposition>) -> Option<Allocations> {
    let grown = |name: &str| {
        let growth = last?.sum(name)? - first?.sum(name).unwrap_or(0.0);
        (growth >= 0.0).then_some(growth as u64)
    };
    Some(Allocations {
        count: grown("runtime_allocations_total")?,
        bytes: grown("runtime_allocated_bytes_total")?,
        requests: grown("http_requests_total")?,
    })
}

// A profile of the whole seconds that end with the steady phase; the contract has no fractions.
async fn profile_of(
    source: Result<Source, String>,
    path: Path,
    clock: Clock,
    steady: Span,
) -> Taken {
    let source = source?;
    if steady.length() < SHORTEST_PROFILE {
        return Err(format!(
            "the steady phase of {:?} is shorter than one second",
            steady.length()
        ));
    }
    let seconds = steady.length().as_secs();
    let start = steady.end.saturating_sub(Duration::from_secs(seconds));
    tokio::time::sleep_until(clock.at(start.as_nanos() as u64).into()).await;
    let profile = source.profile(path, seconds).await?;
    Ok((
        profile,
        Span {
            start,
            end: steady.end,
        },
    ))
}

impl SteadyFacts {
    pub(super) fn absent(why: &str) -> Self {
        Self {
            costs: Costs::default(),
            metrics: None,
            health: Health::default(),
            cpu: Err(why.to_owned()),
            allocations: Err(why.to_owned()),
        }
    }

    /// The profiles, with `requests` counting the good requests of a span.
    pub(super) fn profiles(self, requests: impl Fn(Span) -> u64) -> Vec<ProfileBytes> {
        let taken = [
            (ProfileKind::Cpu, "cpu", self.cpu),
            (ProfileKind::Alloc, "alloc_space", self.allocations),
        ];
        taken
            .into_iter()
            .map(|(kind, column, taken)| profile(kind, column, taken, &requests))
            .collect()
    }
}

fn profile(
    kind: ProfileKind,
    column: &str,
    taken: Taken,
    requests: impl Fn(Span) -> u64,
) -> ProfileBytes {
    let complete = taken.and_then(|(profile, span)| match profile.value_index(column) {
        Some(index) => Ok((profile, span, index)),
        None => Err(format!("the profile has no column {column}")),
    });
    match complete {
        Ok((profile, span, index)) => ProfileBytes {
            facts: ProfileFacts {
                kind,
                outcome: ProfileOutcome::Taken {
                    span,
                    samples: profile.samples().len() as u64,
                    total: profile.total(index),
                    requests: requests(span),
                },
            },
            profile: Some(profile),
        },
        Err(why) => ProfileBytes {
            facts: ProfileFacts {
                kind,
                outcome: ProfileOutcome::Absent(why),
            },
            profile: None,
        },
    }
}
