//! What the view shows: figures of the last window, percentiles of all windows, steps of the run so far.

use super::history::{History, Point};
use crate::live::palette::Palette;
use driver::{PhaseSet, WindowView};
use record::histogram::{Histogram, Summary};
use record::phase::Phase;
use record::run::{Model, Span};
use std::time::Duration;

/// What does not change during a run.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// The plan's name.
    pub(crate) plan: String,
    /// What it does, in words.
    pub(crate) words: String,
    /// Where the load goes.
    pub(crate) target: String,
    pub(crate) model: Model,
    /// Names of the steps, in the workload's order.
    pub(crate) steps: Vec<String>,
}

/// A pair of percentiles and the number of values they stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quantiles {
    pub(crate) count: u64,
    /// Nanoseconds.
    pub(crate) p50: u64,
    /// Nanoseconds.
    pub(crate) p99: u64,
}

impl From<Summary> for Quantiles {
    fn from(summary: Summary) -> Self {
        Self {
            count: summary.count,
            p50: summary.p50,
            p99: summary.p99,
        }
    }
}

/// A step in the phase so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StepRow {
    /// Requests that failed.
    pub(crate) failed: u64,
    /// Response times of good requests.
    pub(crate) good: Option<Quantiles>,
}

/// A window's figures, small and owned: they go from the collector's thread to the view's.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figures {
    pub(crate) span: Span,
    pub(crate) phase: Phase,
    /// Until the end of the steady phase.
    pub(crate) remaining: Duration,
    pub(crate) due: u64,
    /// Arrivals that came to an end, good or not.
    pub(crate) ended: u64,
    pub(crate) committed: u64,
    pub(crate) requests: u64,
    pub(crate) failed: u64,
    pub(crate) in_flight: u64,
    pub(crate) backlog: u64,
    /// Since T0.
    pub(crate) dropped: u64,
    pub(crate) response: Option<Quantiles>,
    pub(crate) send_delay: Option<Quantiles>,
    /// Whose arrivals `steps` counts.
    pub(crate) counted: Phase,
    /// In the workload's order.
    pub(crate) steps: Vec<StepRow>,
}

/// Sums up the steps: those of the warm-up until there are any of the steady phase. Lives with the collector, so that no histogram has to
/// go to another thread.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    steps: Vec<StepTotal>,
    steady: bool,
}

#[derive(Debug, Default)]
struct StepTotal {
    good: Histogram,
    failed: u64,
}

impl Totals {
    /// Adds a window and says what is to be shown of it.
    pub(crate) fn window(&mut self, view: &WindowView<'_>) -> Figures {
        let [warmup, steady] = view.sets;
        if !self.steady && view.window.phase != Phase::Warmup {
            *self = Self {
                steady: true,
                ..Self::default()
            };
        }
        self.add(if self.steady { steady } else { warmup });
        let window = view.window;
        Figures {
            span: window.span,
            phase: window.phase,
            remaining: view.remaining,
            due: window.due,
            ended: window.committed + window.uncommitted,
            committed: window.committed,
            requests: window.requests,
            failed: window.failed,
            in_flight: window.in_flight,
            backlog: window.backlog,
            dropped: view.dropped,
            response: window.response.map(Quantiles::from),
            send_delay: window.send_delay.map(Quantiles::from),
            counted: if self.steady {
                Phase::Steady
            } else {
                Phase::Warmup
            },
            steps: self.steps.iter().map(StepTotal::row).collect(),
        }
    }

    fn add(&mut self, set: &PhaseSet) {
        if self.steps.len() < set.steps.len() {
            self.steps.resize_with(set.steps.len(), StepTotal::default);
        }
        for (total, step) in self.steps.iter_mut().zip(&set.steps) {
            total.good.add(&step.ok.response);
            total.failed += step.failed_requests();
        }
    }
}

impl StepTotal {
    fn row(&self) -> StepRow {
        let quantiles = || {
            Some(Quantiles {
                count: self.good.count(),
                p50: self.good.quantile(0.5)?,
                p99: self.good.quantile(0.99)?,
            })
        };
        StepRow {
            failed: self.failed,
            good: quantiles(),
        }
    }
}

/// Everything that is drawn.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) head: Head,
    pub(crate) palette: Palette,
    /// The last window's.
    pub(crate) last: Figures,
    pub(crate) history: History,
    /// Time since the last window closed; moves the gauge on between two windows.
    pub(crate) since: Duration,
}

impl State {
    /// The state after the first window.
    pub(crate) fn new(head: Head, palette: Palette, first: Figures) -> Self {
        let mut state = Self {
            head,
            palette,
            last: first.clone(),
            history: History::default(),
            since: Duration::ZERO,
        };
        state.add(first);
        state
    }

    /// A window has closed.
    pub(crate) fn add(&mut self, figures: Figures) {
        if let Some(response) = figures.response {
            self.history.push(Point {
                at: figures.span.end.as_secs_f64(),
                p50: response.p50,
                p99: response.p99,
            });
        }
        self.last = figures;
        self.since = Duration::ZERO;
    }
}

#[cfg(test)]
mod tests;
