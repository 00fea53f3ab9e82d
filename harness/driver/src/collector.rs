//! The collector closes windows: it swaps the recorder's shards, writes the histogram log and tells the observer.

mod room;

use crate::clock::Clock;
use crate::edges::Edges;
use crate::handover::Handover;
use crate::judge::{Bin, Decision, Judge};
use crate::observer::{Observer, WindowView};
use crate::recorder::{Layout, PhaseSet, Pulse, Sets, StepSet, Tallies};
use crate::session::Shared;
use record::failure::FailureKind;
use record::histogram::Histogram;
use record::hlog;
use record::phase::Phase;
use record::run::{Span, Window, pacing_limit_ns, pacing_quantile};
use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// During warm-up the collector looks this often at how it goes.
const BIN: u64 = 100_000_000;
/// In the steady phase it looks at what is under way, after each time one of these, so that it never keeps step with the arrivals.
const LOOKS: [u64; 4] = [3_170_000, 7_310_000, 4_430_000, 5_890_000];
/// An edge is moved to this much ahead, beyond every arrival that may have been started already.
const LEAD: u64 = 30_000_000;

/// The name of a class in the histogram log: `scenario/step`.
pub(crate) type ClassNames = Vec<(String, String)>;

pub(crate) struct Collector {
    pub(crate) shared: Arc<Shared>,
    pub(crate) handover: Option<Arc<Handover>>,
    pub(crate) clock: Clock,
    pub(crate) edges: Arc<Edges>,
    pub(crate) judge: Box<dyn Judge>,
    /// Whether the end of warm-up is to be found out.
    pub(crate) find_steady: bool,
    pub(crate) classes: ClassNames,
    pub(crate) log: Box<dyn Write + Send>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) users: u64,
    /// Seconds in a row in which every request failed to connect.
    pub(crate) unreachable: Arc<AtomicU64>,
    /// Pacing delay that is never called late on this machine.
    pub(crate) pacing_floor_ns: u64,
    /// Set when the judge wants the run to stop: why.
    pub(crate) abort: Arc<OnceLock<String>>,
}

/// What the collector gathered.
pub(crate) struct Collected {
    pub(crate) windows: Vec<Window>,
    pub(crate) steady: PhaseSet,
    /// What was under way in the steady phase, looked at every few milliseconds: sum and number of looks.
    pub(crate) in_flight: (u64, u64),
    /// Requests of all phases that got an answer: what a target can have counted.
    pub(crate) answered: u64,
    /// Steady windows in which anything was sent, and those of them in which it was sent late.
    pub(crate) windows_steady: u64,
    pub(crate) windows_late: u64,
    /// Arrivals given up until the end of the last window.
    dropped: u64,
    /// When the target had settled, as far as the judge found it steady before the end of the longest warm-up.
    pub(crate) settled: Option<Duration>,
    /// The first error of the histogram log; the run went on without it.
    pub(crate) log_error: Option<std::io::Error>,
}

impl Collected {
    pub(crate) fn empty(layout: Layout) -> Self {
        Self::new(layout, 0)
    }

    /// Nothing yet, with memory for so many windows.
    pub(crate) fn new(layout: Layout, windows: usize) -> Self {
        Self {
            windows: room::room(windows),
            steady: Sets::new(layout).steady,
            in_flight: (0, 0),
            answered: 0,
            windows_steady: 0,
            windows_late: 0,
            dropped: 0,
            settled: None,
            log_error: None,
        }
    }
}

impl Collector {
    /// Closes windows until `finish` says so, or its sender is gone; then everything is frozen and the last window closed.
    pub(crate) fn run(
        mut self,
        finish: &Receiver<()>,
        mut collected: Collected,
        layout: Layout,
    ) -> Collected {
        let mut spare = Box::new(Tallies::new(layout));
        let mut sets = Sets::new(layout);
        let mut scratch = Histogram::new();
        let mut bins = Bins::new();
        let (mut start, mut due_before) = (0, 0);
        loop {
            let finished = self.wait_for_window(start, finish, &mut bins, &mut collected);
            if finished {
                self.shared.recorder.freeze();
            }
            let end = self.edges.window_end(start);
            let end = if finished {
                self.clock.now().clamp(start, end)
            } else {
                end
            };
            self.shared.recorder.collect(&mut spare, &mut sets);
            let due = self.shared.due.all.load(Ordering::Relaxed);
            let window = self.window(start..end, due - due_before, &sets, &mut scratch);
            due_before = due;
            self.note_lateness(&window, &sets, &mut collected);
            self.publish(&window, &sets, &mut collected);
            collected.steady.add(&sets.steady);
            collected.answered += answered(&sets);
            collected.windows.push(window);
            if finished {
                return collected;
            }
            start = end;
        }
    }

    // Until the window that began at `start` is over, whose end may move meanwhile. True if the run is to end.
    fn wait_for_window(
        &mut self,
        start: u64,
        finish: &Receiver<()>,
        bins: &mut Bins,
        collected: &mut Collected,
    ) -> bool {
        loop {
            let end = self.edges.window_end(start);
            let next = end.min(bins.next);
            let left = self
                .clock
                .at(next)
                .saturating_duration_since(Instant::now());
            if !matches!(finish.recv_timeout(left), Err(RecvTimeoutError::Timeout)) {
                return true;
            }
            let now = self.clock.now();
            if now >= bins.next {
                self.close_bin(now, bins, collected);
            }
            if now >= self.edges.window_end(start) {
                return false;
            }
        }
    }

