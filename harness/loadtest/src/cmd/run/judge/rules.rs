//! Rules that are judged while the run is on: from a window to what a rule saw in it.

use driver::{PhaseSet, StepSet, WindowView};
use plan::Plan;
use record::histogram::Histogram;
use record::rule::{Metric, Operator, Rule};
use record::run::RuleStretches;
use stats::sliding::{Seen, Watch};
use std::time::Duration;

/// Stretches for which memory is taken before the run, as many as windows: those of five hours and a half.
const MOST_ROOM: usize = 20_000;

/// Every rule of the plan that has a stretch, or may stop the run.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    watches: Vec<Watch>,
    /// Names, in the workload's order.
    steps: Vec<String>,
    /// What is good enough, for goodput.
    slo: Option<Duration>,
}

impl Rules {
    pub(super) fn of(plan: &Plan, steps: Vec<String>) -> Self {
        // A stretch ends with each second.
        let seconds = usize::try_from(plan.steady_most().as_secs()).unwrap_or(usize::MAX);
        let watches = plan.thresholds.iter().filter_map(Watch::of);
        Self {
            watches: watches
                .map(|mut watch| {
                    watch.reserve(seconds.min(MOST_ROOM));
                    watch
                })
                .collect(),
            steps,
            slo: plan.slo.or_else(|| tightest(&plan.thresholds)),
        }
    }

    /// A window of the steady phase. Says why the run is to stop, if it is; every rule has seen the window then.
    pub(super) fn push(&mut self, view: &WindowView<'_>) -> Option<String> {
        let mut stop = None;
        for watch in &mut self.watches {
            let seen = seen(watch.rule(), view, &self.steps, self.slo);
            stop = watch.push(view.window.span, seen).or(stop);
        }
        stop
    }

    pub(super) fn facts(&self) -> Vec<RuleStretches> {
        self.watches.iter().filter_map(Watch::facts).collect()
    }
}

// As the record has it: the tightest upper limit on the response time of everything.
fn tightest(rules: &[Rule]) -> Option<Duration> {
    let upper = rules.iter().filter(|rule| {
        let upper = matches!(rule.operator, Operator::Less | Operator::LessOrEqual);
        upper && rule.metric == Metric::ResponseTime && rule.step.is_none()
    });
    let tightest = upper.map(|rule| rule.limit).min_by(f64::total_cmp);
    tightest.map(|ns| Duration::from_nanos(ns.max(0.0) as u64))
}

// Rates count what finished in the window; times and shares are those of steady arrivals.
fn seen(rule: &Rule, view: &WindowView<'_>, steps: &[String], slo: Option<Duration>) -> Seen {
    let (window, set) = (view.window, view.sets[1]);
    let chosen = || chosen(rule, set, steps);
    let merged = |of: fn(&StepSet) -> &Histogram| {
        let mut all = Histogram::new();
        chosen().for_each(|step| all.add(of(step)));
        all
    };
    let rate = |events| Seen::Rate {
        events,
        requests: window.requests,
    };
    match rule.metric {
        Metric::ResponseTime => Seen::times(merged(|step| &step.ok.response), &set.timeouts),
        Metric::ServiceTime => Seen::times(merged(|step| &step.ok.service), &Histogram::new()),
        Metric::SendDelay => Seen::times(set.send_delay.clone(), &Histogram::new()),
        Metric::PacingDelay => Seen::times(set.delays.pacing.clone(), &Histogram::new()),
        Metric::ErrorRatio => Seen::Ratio {
            part: chosen().map(StepSet::failed_requests).sum(),
            whole: chosen().map(StepSet::requests).sum(),
        },
        Metric::DroppedRatio => Seen::Ratio {
            part: (view.dropped - view.dropped_before).min(window.due),
            whole: window.due,
        },
        Metric::Qps => rate(window.requests),
        Metric::Tps => rate(window.committed),
        Metric::Goodput => rate(good(set, slo)),
    }
}

fn chosen<'a>(
    rule: &'a Rule,
    set: &'a PhaseSet,
    steps: &'a [String],
) -> impl Iterator<Item = &'a StepSet> {
    let named = set.steps.iter().zip(steps);
    let all = named.filter(|(_, name)| rule.step.as_ref().is_none_or(|step| step == *name));
    all.map(|(step, _)| step)
}

fn good(set: &PhaseSet, slo: Option<Duration>) -> u64 {
    let slo = slo.map_or(0, |slo| u64::try_from(slo.as_nanos()).unwrap_or(u64::MAX));
    let all = set.transactions.iter();
    all.map(|one| one.response.count_at_or_below(slo)).sum()
}

#[cfg(test)]
mod tests;
