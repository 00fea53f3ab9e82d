//! What a run decides while it is on, by the plan: when the target is steady, and whether its percentile is known well enough.

use driver::{Bin, Decision, Judge, WindowView};
use plan::{Plan, Until};
use record::histogram::Histogram;
use record::run::Model;
use std::time::Duration;

/// How sure an interval is to hold its quantile.
const CONFIDENCE: f64 = 0.95;
/// The steady phase grows by so much at a time.
const MORE: Duration = Duration::from_secs(5);
/// It is decided about when less than this is left: an edge cannot be moved once it is reached.
const NEAR_THE_END: Duration = Duration::from_millis(1500);

/// Decides as the plan says.
pub(super) struct PlanJudge {
    until: Option<Until>,
    model: Model,
    windows: Vec<Histogram>,
    length: Duration,
}

impl PlanJudge {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            until: plan.until,
            model: plan.model,
            windows: Vec::new(),
            length: Duration::ZERO,
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
        self.windows.push(all);
        self.length += view.window.span.length();
    }

    fn is_precise(&self, until: &Until) -> bool {
        stats::precision::interval(until.quantile, CONFIDENCE, &self.windows)
            .is_some_and(|interval| interval.is_within(until.relative))
    }
}

impl Judge for PlanJudge {
    fn is_steady(&mut self, bins: &[Bin]) -> bool {
        let bins: Vec<_> = bins.iter().map(bin).collect();
        stats::steady::steady_state(&bins).is_steady
    }

    fn window(&mut self, view: &WindowView<'_>) -> Decision {
        let Some(until) = self.until else {
            return Decision::Continue;
        };
        self.keep(view);
        let left = until.budget.saturating_sub(self.length + view.remaining);
        if view.remaining > NEAR_THE_END || left.is_zero() || self.is_precise(&until) {
            return Decision::Continue;
        }
        Decision::Extend(left.min(MORE))
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
