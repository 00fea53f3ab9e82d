//! A plan in words: rate flags are misread in the wild, so what will be offered is said before it is.

use crate::shape::{Part, Shape};
use crate::{OnFull, Plan, Spacing, Warmup};
use record::phase::Phase;
use record::run::Model;
use std::time::Duration;

// A shape with more parts than this is summed up.
const MOST_PARTS: usize = 6;

impl Plan {
    /// One sentence: what will be offered.
    pub fn words(&self) -> String {
        let load = match self.model {
            Model::Closed => self.callers(),
            Model::Open | Model::PartlyOpen => self.arrivals(),
        };
        format!(
            "{}, {load}{}, seed {}",
            self.model.name(),
            self.extension(),
            self.seed
        )
    }

    fn arrivals(&self) -> String {
        let in_flight = grouped(u64::from(self.users));
        let full = match self.on_full {
            OnFull::Wait => "",
            OnFull::Drop => ", dropped beyond",
        };
        let think = self.pause();
        format!(
            "{}{think}, up to {in_flight} in flight{full}",
            self.offered()
        )
    }

    fn offered(&self) -> String {
        let warmup = self.after_warmup();
        let expected = self.expected();
        if let Some(replay) = &self.replay {
            let file = &replay.file;
            if replay.trace.is_none() {
                return format!("replay of {file} {warmup}");
            }
            let length = seconds(self.duration);
            return format!("replay of {file} for {length} {warmup} = {expected} arrivals");
        }
        let spacing = match self.spacing {
            Spacing::Constant => "constant",
            Spacing::Poisson | Spacing::Replay => "Poisson",
        };
        let (load, length) = match (&self.shape, self.rate) {
            (Some(shape), _) => (
                shape.words("arrivals/s"),
                "in all ".to_owned() + &seconds(self.duration),
            ),
            (None, rate) => {
                let rate = rate.map_or(0.0, record::quantity::Rate::get);
                (
                    format!("{} arrivals/s", number(rate)),
                    "for ".to_owned() + &seconds(self.duration),
                )
            }
        };
        let between = if self.shape.is_some() { ", " } else { " " };
        format!("{spacing}, {load}{between}{length} {warmup} = {expected} arrivals")
    }

    fn expected(&self) -> String {
        let count = grouped(self.expected_arrivals(Phase::Steady));
        match (self.spacing, &self.replay) {
            (Spacing::Poisson, None) if self.counted_arrivals().is_none() => {
                format!("about {count}")
            }
            _ => count,
        }
    }

    fn callers(&self) -> String {
        let warmup = self.after_warmup();
        let longest = seconds(self.duration);
        let (length, bound) = match self.iterations {
            Some(asked) => (
                format!("{} transactions", grouped(asked.count)),
                format!(", {longest} at most"),
            ),
            None => (longest, String::new()),
        };
        match &self.shape {
            Some(shape) => {
                let think = self.pause();
                format!("{}{think}, in all {length} {warmup}", shape.words("users"))
            }
            None if self.think.is_zero() => {
                let users = grouped(u64::from(self.users));
                format!("{users} users without think time for {length} {warmup}{bound}")
            }
            None => {
                let users = grouped(u64::from(self.users));
                let think = seconds(self.think);
                format!("{users} users, {think} of think time, for {length} {warmup}{bound}")
            }
        }
    }

    fn pause(&self) -> String {
        if self.think.is_zero() {
            return String::new();
        }
        format!(", {} of think time", seconds(self.think))
    }

    fn after_warmup(&self) -> String {
        match self.warmup {
            Warmup::Fixed(length) => format!("after {} of warm-up", seconds(length)),
            Warmup::Auto { most } => {
                format!(
                    "after a warm-up that ends when it is steady, {} at most",
                    seconds(most)
                )
            }
        }
    }

    fn extension(&self) -> String {
        self.until.map_or_else(String::new, |until| {
            let (text, budget) = (until.text(), seconds(until.budget));
            format!(", longer until {text}, {budget} at most")
        })
    }
}

impl Shape {
    /// The shape in words, of `unit`.
    pub(crate) fn words(&self, unit: &str) -> String {
        let all: Vec<_> = self
            .levels()
            .map(|(before, part)| part.words(before))
            .collect();
        if all.len() > MOST_PARTS {
            let (start, most, last) =
                (number(self.start), number(self.most()), number(self.last()));
            let count = all.len();
            return format!(
                "a shape of {count} parts from {start} over at most {most} to {last} {unit}"
            );
        }
        let start = match self.parts.first() {
            Some(Part::Ramp { over, .. }) if !over.is_zero() => String::new(),
            _ => format!("from {}: ", number(self.start)),
        };
        format!("{start}{} ({unit})", all.join(", then "))
    }
}

impl Part {
    fn words(&self, before: f64) -> String {
        let length = seconds(self.length());
        match self {
            Self::Ramp { to, over } if over.is_zero() => format!("at once to {}", number(*to)),
            Self::Ramp { to, .. } => {
                format!(
                    "ramp from {} to {} over {length}",
                    number(before),
                    number(*to)
                )
            }
            Self::Hold { .. } => format!("{} for {length}", number(before)),
            Self::Spike { to, .. } => format!("spike of {} for {length}", number(*to)),
            Self::Step { to, .. } => format!("step to {} for {length}", number(*to)),
            Self::Sine {
                amplitude, period, ..
            } => format!(
                "wave of ±{} around {} every {} for {length}",
                number(*amplitude),
                number(before),
                seconds(*period)
            ),
        }
    }
}

pub(crate) fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

fn number(number: f64) -> String {
    if number.fract() == 0.0 {
        grouped(number as u64)
    } else {
        number.to_string()
    }
}

/// 40000 as 40 000.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests;
