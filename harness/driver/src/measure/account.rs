//! Accounting at the end of a run: every arrival that was due is counted once, as exactly one thing. Pure.

use super::Measured;
use super::steady::SteadyFacts;
use crate::collector::{ClassNames, Collected};
use crate::edges::Edges;
use crate::handover::Dropped;
use crate::recorder::Layout;
use crate::workload::Journey;
use plan::Plan;
use plan::schedule::Arrival;
use record::phase::Phase;
use record::run::{
    Arrivals, ClosedFacts, Ending, Health, Model, Span, StepRecord, WarmupAsked, WarmupFacts,
    Window,
};
use std::time::Duration;

/// Moments at which the number of users is looked up.
const MOMENTS: u32 = 1000;

/// A scenario's name and those of its steps.
pub(super) struct Names {
    scenario: String,
    steps: Vec<String>,
}

impl Names {
    pub(super) fn of(journey: &Journey) -> Self {
        Self {
            scenario: journey.scenario.name.to_string(),
            steps: journey.steps.clone(),
        }
    }
}

pub(super) fn layout(names: &[Names], timeout: Duration) -> Layout {
    Layout {
        reach_ns: timeout.as_nanos() as u64,
        steps: names.iter().map(|names| names.steps.len()).sum(),
        scenarios: names.len(),
    }
}

pub(super) fn classes(names: &[Names]) -> ClassNames {
    let of = |names: &Names| {
        let scenario = names.scenario.clone();
        let pair = move |step: &String| (scenario.clone(), step.clone());
        names.steps.iter().map(pair).collect::<Vec<_>>()
    };
    names.iter().flat_map(of).collect()
}

/// Intended starts of the steady ones.
pub(super) fn steady(arrivals: &[Arrival]) -> Vec<u64> {
    let steady = arrivals
        .iter()
        .filter(|arrival| arrival.phase == Phase::Steady);
    steady.map(|arrival| arrival.intended_ns).collect()
}

/// What is known when the last window has closed. Times in nanoseconds since T0.
pub(super) struct Ledger<'a> {
    pub(super) names: &'a [Names],
    /// When the steady phase began.
    pub(super) steady_from: u64,
    /// When no new arrival was started any more.
    pub(super) stopped_at: u64,
    /// When everything below was read.
    pub(super) counted_at: u64,
    /// Steady arrivals that became due.
    pub(super) scheduled: u64,
    /// Intended starts of those under way and of those waiting.
    pub(super) in_flight: Vec<u64>,
    pub(super) unsent: Vec<u64>,
    /// Those given up.
    pub(super) dropped: Dropped,
    pub(super) warmup: WarmupFacts,
    /// Requests since T0 by the target's own counter.
    pub(super) server_requests: Option<u64>,
    /// Steady arrivals that found no idle user.
    pub(super) waited_for_user: u64,
    /// What was to be done.
    pub(super) plan: &'a Plan,
    /// How long users paused inside steady transactions, put together.
    pub(super) paused: Duration,
    /// Limits of this machine that were met.
    pub(super) local_limits: Vec<String>,
    /// Why the judge stopped the run.
    pub(super) aborted: Option<String>,
}

