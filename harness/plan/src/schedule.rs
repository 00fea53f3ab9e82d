//! When each arrival is due, fixed by plan and seed before the run: the target cannot move it.
//!
//! Warm-up and steady phase have streams of their own, each counting from 0 and drawing from its own part of the seed: the steady phase
//! offers the same arrivals however long warm-up took.

mod pace;

pub(crate) use pace::Due;

use crate::{Plan, seed};
use pace::Pace;
use rand_chacha::ChaCha8Rng;
use record::phase::Phase;
use std::num::NonZeroU64;
use std::time::Duration;

/// One due start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Its number, from 0 in each stream.
    pub n: u64,
    /// When it is due, in nanoseconds since the start of its stream.
    pub intended_ns: u64,
    /// Warm-up or steady.
    pub phase: Phase,
    /// Index of the scenario among the plan's.
    pub scenario: u32,
}

/// The arrivals of one phase, in order.
#[derive(Debug, Clone)]
pub struct Arrivals {
    phase: Phase,
    next: u64,
    pace: Pace,
    mix: Mix,
    end_ns: u64,
    /// No more than this many.
    most: u64,
}

/// Draws scenarios by weight.
#[derive(Debug, Clone)]
struct Mix {
    /// Cumulative weights.
    upto: Vec<u64>,
    stream: ChaCha8Rng,
}

impl Mix {
    fn of(plan: &Plan, label: &str) -> Self {
        let mut sum = 0;
        let upto = plan.scenarios.iter().map(|choice| {
            sum += u64::from(choice.weight);
            sum
        });
        Self {
            upto: upto.collect(),
            stream: seed::stream(plan.seed, label),
        }
    }

    fn draw(&mut self) -> u32 {
        let total = self.upto.last().copied().unwrap_or(1);
        let wanted = (seed::share(&mut self.stream) * total as f64) as u64;
        let at = self.upto.partition_point(|&upto| upto <= wanted);
        at.min(self.upto.len().saturating_sub(1)) as u32
    }
}

impl Plan {
    /// The arrivals of the warm-up, without end: whoever takes them says when it is over. They come at the plan's first rate (of a ramp
    /// from 0 its mean, of a replayed file the mean of all). A closed plan has none.
    pub fn warmup_arrivals(&self) -> Arrivals {
        Arrivals {
            phase: Phase::Warmup,
            next: 0,
            pace: Pace::of_warmup(self),
            mix: Mix::of(self, "warmup/mix"),
            end_ns: u64::MAX,
            most: u64::MAX,
        }
    }

    /// The arrivals of the steady phase, to its end, or to the end of the budget where it may be extended: there the last rate goes on.
    /// A closed plan has none, nor has a plan whose file of arrivals was not handed in ([`Plan::replay_from`]).
    pub fn steady_arrivals(&self) -> Arrivals {
        Arrivals {
            phase: Phase::Steady,
            next: 0,
            pace: Pace::of_steady(self),
            mix: Mix::of(self, "mix"),
            end_ns: self.steady_most().as_nanos() as u64,
            most: self.iterations.map_or(u64::MAX, |asked| asked.count),
        }
    }

    /// Arrivals to expect in `phase` if it is not extended, and if warm-up takes its most: exact for constant spacing, for replayed
    /// arrivals and for a phase that ends by count; for Poisson the mean, from which the drawn count differs by about its square root. 0 for phases other than warm-up and
    /// steady, and for closed plans.
    pub fn expected_arrivals(&self, phase: Phase) -> u64 {
        match phase {
            Phase::Warmup => Pace::of_warmup(self).due_by(self.warmup_most()),
            Phase::Steady => self
                .counted_arrivals()
                .unwrap_or_else(|| Pace::of_steady(self).due_by(self.duration)),
            Phase::Setup | Phase::Drain => 0,
        }
    }

    /// Arrivals per second of the steady phase, in the mean; `None` for a closed plan, and before a file of arrivals is handed in.
    pub fn mean_rate(&self) -> Option<f64> {
        if let Some(rate) = self.rate {
            return Some(rate.get());
        }
        let due = Pace::of_steady(self).due_in(self.duration)?;
        Some(due / self.duration.as_secs_f64())
    }
}

impl Arrivals {
    /// When the steady arrival number `n` of a plan with a rate is due, in nanoseconds since the steady phase began; beyond `most` perhaps
    /// only the first time there, since nobody needs more. `None` without a rate.
    pub(crate) fn due_at(plan: &Plan, n: u64, most: Duration) -> Option<u64> {
        Pace::of_steady(plan).time_of(n, most.as_nanos() as u64)
    }

    /// Those that generator `w` of `of` takes: numbers with `n` mod `of` = `w`. Together the shares are the stream, whatever `of` is.
    pub fn share(self, w: u64, of: NonZeroU64) -> impl Iterator<Item = Arrival> + Send {
        self.filter(move |arrival| arrival.n % of == w)
    }
}

impl Iterator for Arrivals {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        let due = self.pace.next(self.next)?;
        if due.at_ns >= self.end_ns || self.next >= self.most {
            return None;
        }
        // Drawn in any case, so that a scenario that the file names moves no other.
        let drawn = self.mix.draw();
        let arrival = Arrival {
            n: self.next,
            intended_ns: due.at_ns,
            phase: self.phase,
            scenario: due.scenario.unwrap_or(drawn),
        };
        self.next += 1;
        Some(arrival)
    }
}

#[cfg(test)]
mod tests;
