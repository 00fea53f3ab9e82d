//! When each arrival is due, fixed by plan and seed before the run: the target cannot move it.

use crate::{Arrivals, Plan, seed};
use rand_chacha::ChaCha8Rng;
use record::phase::Phase;
use record::run::Model;

// Nanoseconds in a second times billionths in a whole: n · this ÷ nano_rate is nanoseconds.
const BILLION_SQUARED: u128 = 1_000_000_000_000_000_000;

/// One due start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Its number, from 0.
    pub n: u64,
    /// When it is due, in nanoseconds since T0.
    pub intended_ns: u64,
    /// Warm-up or steady, by its intended start.
    pub phase: Phase,
    /// Index of the scenario among the plan's.
    pub scenario: u32,
}

/// The arrivals of a plan, in order.
#[derive(Debug, Clone)]
pub struct Schedule {
    next: u64,
    spacing: Spacing,
    mix: Mix,
    warmup_end_ns: u64,
    end_ns: u64,
}

#[derive(Debug, Clone)]
enum Spacing {
    /// No arrivals: users decide for themselves.
    None,
    /// n ÷ rate, exact: the rate in billionths of an arrival per second is a whole number, so no sum drifts.
    Constant { nano_rate: u128 },
    /// Exponential gaps with this mean.
    Poisson {
        mean_ns: f64,
        at_ns: f64,
        stream: Box<ChaCha8Rng>,
    },
}

/// Draws scenarios by weight.
#[derive(Debug, Clone)]
struct Mix {
    /// Cumulative weights.
    upto: Vec<u64>,
    stream: ChaCha8Rng,
}

impl Mix {
    fn of(plan: &Plan) -> Self {
        let mut sum = 0;
        let upto = plan.scenarios.iter().map(|choice| {
            sum += u64::from(choice.weight);
            sum
        });
        Self {
            upto: upto.collect(),
            stream: seed::stream(plan.seed, "mix"),
        }
    }

    fn draw(&mut self) -> u32 {
        let total = self.upto.last().copied().unwrap_or(1);
        let wanted = (seed::share(&mut self.stream) * total as f64) as u64;
        let at = self.upto.partition_point(|&upto| upto <= wanted);
        at.min(self.upto.len().saturating_sub(1)) as u32
    }
}

impl Schedule {
    pub(crate) fn of(plan: &Plan) -> Self {
        let spacing = match (plan.model, plan.rate, plan.arrivals) {
            (Model::Open, Some(rate), Arrivals::Constant) => Spacing::Constant {
                nano_rate: (rate.get() * 1e9).round().max(1.0) as u128,
            },
            (Model::Open, Some(rate), Arrivals::Poisson) => Spacing::Poisson {
                mean_ns: 1e9 / rate.get(),
                at_ns: 0.0,
                stream: Box::new(seed::stream(plan.seed, "arrivals")),
            },
            _ => Spacing::None,
        };
        let warmup_end_ns = plan.warmup.as_nanos() as u64;
        Self {
            next: 0,
            spacing,
            mix: Mix::of(plan),
            warmup_end_ns,
            end_ns: warmup_end_ns + plan.duration.as_nanos() as u64,
        }
    }

    /// Arrivals to expect in `phase`, without drawing them: exact for constant spacing; for Poisson the mean, from which the drawn count
    /// differs by about its square root. 0 for phases other than warm-up and steady, and for closed plans.
    pub fn expected_count(&self, phase: Phase) -> u64 {
        let before = |ns| self.spacing.expected_before(ns);
        match phase {
            Phase::Warmup => before(self.warmup_end_ns),
            Phase::Steady => before(self.end_ns) - before(self.warmup_end_ns),
            Phase::Setup | Phase::Drain => 0,
        }
    }
}

impl Spacing {
    // When arrival `n` is due; called once for each n, in order.
    fn intended(&mut self, n: u64) -> Option<u64> {
        match self {
            Self::None => None,
            Self::Constant { nano_rate } => {
                u64::try_from(u128::from(n) * BILLION_SQUARED / *nano_rate).ok()
            }
            Self::Poisson {
                mean_ns,
                at_ns,
                stream,
            } => {
                // Inversion: −ln(1 − U) is exponential with mean 1, and 1 − U is never 0.
                *at_ns += *mean_ns * -(1.0 - seed::share(stream)).ln();
                Some(*at_ns as u64)
            }
        }
    }
}

impl Spacing {
    // Arrivals due before `ns`: n · 10^18 ÷ nano_rate < ns, solved for n.
    fn expected_before(&self, ns: u64) -> u64 {
        match self {
            Self::None => 0,
            Self::Constant { nano_rate } => {
                (u128::from(ns) * nano_rate).div_ceil(BILLION_SQUARED) as u64
            }
            Self::Poisson { mean_ns, .. } => (ns as f64 / mean_ns).round() as u64,
        }
    }
}

impl Iterator for Schedule {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        let intended_ns = self
            .spacing
            .intended(self.next)
            .filter(|&at| at < self.end_ns)?;
        let arrival = Arrival {
            n: self.next,
            intended_ns,
            phase: if intended_ns < self.warmup_end_ns {
                Phase::Warmup
            } else {
                Phase::Steady
            },
            scenario: self.mix.draw(),
        };
        self.next += 1;
        Some(arrival)
    }
}

#[cfg(test)]
mod tests;
