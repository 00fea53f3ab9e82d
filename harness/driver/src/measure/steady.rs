//! What is read at the edges of the steady phase: CPU time, memory, counters and profiles of the same seconds.

use super::ProfileBytes;
use crate::clock::Clock;
use crate::collector::Edges;
use crate::exposition::Exposition;
use crate::proc::Process;
use crate::profiles::{Path, Source};
use record::profile::Profile;
use record::run::{Allocations, Costs, ProfileFacts, ProfileKind, ProfileOutcome, Span};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Counters are read a little before the end, because the target starts to name the functions of its profile at the end, and that
/// allocates.
const BEFORE_END: Duration = Duration::from_millis(50);
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
        }
    }

    /// Before T0: the target reads its symbols once, so that it does not do so for the first time in the measured seconds.
    pub(super) async fn rehearse(&self) {
        if let Ok(source) = &self.source {
            let _ = source.rehearse().await;
        }
    }

    pub(super) async fn watch(self, clock: Clock, edges: Edges) -> SteadyFacts {
        let start = Duration::from_nanos(edges.warmup_end);
        let end = Duration::from_nanos(edges.steady_end);
        let steady = Span { start, end };
        let cpu = tokio::spawn(profile_of(self.source.clone(), Path::Cpu, clock, steady));
        let allocations = tokio::spawn(profile_of(
            self.source.clone(),
            Path::Allocations,
            clock,
            steady,
        ));
        if self.until(clock, start).await == Reached::Early {
            cpu.abort();
            allocations.abort();
            return SteadyFacts::absent(ENDED_EARLY);
        }
        let first = self.read().await;
        let reached = self.until(clock, end.saturating_sub(BEFORE_END)).await;
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
            cpu: cpu.await.unwrap_or_else(failed),
            allocations: allocations.await.unwrap_or_else(failed),
        }
    }

    /// The run ends before its plan does: what can be read now is read now.
    pub(super) fn end_early(&self) {
        self.early.notify_one();
    }

    async fn until(&self, clock: Clock, at: Duration) -> Reached {
        tokio::select! {
            () = tokio::time::sleep_until(clock.at(at.as_nanos() as u64).into()) => Reached::OnTime,
            () = self.early.notified() => Reached::Early,
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