    fn close_bin(&mut self, now: u64, bins: &mut Bins, collected: &mut Collected) {
        let in_flight = self.shared.inflight.count();
        bins.next = now + BIN;
        match self.edges.phase(now) {
            Phase::Steady => {
                let (sum, looks) = &mut collected.in_flight;
                *sum += in_flight;
                *looks += 1;
                bins.next = now + LOOKS[*looks as usize % LOOKS.len()];
            }
            Phase::Warmup if self.find_steady && collected.settled.is_none() => {
                bins.close(self.shared.recorder.pulse(), in_flight, self.backlog());
                // An edge so near is reached before it could be moved.
                let near = self.edges.warmup_end() <= now + 2 * LEAD;
                let settled = (!near).then(|| self.judge.settled(&bins.closed)).flatten();
                if let Some(bins) = settled {
                    collected.settled = Some(Duration::from_nanos(BIN * bins as u64));
                    self.edges.begin_steady(now + LEAD);
                }
            }
            _ => {}
        }
    }

    fn ask_judge(&mut self, view: &WindowView<'_>) {
        match self.judge.window(view) {
            Decision::Extend(by) if !view.remaining.is_zero() => self.edges.extend(by),
            Decision::Continue | Decision::Extend(_) => {}
            Decision::Abort(why) => {
                // What finishes from now on, in the drain, is in no rate.
                self.edges
                    .end_steady(view.window.span.end.as_nanos() as u64);
                let _ = self.abort.set(why);
            }
        }
    }

    // A generator that is late in single seconds is not late on the whole, and those seconds are spoilt all the same.
    fn note_lateness(&self, window: &Window, sets: &Sets, collected: &mut Collected) {
        let pacing = &sets.steady.delays.pacing;
        let pacing = pacing.quantile(pacing_quantile(pacing.count()));
        let (Some(pacing), Phase::Steady) = (pacing, window.phase) else {
            return;
        };
        let response = window.response.map_or(0, |times| times.p99);
        let late = pacing > pacing_limit_ns(self.pacing_floor_ns, response);
        collected.windows_steady += 1;
        collected.windows_late += u64::from(late);
    }

    fn backlog(&self) -> u64 {
        self.handover
            .as_ref()
            .map_or(0, |handover| handover.backlog())
    }

    // `scratch` is only for its memory.
    fn window(
        &self,
        span: std::ops::Range<u64>,
        due: u64,
        sets: &Sets,
        scratch: &mut Histogram,
    ) -> Window {
        let steps = || sets.warmup.steps.iter().chain(&sets.steady.steps);
        let transactions = || {
            sets.warmup
                .transactions
                .iter()
                .chain(&sets.steady.transactions)
        };
        let mut merged = |all: &mut dyn Iterator<Item = &Histogram>| {
            scratch.clear();
            all.for_each(|one| scratch.add(one));
            scratch.summary()
        };
        let response = merged(&mut steps().map(|step| &step.ok.response));
        let service = merged(&mut steps().map(|step| &step.ok.service));
        let send_delay =
            merged(&mut [&sets.warmup.send_delay, &sets.steady.send_delay].into_iter());
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
            backlog: self.backlog(),
            response,
            service,
            send_delay,
        }
    }

    fn publish(&mut self, window: &Window, sets: &Sets, collected: &mut Collected) {
        self.note_reachability(window, sets);
        if collected.log_error.is_none() {
            collected.log_error = self.write_log(window, sets).err();
        }
        let steady_end = Duration::from_nanos(self.edges.steady_end());
        let dropped = self.handover.as_ref();
        let dropped = dropped.map_or(0, |handover| handover.dropped());
        let view = WindowView {
            window,
            sets: [&sets.warmup, &sets.steady],
            remaining: steady_end.saturating_sub(window.span.end),
            dropped,
            dropped_before: std::mem::replace(&mut collected.dropped, dropped),
            users: self.users,
        };
        self.observer.window(&view);
        if window.phase == Phase::Steady {
            self.ask_judge(&view);
        }
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

    // One line per class, phase, outcome and duration with values, flushed at once: a killed run is readable to its last window.
    fn write_log(&mut self, window: &Window, sets: &Sets) -> std::io::Result<()> {
        for (at, (scenario, step)) in self.classes.iter().enumerate() {
            for (phase, set) in [(Phase::Warmup, &sets.warmup), (Phase::Steady, &sets.steady)] {
                let set = &set.steps[at];
                for (outcome, times) in [("ok", &set.ok), ("failed", &set.failed)] {
                    let durations = [
                        ("response_time", &times.response),
                        ("service_time", &times.service),
                    ];
                    for (duration, values) in durations.iter().filter(|(_, v)| !v.is_empty()) {
                        let tag = hlog::tag(scenario, step, duration, phase, outcome);
                        let (start, length) = (window.span.start, window.span.length());
                        let line = hlog::line(&tag, start, length, values);
                        self.log.write_all(line.as_bytes())?;
                    }
                }
            }
        }
        self.log.flush()
    }
}

fn answered(sets: &Sets) -> u64 {
    let steps = sets.warmup.steps.iter().chain(&sets.steady.steps);
    steps.flat_map(|step| step.codes.values()).sum()
}

/// The bins of warm-up.
#[derive(Debug)]
struct Bins {
    closed: Vec<Bin>,
    before: Pulse,
    /// When the present one ends.
    next: u64,
}

impl Bins {
    fn new() -> Self {
        Self {
            closed: Vec::new(),
            before: Pulse::default(),
            next: BIN,
        }
    }

    fn close(&mut self, pulse: Pulse, in_flight: u64, backlog: u64) {
        let completed = pulse.completed - self.before.completed;
        let sum = pulse.response_sum_ns - self.before.response_sum_ns;
        self.before = pulse;
        self.closed.push(Bin {
            completed,
            mean_response_ns: if completed > 0 {
                sum as f64 / completed as f64
            } else {
                0.0
            },
            in_flight,
            backlog,
        });
    }
}
