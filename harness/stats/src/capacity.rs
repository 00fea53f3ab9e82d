//! The highest rate at which a target keeps its promise: a search that is told how each step came out and says which rate is next.
//!
//! Up by a factor until a step fails, bisection on the log scale, three fresh confirmations, then overload and down again until the
//! promise is kept: a target that is slower on the way down has two states, and that is worth more than the number. A step that cannot be
//! trusted is repeated and never counts against the target; if it cannot be trusted however often, the highest rate that passed below it is
//! confirmed and is the answer, a lower bound. Pure: rates and outcomes, no clock.

mod limiter;
mod outcome;

pub use limiter::{Limiter, Resource, limiter};
pub use outcome::{Quality, StepOutcome, outcome};

/// How a search goes about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SearchOptions {
    /// The first rate, per second.
    pub start: f64,
    /// No rate above this is offered.
    pub most: Option<f64>,
    /// From one step to the next while all pass; above 1.
    pub factor: f64,
    /// Lowest failing ÷ highest passing rate at which bisection ends; above 1.
    pub resolution: f64,
    /// Fresh steps that must pass.
    pub confirmations: u32,
    /// By which share the rate falls if one of those fails.
    pub step_down: f64,
    /// Overload: this many times the knee.
    pub overload: f64,
    /// By which share the rate falls, step by step, after it.
    pub descent: f64,
    /// How often a step that cannot be trusted is repeated.
    pub repeats: u32,
    /// Steps after which the search ends, whatever it knows.
    pub most_steps: usize,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self {
            start: 100.0,
            most: None,
            factor: 1.5,
            resolution: 1.05,
            confirmations: 3,
            step_down: 0.05,
            overload: 1.3,
            descent: 0.1,
            repeats: 2,
            most_steps: 80,
        }
    }
}

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Action {
    /// Measure a step and report it.
    Measure {
        /// Arrivals per second.
        rate: f64,
        /// What for.
        purpose: Purpose,
    },
    /// Nothing; [`Search::found`] is final.
    Done,
}

/// What a step is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Find a rate that fails, and one that passes.
    Climb,
    /// Narrow the range between them.
    Bisect,
    /// Make sure of the lower end.
    Confirm,
    /// See what more than the knee does to the target.
    Overload,
    /// See at which rate it recovers from that.
    Descend,
}

impl Purpose {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Climb => "climb",
            Self::Bisect => "bisect",
            Self::Confirm => "confirm",
            Self::Overload => "overload",
            Self::Descend => "descend",
        }
    }
}

/// A step that was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Arrivals per second offered.
    pub rate: f64,
    /// What for.
    pub purpose: Purpose,
    /// What came of it.
    pub outcome: StepOutcome,
}

/// Why a search ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It is still going on.
    Unfinished,
    /// The knee is known and confirmed.
    Found,
    /// Steps at one rate could not be trusted, however often they were repeated; what was said of the last one. What passed below it may be
    /// confirmed all the same.
    Untrusted(String),
    /// The highest rate that may be offered passes.
    Bound,
    /// No rate down to a hundredth of the first one passes.
    NothingPasses,
    /// The bound on the number of steps.
    StepsSpent,
    /// Whoever measures ended it: out of time, interrupted; a fragment.
    GivenUp(String),
}

/// What is known so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The highest rate that passed, after confirmation the one that was confirmed; `None` if none did.
    pub low: Option<f64>,
    /// The lowest rate above it that failed; `None` if none did.
    pub high: Option<f64>,
    /// Whether every confirmation passed.
    pub is_confirmed: bool,
    /// The highest rate achieved in a step that can be trusted, kept promise or not.
    pub peak: Option<f64>,
    /// The rate achieved under overload.
    pub overloaded: Option<f64>,
    /// The highest rate at which the target recovered from overload.
    pub down: Option<f64>,
    /// Why the search ended.
    pub stop: Stop,
}

impl Found {
    /// True if the target recovered only far below its knee: it has two states, and overload leaves it in the worse one.
    pub fn is_metastable(&self) -> bool {
        const RECOVERS: f64 = 0.9;
        matches!((self.low, self.down), (Some(up), Some(down)) if down < RECOVERS * up)
    }
}

