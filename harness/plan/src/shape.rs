//! Load over time: a rate of arrivals (open and partly open), or a number of users (closed), made of ramps, steps, spikes and waves.

mod curve;
mod stages;

pub(crate) use curve::Curve;
pub(crate) use stages::{level, stages, test_plan};

use std::time::Duration;

/// How a level (arrivals per second, or users) changes over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// The level before the first part.
    pub start: f64,
    /// In order; each begins where the one before ends.
    pub parts: Vec<Part>,
}

/// A part of a shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Part {
    /// Evenly to a level; over no time at all it is a jump.
    Ramp {
        /// The level at its end, which stays.
        to: f64,
        /// Its length.
        over: Duration,
    },
    /// The level as it is.
    Hold {
        /// Its length.
        length: Duration,
    },
    /// At once to a level, and back afterwards.
    Spike {
        /// The level during it.
        to: f64,
        /// Its length.
        length: Duration,
    },
    /// At once to a level, which stays.
    Step {
        /// The new level.
        to: f64,
        /// Its length.
        length: Duration,
    },
    /// Around the level: level + amplitude · sin(2π t ÷ period).
    Sine {
        /// At most the level.
        amplitude: f64,
        /// Of one wave.
        period: Duration,
        /// Its length.
        length: Duration,
    },
}

impl Part {
    /// How long it is.
    pub fn length(&self) -> Duration {
        match self {
            Self::Ramp { over: length, .. }
            | Self::Hold { length }
            | Self::Spike { length, .. }
            | Self::Step { length, .. }
            | Self::Sine { length, .. } => *length,
        }
    }

    // The level after it, given the one before.
    fn leaves(&self, level: f64) -> f64 {
        match self {
            Self::Ramp { to, .. } | Self::Step { to, .. } => *to,
            Self::Hold { .. } | Self::Spike { .. } | Self::Sine { .. } => level,
        }
    }

    // The level at `at` seconds into it, given the one before.
    fn level_at(&self, before: f64, at: f64) -> f64 {
        match self {
            Self::Hold { .. } => before,
            Self::Spike { to, .. } | Self::Step { to, .. } => *to,
            Self::Ramp { to, over } => {
                let share = at / over.as_secs_f64();
                before + (to - before) * share.min(1.0)
            }
            Self::Sine {
                amplitude, period, ..
            } => before + amplitude * (std::f64::consts::TAU * at / period.as_secs_f64()).sin(),
        }
    }

    // The highest level in it, given the one before.
    fn most(&self, before: f64) -> f64 {
        match self {
            Self::Hold { .. } => before,
            Self::Ramp { to, .. } => before.max(*to),
            Self::Spike { to, .. } | Self::Step { to, .. } => *to,
            Self::Sine { amplitude, .. } => before + amplitude,
        }
    }
}

impl Shape {
    /// The sum of its parts.
    pub fn length(&self) -> Duration {
        self.parts.iter().map(Part::length).sum()
    }

    /// The level after its end.
    pub fn last(&self) -> f64 {
        let parts = self.parts.iter();
        parts.fold(self.start, |level, part| part.leaves(level))
    }

    /// The highest level; of a wave its crest, even if it ends before.
    pub fn most(&self) -> f64 {
        let highest = self.levels().map(|(before, part)| part.most(before));
        highest.fold(0.0, f64::max)
    }

    /// The level at a time since its start; after its end the last one.
    pub fn level_at(&self, time: Duration) -> f64 {
        let mut at = time;
        for (before, part) in self.levels() {
            if at < part.length() {
                return part.level_at(before, at.as_secs_f64()).max(0.0);
            }
            at -= part.length();
        }
        self.last()
    }

    /// Each part with the level before it.
    pub fn levels(&self) -> impl Iterator<Item = (f64, &Part)> {
        self.parts.iter().scan(self.start, |level, part| {
            let before = *level;
            *level = part.leaves(before);
            Some((before, part))
        })
    }

    // What a warm-up offers: the first rate there is; of a part that begins with none, its mean.
    pub(crate) fn first_rate(&self) -> f64 {
        let rates = self.levels().map(|(before, part)| {
            if part.length().is_zero() {
                return 0.0;
            }
            let first = part.level_at(before, 0.0);
            if first > 0.0 {
                first
            } else {
                mean(before, part)
            }
        });
        let mut some = rates.filter(|rate| *rate > 0.0);
        some.next().unwrap_or(0.0)
    }
}

// Only a ramp can begin with nothing and still offer something.
fn mean(before: f64, part: &Part) -> f64 {
    match part {
        Part::Ramp { to, .. } => f64::midpoint(before, *to),
        _ => 0.0,
    }
}

#[cfg(test)]
pub(crate) mod tests;
