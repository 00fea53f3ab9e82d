//! What is read at the edges of the steady phase: CPU time, memory, counters and profiles of the same seconds.

mod cpu;

use super::ProfileBytes;
use super::tail::{TailFacts, TakenProfile, listed};
use crate::admin::{Admin, Offset};
use crate::clock::Clock;
use crate::edges::Edges;
use crate::exposition::Exposition;
use crate::health::HealthReading;
use crate::pprof::PprofSource;
use crate::proc::Process;
use crate::session::Shared;
use crate::target::Address;
use cpu::CpuRead;
use plan::TargetPlan;
use record::run::{Allocations, Costs, Health, ProfileFacts, ProfileKind, ProfileOutcome, Span};
use record::tail::Metric;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Counters are read a little before the end, because the target starts to name the functions of its profile at the end, and that
/// allocates.
const BEFORE_END: Duration = Duration::from_millis(50);
/// Edges may move; so often they are looked at again.
const GLANCE: Duration = Duration::from_millis(50);
/// Shorter steady phases have no profile: the target counts in whole seconds.
const SHORTEST_PROFILE: Duration = Duration::from_secs(1);

/// Why a run that was cut short has no profile.
const ENDED_EARLY: &str = "the run ended before the profile was complete";

/// A target that serves what we read.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) admin: Admin,
    pub(super) pprof: PprofSource,
    /// How its clock stood before T0, where it tells its clock.
    pub(super) offset: Option<Offset>,
}

impl Source {
    /// `admin` is scheme, host and port, as in `http://127.0.0.1:6060`; without it what is not a profile is looked for where profiles
    /// are.
    fn new(admin: Option<&str>, target: &TargetPlan) -> Result<Self, String> {
        let pprof = target.pprof(admin).ok_or(
            "the target's profile address is not known; give it with --admin URL or --pprof URL",
        )?;
        let origin = Address::parse(&pprof).map_err(|error| error.to_string())?;
        let origin = origin.origin();
        let label = target.request_label.as_deref();
        Ok(Self {
            admin: Admin::new(admin.unwrap_or(&origin))?,
            pprof: PprofSource::new(
                &pprof,
                label.unwrap_or(TargetPlan::USUAL_LABEL),
                target.profile_hz,
            )?,
            offset: None,
        })
    }
}

/// Where to read from.
#[derive(Debug, Clone)]
pub(super) struct Steady {
    source: Result<Source, String>,
    process: Option<Process>,
    metrics: &'static [Metric],
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

/// What was read.
#[derive(Debug)]
pub(super) struct SteadyFacts {
    pub(super) costs: Costs,
    pub(super) metrics: Option<Exposition>,
    pub(super) health: Health,
    /// The whole seconds that end with the steady phase, which the profiles cover; or why there are none.
    profiled: Result<Span, String>,
    /// Of these seconds, samples labelled with their request.
    profiles: Vec<(Metric, TakenProfile)>,
}

/// Counters at an edge.
struct Reading {
    generator: Option<CpuRead>,
    /// Of the target, read from outside.
    seen: Option<CpuRead>,
    /// Of the target, as it tells itself.
    told: Option<CpuRead>,
    metrics: Option<Exposition>,
}

impl Steady {
    /// `metrics` are the profiles to take.
    pub(super) fn new(
        admin: Option<&str>,
        target: &TargetPlan,
        process: Option<Process>,
        metrics: &'static [Metric],
    ) -> Self {
        Self {
            source: Source::new(admin, target),
            process,
            metrics,
            early: Arc::default(),
            counter: None,
        }
    }

    /// Before T0: the target reads its symbols once, so that it does not do so for the first time in the measured seconds.
    ///
    /// Its clock is compared with ours, too. A steady phase of a `length` that has no profile needs neither.
    pub(super) async fn rehearse(&mut self, length: Duration) {
        if length < SHORTEST_PROFILE {
            return;
        }
        if let Ok(source) = &mut self.source {
            let _ = source.pprof.rehearse().await;
            source.offset = source.admin.clock_offset().await.ok();
        }
    }

    /// Before T0: what the target has counted until now.
    pub(super) async fn count_before(&mut self, counter: Option<&str>) {
        let (Ok(source), Some(name)) = (&self.source, counter) else {
            return;
        };
        let before = source.admin.metrics().await.ok();
        // A counter that has not counted yet need not be there.
        self.counter = before.map(|metrics| (name.to_owned(), metrics.sum(name).unwrap_or(0.0)));
    }