/// Where the search is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Climb {
        rate: f64,
    },
    /// Not even the first rate passed.
    Fall {
        rate: f64,
    },
    Bisect {
        low: f64,
        high: f64,
    },
    Confirm {
        rate: f64,
        left: u32,
    },
    Overload {
        rate: f64,
    },
    Descend {
        rate: f64,
    },
    Done,
}

/// The search. Ask [`Search::next`], measure, [`Search::report`], until it is done.
#[derive(Debug, Clone)]
pub struct Search {
    options: SearchOptions,
    state: State,
    steps: Vec<Step>,
    /// Untrusted steps in a row.
    untrusted: u32,
    /// Why nothing beyond the rate that is being confirmed can be known.
    ceiling: Option<String>,
    /// How often overload passed, and the climb went on from there.
    resumed: u32,
    found: Found,
}

impl Search {
    /// A search that has measured nothing.
    pub fn new(options: SearchOptions) -> Self {
        let rate = options
            .most
            .map_or(options.start, |most| most.min(options.start));
        Self {
            options,
            state: State::Climb { rate },
            steps: Vec::new(),
            untrusted: 0,
            ceiling: None,
            resumed: 0,
            found: Found {
                low: None,
                high: None,
                is_confirmed: false,
                peak: None,
                overloaded: None,
                down: None,
                stop: Stop::Unfinished,
            },
        }
    }

    /// What is to be done next; the same until a step is reported.
    pub fn next(&self) -> Action {
        let (rate, purpose) = match self.state {
            State::Climb { rate } | State::Fall { rate } => (rate, Purpose::Climb),
            State::Bisect { low, high } => ((low * high).sqrt(), Purpose::Bisect),
            State::Confirm { rate, .. } => (rate, Purpose::Confirm),
            State::Overload { rate } => (rate, Purpose::Overload),
            State::Descend { rate } => (rate, Purpose::Descend),
            State::Done => return Action::Done,
        };
        Action::Measure { rate, purpose }
    }

    /// What came of the step that [`Self::next`] asked for. Nothing happens if it asked for none.
    pub fn report(&mut self, outcome: StepOutcome) {
        let Action::Measure { rate, purpose } = self.next() else {
            return;
        };
        let (quality, achieved) = (outcome.quality, outcome.achieved);
        if quality != Quality::Invalid {
            self.untrusted = 0;
            let peak = self.found.peak.map_or(achieved, |peak| peak.max(achieved));
            self.found.peak = Some(peak);
        }
        let why = outcome.reasons.first().cloned().unwrap_or_default();
        self.steps.push(Step {
            rate,
            purpose,
            outcome,
        });
        match quality {
            Quality::Invalid => self.distrust(why),
            Quality::Pass => self.passed(rate),
            Quality::Fail => self.failed(rate, achieved),
        }
        if self.steps.len() >= self.options.most_steps && self.state != State::Done {
            self.end(Stop::StepsSpent);
        }
    }

    /// Ends a search that is not done, for this reason. What is known stays known.
    pub fn give_up(&mut self, why: String) {
        if self.state != State::Done {
            self.end(Stop::GivenUp(why));
        }
    }

    /// Everything measured so far, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What is known so far.
    pub fn found(&self) -> &Found {
        &self.found
    }

    fn distrust(&mut self, why: String) {
        self.untrusted += 1;
        if self.untrusted <= self.options.repeats {
            return;
        }
        match (self.state, self.found.low) {
            // The knee stands once it is confirmed; what overload does is then simply not known.
            (State::Overload { .. } | State::Descend { .. }, _) => self.end(Stop::Found),
            (State::Climb { .. } | State::Bisect { .. }, Some(low)) => {
                self.untrusted = 0;
                self.ceiling = Some(why);
                self.state = self.confirm(low);
            }
            _ => self.end(Stop::Untrusted(why)),
        }
    }

