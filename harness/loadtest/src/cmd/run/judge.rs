//! What a run decides while it is on, by the plan: when the target is steady, whether its percentile is known well enough, and whether a
//! rule stops it.

mod rules;

use driver::{Bin, Decision, Judge, WindowView};
use plan::{Plan, Until};
use record::histogram::Histogram;
use record::run::{Model, PrecisionFacts, RuleStretches};
use rules::Rules;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How sure an interval is to hold its quantile.
const CONFIDENCE: f64 = 0.95;
/// The steady phase grows by so much at a time.
const MORE: Duration = Duration::from_secs(5);
/// It is decided about when less than this is left: an edge cannot be moved once it is reached.
const NEAR_THE_END: Duration = Duration::from_millis(1500);
/// Histograms that are kept, a quarter of a MiB each. Beyond this neighbours are put together, however long the run is; the interval
/// looks at no more than half as many blocks.
const MOST_BLOCKS: usize = 60;

/// What came of it, for whoever writes the record.
#[derive(Debug, Clone, Default)]
pub(super) struct Known(Arc<Mutex<Facts>>);

#[derive(Debug, Clone, Default)]
struct Facts {
    precision: Option<PrecisionFacts>,
    rules: Rules,
}

impl Known {
    pub(super) fn precision(&self) -> Option<PrecisionFacts> {
        self.facts().precision
    }

    pub(super) fn stretches(&self) -> Vec<RuleStretches> {
        self.facts().rules.facts()
    }

    fn facts(&self) -> MutexGuard<'_, Facts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Decides as the plan says.
pub(super) struct PlanJudge {
    until: Option<Until>,
    model: Model,
    planned: Duration,
    blocks: Blocks,
    length: Duration,
    known: Known,
}

impl PlanJudge {
    /// `steps` are the names of the workload's, in its order.
    pub(super) fn new(plan: &Plan, steps: Vec<String>, known: Known) -> Self {
        known.facts().rules = Rules::of(plan, steps);
        Self {
            until: plan.until,
            model: plan.model,
            planned: plan.duration,
            blocks: Blocks::default(),
            length: Duration::ZERO,
            known,
        }
    }

    // A closed plan has no response time to know: its service time is asked for.
    fn keep(&mut self, view: &WindowView<'_>) {
        let mut all = Histogram::new();
        for step in &view.sets[1].steps {
            all.add(match self.model {
                Model::Closed => &step.ok.service,
                Model::Open | Model::PartlyOpen => &step.ok.response,
            });
        }
        self.blocks.push(all);
        self.length += view.window.span.length();
    }

    fn is_precise(&self, until: &Until) -> bool {
        let interval = stats::precision::interval(until.quantile, CONFIDENCE, self.blocks.all());
        let Some(interval) = interval else {
            return false;
        };
        let reached = interval.is_within(until.relative);
        self.known.facts().precision = Some(PrecisionFacts {
            quantile: until.quantile,
            relative_asked: until.relative,
            low_ns: interval.low,
            point_ns: interval.point,
            high_ns: interval.high,
            reached,
            extended_by: self.length.saturating_sub(self.planned),
        });
        reached
    }
}

impl Judge for PlanJudge {
    fn settled(&mut self, bins: &[Bin]) -> Option<usize> {
        let bins: Vec<_> = bins.iter().map(bin).collect();
        let found = stats::steady::steady_state(&bins);
        found.is_steady.then_some(found.cut)
    }

    fn window(&mut self, view: &WindowView<'_>) -> Decision {
        if let Some(why) = self.known.facts().rules.push(view) {
            return Decision::Abort(why);
        }
        let Some(until) = self.until else {
            return Decision::Continue;
        };
        self.keep(view);
        if view.remaining > NEAR_THE_END || self.is_precise(&until) {
            return Decision::Continue;
        }
        let left = until.budget.saturating_sub(self.length + view.remaining);
        if left.is_zero() {
            Decision::Continue
        } else {
            Decision::Extend(left.min(MORE))
        }
    }
}

/// Histograms of stretches of equal length, in order of time.
#[derive(Debug)]
struct Blocks {
    whole: Vec<Histogram>,
    /// Windows of a block.
    width: usize,
    /// Windows in the last one.
    filled: usize,
}

impl Default for Blocks {
    fn default() -> Self {
        Self {
            whole: Vec::new(),
            width: 1,
            filled: 1,
        }
    }
}

impl Blocks {
    fn push(&mut self, window: Histogram) {
        if self.filled < self.width
            && let Some(last) = self.whole.last_mut()
        {
            last.add(&window);
            self.filled += 1;
            return;
        }
        if self.whole.len() == MOST_BLOCKS {
            self.halve();
        }
        self.whole.push(window);
        self.filled = 1;
    }

    fn halve(&mut self) {
        let pairs = self.whole.chunks_exact(2).map(|pair| {
            let mut both = pair[0].clone();
            both.add(&pair[1]);
            both
        });
        self.whole = pairs.collect();
        self.width *= 2;
    }

    fn all(&self) -> &[Histogram] {
        &self.whole
    }
}

fn bin(bin: &Bin) -> stats::steady::Bin {
    stats::steady::Bin {
        mean_response_ns: bin.mean_response_ns,
        p50_ns: None,
        completed: bin.completed,
        in_flight: bin.in_flight,
        backlog: bin.backlog,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_long_a_run_is_few_histograms_are_kept_and_no_value_is_lost() {
        let mut blocks = Blocks::default();
        for window in 0..1_000 {
            let mut one = Histogram::new();
            one.record(window + 1);
            blocks.push(one);
        }
        assert!(blocks.all().len() <= MOST_BLOCKS);
        let counts: Vec<_> = blocks.all().iter().map(Histogram::count).collect();
        assert_eq!(counts.iter().sum::<u64>(), 1_000);
        let last = counts.len() - 1;
        assert!(
            counts[..last].iter().all(|&count| count == counts[0]),
            "{counts:?}"
        );
    }
}