    /// After the drain: what the target has counted since T0, by its own counter.
    pub(super) async fn requests_counted(&self) -> Option<u64> {
        let (name, before) = self.counter.as_ref()?;
        let now = self.source.as_ref().ok()?.admin.metrics().await.ok()?;
        let grown = now.sum(name)? - before;
        (grown >= 0.0).then_some(grown as u64)
    }

    /// Reads at the edges of the steady phase, wherever they come to lie, and takes the profiles of its planned `length`.
    pub(super) async fn watch(
        self,
        clock: Clock,
        edges: Arc<Edges>,
        length: Duration,
        shared: Arc<Shared>,
    ) -> SteadyFacts {
        let rehearsing = self.rehearse_profiles(clock, &edges);
        if self.until(clock, || edges.warmup_end()).await == Reached::Early {
            return SteadyFacts::absent(ENDED_EARLY);
        }
        for task in rehearsing {
            task.abort();
        }
        let start = Duration::from_nanos(edges.warmup_end());
        let planned = Span {
            start,
            end: start + length,
        };
        let profiled = self.profiled(planned);
        let mut taking = Vec::new();
        if let (Ok(span), Ok(source)) = (&profiled, &self.source) {
            let nanos = |at: Duration| at.as_nanos() as u64;
            let recorder = &shared.recorder;
            recorder.remember(&(nanos(span.start)..nanos(span.end)));
            for &metric in self.metrics {
                let pprof = source.pprof.clone();
                taking.push((metric, tokio::spawn(taken(pprof, metric, clock, *span))));
            }
        }
        let first = self.read(clock).await;
        let health = HealthReading::now();
        let before_end = || {
            edges
                .steady_end()
                .saturating_sub(BEFORE_END.as_nanos() as u64)
        };
        let met = self.until(clock, before_end).await;
        let end = match met {
            Reached::OnTime => edges.steady_end(),
            Reached::Early => clock.now().min(edges.steady_end()),
        };
        let reached = match met {
            // The judge stopped the run: the profile would go on until the end that was planned.
            Reached::OnTime if edges.steady_end() < planned.end.as_nanos() as u64 => Reached::Early,
            reached => reached,
        };
        let health = HealthReading::now().since(&health);
        let mut last = self.read(clock).await;
        // Processor time once more at the edge itself: before it, a run that has the last shift would lack some of that.
        if reached == Reached::OnTime {
            self.until(clock, || edges.steady_end()).await;
            (last.generator, last.seen) = self.seen(clock);
        }
        let steady = end.saturating_sub(edges.warmup_end());
        let mut profiles = Vec::new();
        for (metric, task) in taking {
            if reached == Reached::Early {
                task.abort();
                continue;
            }
            let failed = |error: tokio::task::JoinError| Err(error.to_string());
            profiles.push((metric, task.await.unwrap_or_else(failed)));
        }
        SteadyFacts {
            costs: self.costs(&first, &last, Duration::from_nanos(steady)),
            metrics: last.metrics,
            health,
            profiled: match reached {
                Reached::Early => profiled.and(Err(ENDED_EARLY.to_owned())),
                Reached::OnTime => profiled,
            },
            profiles,
        }
    }

    // The first profile of a process costs more than others, a tenth of a second where frame pointers are put to the test: in a warm-up
    // that is long enough for it, nobody's time is measured.
    fn rehearse_profiles(&self, clock: Clock, edges: &Edges) -> Vec<JoinHandle<TakenProfile>> {
        let Ok(source) = &self.source else {
            return Vec::new();
        };
        let span = Span {
            start: Duration::ZERO,
            end: SHORTEST_PROFILE,
        };
        let is_long = edges.warmup_end() >= 2 * span.end.as_nanos() as u64;
        let metrics = self.metrics.iter().filter(|_| is_long);
        metrics
            .map(|&metric| tokio::spawn(taken(source.pprof.clone(), metric, clock, span)))
            .collect()
    }

    /// The whole seconds that end with the steady phase: the contract has no fractions.
    fn profiled(&self, steady: Span) -> Result<Span, String> {
        self.source.as_ref().map_err(String::clone)?;
        if steady.length() < SHORTEST_PROFILE {
            return Err(format!(
                "the steady phase of {:?} is shorter than one second",
                steady.length()
            ));
        }
        let seconds = Duration::from_secs(steady.length().as_secs());
        Ok(Span {
            start: steady.end.saturating_sub(seconds),
            end: steady.end,
        })
    }