    fn passed(&mut self, rate: f64) {
        match self.state {
            State::Climb { .. } => {
                self.found.low = Some(rate);
                let next = rate * self.options.factor;
                let bound = self.options.most.filter(|most| next > *most);
                self.state = match (self.found.high, bound) {
                    (Some(high), _) if next >= high => self.narrow(rate, high),
                    (_, Some(most)) if rate >= most => self.confirm(rate),
                    (_, Some(most)) => State::Climb { rate: most },
                    (_, None) => State::Climb { rate: next },
                };
            }
            State::Fall { .. } => {
                self.found.low = Some(rate);
                self.state = self.narrow(rate, self.found.high.unwrap_or(rate));
            }
            State::Bisect { high, .. } => {
                self.found.low = Some(rate);
                self.state = self.narrow(rate, high);
            }
            State::Confirm { left, .. } => self.confirmed(rate, left),
            State::Overload { .. } => self.resume(rate),
            State::Descend { .. } => {
                self.found.down = Some(rate);
                self.end(Stop::Found);
            }
            State::Done => {}
        }
    }

    fn confirmed(&mut self, rate: f64, left: u32) {
        if left > 1 {
            self.state = State::Confirm {
                rate,
                left: left - 1,
            };
            return;
        }
        (self.found.low, self.found.is_confirmed) = (Some(rate), true);
        if let Some(why) = self.ceiling.take() {
            self.end(Stop::Untrusted(why));
            return;
        }
        let beyond = rate * self.options.overload;
        match self.options.most.filter(|most| beyond > *most) {
            Some(_) if self.found.high.is_none() => self.end(Stop::Bound),
            Some(_) => self.end(Stop::Found),
            None => self.state = State::Overload { rate: beyond },
        }
    }

    // What was thought to be overload keeps the promise, so the step that failed below it failed by accident: the climb goes on from here.
    // Twice at most; a target that goes on like that has no sharp limit.
    fn resume(&mut self, rate: f64) {
        const MOST: u32 = 2;
        self.resumed += 1;
        if self.resumed > MOST {
            self.end(Stop::Found);
            return;
        }
        (self.found.low, self.found.high, self.found.is_confirmed) = (Some(rate), None, false);
        self.state = State::Climb {
            rate: rate * self.options.factor,
        };
    }

    fn failed(&mut self, rate: f64, achieved: f64) {
        match self.state {
            State::Climb { .. } | State::Bisect { .. } => {
                self.found.high = Some(rate);
                self.state = match self.found.low {
                    Some(low) => self.narrow(low, rate),
                    None => State::Fall {
                        rate: rate / self.options.factor,
                    },
                };
            }
            State::Fall { .. } => {
                self.found.high = Some(rate);
                let next = rate / self.options.factor;
                if next < self.options.start / 100.0 {
                    self.end(Stop::NothingPasses);
                } else {
                    self.state = State::Fall { rate: next };
                }
            }
            State::Confirm { .. } => {
                // The limit is here, and not where nothing could be trusted.
                self.ceiling = None;
                let lower = rate * (1.0 - self.options.step_down);
                (self.found.high, self.found.low) = (Some(rate), self.passed_below(rate));
                self.state = self.confirm(lower);
            }
            State::Overload { .. } => {
                self.found.overloaded = Some(achieved);
                self.state = State::Descend {
                    rate: rate * (1.0 - self.options.descent),
                };
            }
            State::Descend { .. } => {
                let next = rate * (1.0 - self.options.descent);
                if next < self.options.start / 100.0 {
                    self.end(Stop::Found);
                } else {
                    self.state = State::Descend { rate: next };
                }
            }
            State::Done => {}
        }
    }

    // The highest rate below `rate` that passed and never failed.
    fn passed_below(&self, rate: f64) -> Option<f64> {
        let passed = |step: &&Step| step.outcome.quality == Quality::Pass && step.rate < rate;
        self.steps
            .iter()
            .filter(passed)
            .map(|step| step.rate)
            .reduce(f64::max)
    }

    fn narrow(&self, low: f64, high: f64) -> State {
        if high / low <= self.options.resolution {
            self.confirm(low)
        } else {
            State::Bisect { low, high }
        }
    }

    fn confirm(&self, rate: f64) -> State {
        State::Confirm {
            rate,
            left: self.options.confirmations.max(1),
        }
    }

    fn end(&mut self, stop: Stop) {
        self.state = State::Done;
        self.found.stop = stop;
    }
}

#[cfg(test)]
mod tests;
