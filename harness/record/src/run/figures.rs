//! The figures everybody asks a record for, each computed in one place.

use super::{RunRecord, StepRecord, Window};
use crate::failure::FailureKind;
use crate::histogram::Histogram;
use crate::phase::Phase;
use crate::shift::Shifts;
use std::collections::BTreeMap;
use std::time::Duration;

/// A window of at least this share of the longest one counts as whole.
const WHOLE: f64 = 0.9;

impl RunRecord {
    /// The windows of the steady phase that no edge of a phase cut short: a count of half a second is none of a second.
    pub fn whole_steady_windows(&self) -> impl Iterator<Item = &Window> {
        let steady = self
            .windows
            .iter()
            .filter(|window| window.phase == Phase::Steady);
        let longest = steady.clone().map(|window| window.span.length()).max();
        let least = longest.unwrap_or_default().mul_f64(WHOLE);
        steady.filter(move |window| {
            let length = window.span.length();
            length >= least && !length.is_zero()
        })
    }

    /// How long load was offered in the steady phase: all of it, or this run's shifts.
    pub fn offered_for(&self) -> Duration {
        let share = self.shifts.as_ref().map_or(1.0, Shifts::share);
        self.steady.length().mul_f64(share)
    }

    /// Response times of all good requests, with unfinished arrivals at their lower bounds: what the headline shows.
    pub fn response_time(&self) -> Histogram {
        let mut all = self.merged(|step| &step.ok.response);
        all.add(&self.unfinished);
        all
    }

    /// Service times of all good requests.
    pub fn service_time(&self) -> Histogram {
        self.merged(|step| &step.ok.service)
    }

    fn merged(&self, of: impl Fn(&StepRecord) -> &Histogram) -> Histogram {
        let mut all = Histogram::new();
        for step in &self.steps {
            all.add(of(step));
        }
        all
    }

    /// Requests of the steady phase that were good.
    pub fn requests_ok(&self) -> u64 {
        self.steps.iter().map(|step| step.ok.service.count()).sum()
    }

    /// Requests of the steady phase that failed.
    pub fn requests_failed(&self) -> u64 {
        self.steps
            .iter()
            .flat_map(|step| step.failures.values())
            .sum()
    }

    /// Requests of the steady phase.
    pub fn requests(&self) -> u64 {
        self.requests_ok() + self.requests_failed()
    }

    /// Failed ÷ all requests; `None` without requests.
    pub fn error_ratio(&self) -> Option<f64> {
        let all = self.requests();
        (all > 0).then(|| self.requests_failed() as f64 / all as f64)
    }

    /// Requests per second: exchanges that finished inside the steady span, good or not, ÷ its length.
    pub fn qps(&self) -> f64 {
        self.steady_rate(|window| window.requests)
    }

    /// Committed transactions per second, by the same rule.
    pub fn tps(&self) -> f64 {
        self.steady_rate(|window| window.committed)
    }

    /// Transactions per second that finished inside the steady span, good or not: what the generator and the target achieved
    /// together.
    pub fn achieved_rate(&self) -> f64 {
        self.steady_rate(|window| window.committed + window.uncommitted)
    }

    /// The response time within which a committed transaction is goodput: [`PlanFacts::good_within`].
    pub fn slo(&self) -> Option<Duration> {
        self.plan.good_within()
    }

    /// Transactions per second that were committed within [`Self::slo`], of the arrivals intended in the steady phase ÷ its length.
    /// `None` where nobody said what is good enough.
    pub fn goodput(&self) -> Option<f64> {
        let slo = u64::try_from(self.slo()?.as_nanos()).unwrap_or(u64::MAX);
        let good = self.transactions.iter();
        let good = good.map(|one| one.response.count_at_or_below(slo)).sum();
        Some(self.per_second(good))
    }

    fn steady_rate(&self, of: impl Fn(&Window) -> u64) -> f64 {
        let steady = self
            .windows
            .iter()
            .filter(|window| window.phase == Phase::Steady);
        self.per_second(steady.map(of).sum())
    }

    /// Arrivals per second that were due in the steady phase.
    pub fn offered_rate(&self) -> f64 {
        self.per_second(self.arrivals.scheduled)
    }

    fn per_second(&self, events: u64) -> f64 {
        let seconds = self.steady.length().as_secs_f64();
        if seconds > 0.0 {
            events as f64 / seconds
        } else {
            0.0
        }
    }

    /// Failed requests by kind, all steps.
    pub fn failures(&self) -> BTreeMap<FailureKind, u64> {
        let mut all = BTreeMap::new();
        for (kind, count) in self.steps.iter().flat_map(|step| &step.failures) {
            *all.entry(*kind).or_default() += count;
        }
        all
    }
}