    /// After the drain: what tells the slow requests apart, where profiles were taken.
    pub(super) async fn tail(
        &self,
        facts: &mut SteadyFacts,
        clock: Clock,
        shared: &Shared,
        run_id: &str,
    ) -> Option<TailFacts> {
        let (Ok(source), Ok(span)) = (&self.source, &facts.profiled) else {
            return None;
        };
        let labelled = std::mem::take(&mut facts.profiles);
        let plain = labelled.iter().map(|(metric, taken)| {
            let profile = taken.as_ref().map_err(String::clone);
            (
                *metric,
                profile.map(|profile| source.pprof.of_all_requests(profile)),
            )
        });
        facts.profiles = plain.collect();
        let (requests, unlisted) = shared.recorder.take_remembered();
        let (served, offset) = listed(source, clock, *span, run_id).await;
        Some(TailFacts {
            span: *span,
            t0_unix: clock.t0_unix(),
            request_label: source.pprof.request_label().to_owned(),
            profiles: labelled,
            requests,
            unlisted,
            served,
            clock: offset,
        })
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

    // CPU time of generator and target, read from outside.
    fn seen(&self, clock: Clock) -> (Option<CpuRead>, Option<CpuRead>) {
        let of = |process: Process| {
            let cpu = process.cpu()?;
            Some(CpuRead {
                at: clock.now(),
                cpu,
            })
        };
        (of(Process::own()), self.process.and_then(of))
    }

    // What is read from outside first: a target at its limit takes its time to tell its metrics.
    async fn read(&self, clock: Clock) -> Reading {
        let (generator, seen) = self.seen(clock);
        let asked = clock.now();
        let metrics = match &self.source {
            Ok(source) => source.admin.metrics().await.ok(),
            Err(_) => None,
        };
        let told = metrics.as_ref().and_then(|metrics| {
            let seconds = metrics.sum("process_cpu_seconds_total")?;
            // It was read somewhere between question and answer.
            Some(CpuRead {
                at: asked.midpoint(clock.now()),
                cpu: Duration::try_from_secs_f64(seconds).ok()?,
            })
        });
        Reading {
            generator,
            seen,
            told,
            metrics,
        }
    }

    fn costs(&self, first: &Reading, last: &Reading, steady: Duration) -> Costs {
        let within = |of: fn(&Reading) -> Option<CpuRead>| {
            let share = of(last)?.share_since(of(first)?)?;
            Some(steady.mul_f64(share))
        };
        let is_seen = match (last.seen, last.told) {
            (Some(seen), Some(told)) => seen.is_of_the_same(told),
            (seen, _) => seen.is_some(),
        };
        Costs {
            generator_cpu: within(|reading| reading.generator),
            target_cpu: within(if is_seen {
                |reading| reading.seen
            } else {
                |reading| reading.told
            }),
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

// A profile of this span, whose length is whole seconds.
async fn taken(pprof: PprofSource, metric: Metric, clock: Clock, span: Span) -> TakenProfile {
    tokio::time::sleep_until(clock.at(span.start.as_nanos() as u64).into()).await;
    pprof.profile(metric, span.length().as_secs()).await
}

impl SteadyFacts {
    pub(super) fn absent(why: &str) -> Self {
        Self {
            costs: Costs::default(),
            metrics: None,
            health: Health::default(),
            profiled: Err(why.to_owned()),
            profiles: Vec::new(),
        }
    }

    /// CPU and allocations, with `requests` counting the good requests of a span.
    pub(super) fn profiles(self, requests: impl Fn(Span) -> u64) -> Vec<ProfileBytes> {
        let mut profiles = self.profiles;
        let mut of = |kind: ProfileKind, metric: Metric| {
            let span = self.profiled.clone();
            let at = profiles.iter().position(|(one, _)| *one == metric);
            let taken = at.map_or_else(
                || Err("it was not asked for".to_owned()),
                |at| profiles.swap_remove(at).1,
            );
            let taken = span.and_then(|span| Ok((taken?, span)));
            let (outcome, profile) = match taken {
                Ok((profile, span)) => (
                    ProfileOutcome::Taken {
                        span,
                        samples: profile.samples().len() as u64,
                        total: profile
                            .value_index(metric.column())
                            .map_or(0, |column| profile.total(column)),
                        requests: requests(span),
                    },
                    Some(profile),
                ),
                Err(why) => (ProfileOutcome::Absent(why), None),
            };
            let facts = ProfileFacts { kind, outcome };
            ProfileBytes { facts, profile }
        };
        vec![
            of(ProfileKind::Cpu, Metric::Cpu),
            of(ProfileKind::Alloc, Metric::Alloc),
        ]
    }
}