impl Ledger<'_> {
    pub(super) fn settle(
        &self,
        collected: Collected,
        ending: Ending,
        facts: SteadyFacts,
    ) -> Measured {
        let health = self.health(&facts, &collected);
        let Collected {
            windows,
            steady,
            log_error,
            ..
        } = collected;
        let mut unfinished = steady.timeouts.clone();
        for intended in self.in_flight.iter().chain(&self.unsent) {
            unfinished.record(self.counted_at.saturating_sub(*intended));
        }
        self.dropped.add_ages(self.counted_at, &mut unfinished);
        let warnings = log_error.map(|error| format!("times.hlog is incomplete: {error}"));
        Measured {
            ending,
            steady: self.span(),
            arrivals: Arrivals {
                scheduled: self.scheduled,
                succeeded: steady.ended.succeeded,
                failed: steady.ended.failed,
                timed_out: steady.ended.timed_out,
                in_flight: self.in_flight.len() as u64,
                unsent: self.unsent.len() as u64,
                dropped: self.dropped.steady(),
            },
            steps: self.steps(&steady.steps),
            transactions: self
                .names
                .iter()
                .zip(steady.transactions)
                .map(|(names, set)| set.into_record(&names.scenario))
                .collect(),
            send_delay: steady.send_delay,
            delays: steady.delays,
            health,
            warmup: self.warmup.clone(),
            aborted: self.aborted.clone(),
            unfinished,
            costs: facts.costs,
            target_metrics: facts.metrics.clone(),
            profiles: facts.profiles(|span| good_requests(&windows, span)),
            tail: None,
            windows,
            warnings: warnings.into_iter().collect(),
        }
    }

    fn health(&self, facts: &SteadyFacts, collected: &Collected) -> Health {
        let (sum, looks) = collected.in_flight;
        Health {
            in_flight_mean: (looks > 0).then(|| sum as f64 / looks as f64),
            in_flight_samples: looks,
            server_requests: self.server_requests,
            client_requests: self.server_requests.map(|_| collected.answered),
            waited_for_user: self.waited_for_user,
            windows_late: collected.windows_late,
            windows_steady: collected.windows_steady,
            closed: self.closed(collected),
            local_limits: self.local_limits.clone(),
            paused: self.paused,
            ..facts.health.clone()
        }
    }

    // Users come and go with the plan's shape. The pause between two transactions is the plan's; those inside were measured, because a
    // transaction that fails does not come to all of them.
    fn closed(&self, collected: &Collected) -> Option<ClosedFacts> {
        let ended = collected.steady.transactions.iter();
        let ended: u64 = ended.map(|one| one.committed + one.failed).sum();
        (self.plan.model == Model::Closed && ended > 0).then(|| ClosedFacts {
            users_mean: users_mean(self.plan, self.span().length()),
            think_mean: self.plan.think + self.paused.div_f64(ended as f64),
        })
    }

    fn span(&self) -> Span {
        Span {
            start: Duration::from_nanos(self.steady_from.min(self.stopped_at)),
            end: Duration::from_nanos(self.stopped_at),
        }
    }

    fn steps(&self, sets: &[crate::recorder::StepSet]) -> Vec<StepRecord> {
        classes(self.names)
            .iter()
            .zip(sets)
            .map(|((scenario, step), set)| set.clone().into_record(scenario, step))
            .collect()
    }
}

// Averaged over the time of a steady phase of this length.
fn users_mean(plan: &Plan, length: Duration) -> f64 {
    let middles = (0..MOMENTS).map(|n| length.mul_f64((f64::from(n) + 0.5) / f64::from(MOMENTS)));
    let sum: f64 = middles.map(|at| f64::from(plan.users_at(at))).sum();
    sum / f64::from(MOMENTS)
}

/// The warm-up as it was, of a run that stopped at `stopped_at`.
pub(super) fn warmup(
    plan: &Plan,
    edges: &Edges,
    stopped_at: u64,
    settled: Option<Duration>,
) -> WarmupFacts {
    let length = Duration::from_nanos(edges.warmup_end().min(stopped_at));
    let auto = plan.warmup.is_auto();
    let seconds = length.as_secs_f64();
    WarmupFacts {
        asked: if auto {
            WarmupAsked::Auto
        } else {
            WarmupAsked::Fixed
        },
        length,
        steady_found: auto.then_some(settled.is_some()),
        settled,
        text: match (auto, settled.is_some()) {
            (false, _) => String::new(),
            (true, true) => format!("the target was steady after {seconds:.1} s of warm-up"),
            (true, false) => {
                format!("the target was not found steady within {seconds:.1} s of warm-up")
            }
        },
    }
}

// Good requests of the windows that lie in `span`.
fn good_requests(windows: &[Window], span: Span) -> u64 {
    windows
        .iter()
        .filter(|window| window.span.start >= span.start && window.span.end <= span.end)
        .map(|window| window.requests - window.failed)
        .sum()
}

#[cfg(test)]
mod tests;
