//! The collector closes windows: it swaps the recorder's shards, writes the histogram log and tells the observer.

use crate::clock::Clock;
use crate::handover::Handover;
use crate::observer::{Observer, WindowView};
use crate::recorder::{Layout, PhaseSet, Sets, StepSet};
use crate::session::Shared;
use record::failure::FailureKind;
use record::histogram::Histogram;
use record::hlog;
use record::phase::Phase;
use record::run::{Span, Window};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// A window is one second, cut at the edges of phases.
const WINDOW_NS: u64 = 1_000_000_000;

/// Planned edges of the phases, in nanoseconds since T0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edges {
    pub(crate) warmup_end: u64,
    pub(crate) steady_end: u64,
}

impl Edges {
    pub(crate) fn phase(self, at: u64) -> Phase {
        if at < self.warmup_end {
            Phase::Warmup
        } else if at < self.steady_end {
            Phase::Steady
        } else {
            Phase::Drain
        }
    }

    /// The end of the window that starts at `start`.
    fn window_end(self, start: u64) -> u64 {
        let end = start + WINDOW_NS;
        [self.warmup_end, self.steady_end]
            .into_iter()
            .find(|&edge| start < edge && edge < end)
            .unwrap_or(end)
    }
}

/// The name of a class in the histogram log: `scenario/step`.
pub(crate) type ClassNames = Vec<(String, String)>;

pub(crate) struct Collector {
    pub(crate) shared: Arc<Shared>,
    pub(crate) handover: Option<Arc<Handover>>,
    pub(crate) clock: Clock,
    pub(crate) edges: Edges,
    pub(crate) classes: ClassNames,
    pub(crate) log: Box<dyn Write + Send>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) users: u64,
    /// Seconds in a row in which every request failed to connect.
    pub(crate) unreachable: Arc<AtomicU64>,
}

/// What the collector gathered.
pub(crate) struct Collected {
    pub(crate) windows: Vec<Window>,
    pub(crate) steady: PhaseSet,
    /// The first error of the histogram log; the run went on without it.
    pub(crate) log_error: Option<std::io::Error>,
}

impl Collected {
    pub(crate) fn empty(layout: Layout) -> Self {
        Self {
            windows: Vec::new(),
            steady: Sets::new(layout).steady,
            log_error: None,
        }
    }
}

impl Collector {
    /// Closes windows until `finish` says so, or its sender is gone; then everything is frozen and the last window closed.
    pub(crate) fn run(mut self, finish: &Receiver<()>, layout: Layout) -> Collected {
        let mut spare = Box::new(Sets::new(layout));
        let mut sets = Sets::new(layout);
        let mut collected = Collected::empty(layout);
        let (mut start, mut due_before) = (0, 0);
        loop {
            let end = self.edges.window_end(start);
            let finished = self.wait_until(end, finish);
            if finished {
                self.shared.recorder.freeze();
            }
            let end = if finished {
                self.clock.now().clamp(start, end)
            } else {
                end
            };
            self.shared.recorder.collect(&mut spare, &mut sets);
            let due = self.shared.due.all.load(Ordering::Relaxed);
            let window = self.window(start..end, due - due_before, &sets);
            due_before = due;
            self.publish(&window, &sets, &mut collected);
            collected.steady.add(&sets.steady);
            collected.windows.push(window);
            if finished {
                return collected;
            }
            start = end;
        }
    }

    // True if the run is to end.
    fn wait_until(&self, end: u64, finish: &Receiver<()>) -> bool {
        let left = self
            .clock
            .at(end)
            .saturating_duration_since(std::time::Instant::now());
        !matches!(finish.recv_timeout(left), Err(RecvTimeoutError::Timeout))
    }

    fn window(&self, span: std::ops::Range<u64>, due: u64, sets: &Sets) -> Window {
        let steps = || sets.warmup.steps.iter().chain(&sets.steady.steps);
        let transactions = || {
            sets.warmup
                .transactions
                .iter()
                .chain(&sets.steady.transactions)
        };
        let merged = |of: fn(&StepSet) -> &Histogram| {
            let mut all = Histogram::new();
            steps().for_each(|step| all.add(of(step)));
            all.summary()
        };
        let mut send_delay = sets.warmup.send_delay.clone();
        send_delay.add(&sets.steady.send_delay);
        Window {
            phase: self.edges.phase(span.start),
            span: Span {
                start: Duration::from_nanos(span.start),
                end: Duration::from_nanos(span.end),
            },
            due,
            requests: steps().map(StepSet::requests).sum(),
            failed: steps().map(StepSet::failed_requests).sum(),
            committed: transactions().map(|t| t.committed).sum(),
            uncommitted: transactions().map(|t| t.failed).sum(),
            in_flight: self.shared.inflight.count(),
            backlog: self
                .handover
                .as_ref()
                .map_or(0, |handover| handover.backlog()),
            response: merged(|step| &step.ok.response),
            service: merged(|step| &step.ok.service),
            send_delay: send_delay.summary(),
        }
    }

    fn publish(&mut self, window: &Window, sets: &Sets, collected: &mut Collected) {
        self.note_reachability(window, sets);
        if collected.log_error.is_none() {
            collected.log_error = self.write_log(window, sets).err();
        }
        let steady_end = Duration::from_nanos(self.edges.steady_end);
        self.observer.window(&WindowView {
            window,
            sets: [&sets.warmup, &sets.steady],
            remaining: steady_end.saturating_sub(window.span.end),
            dropped: self
                .handover
                .as_ref()
                .map_or(0, |handover| handover.dropped()),
            users: self.users,
        });
    }

    fn note_reachability(&self, window: &Window, sets: &Sets) {
        let connect = |set: &PhaseSet| -> u64 {
            set.steps
                .iter()
                .map(|s| s.failures[FailureKind::Connect as usize])
                .sum()
        };
        let refused = connect(&sets.warmup) + connect(&sets.steady);
        if window.requests > 0 && refused == window.requests {
            self.unreachable.fetch_add(1, Ordering::Relaxed);
        } else {
            self.unreachable.store(0, Ordering::Relaxed);
        }
    }

    // One line per class with values, flushed at once: a killed run is readable to its last window.
    fn write_log(&mut self, window: &Window, sets: &Sets) -> std::io::Result<()> {
        for (at, (scenario, step)) in self.classes.iter().enumerate() {
            let (mut response, mut service) = (Histogram::new(), Histogram::new());
            for set in [&sets.warmup.steps[at], &sets.steady.steps[at]] {
                response.add(&set.ok.response);
                service.add(&set.ok.service);
            }
            for (duration, histogram) in [("response_time", &response), ("service_time", &service)]
            {
                if !histogram.is_empty() {
                    let tag = format!("{scenario}/{step}:{duration}");
                    let line = hlog::line(&tag, window.span.start, window.span.length(), histogram);
                    self.log.write_all(line.as_bytes())?;
                }
            }
        }
        self.log.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_seconds_cut_at_the_edges_of_phases() {
        let edges = Edges {
            warmup_end: 1_500_000_000,
            steady_end: 3_000_000_000,
        };
        let mut ends = vec![0];
        for _ in 0..5 {
            ends.push(edges.window_end(*ends.last().expect("not empty")));
        }
        let ms: Vec<_> = ends.iter().map(|ns| ns / 1_000_000).collect();
        assert_eq!(ms, [0, 1000, 1500, 2500, 3000, 4000]);
        let phases: Vec<_> = ends.iter().map(|&at| edges.phase(at).name()).collect();
        assert_eq!(
            phases,
            ["warmup", "warmup", "steady", "steady", "drain", "drain"]
        );
    }
}
