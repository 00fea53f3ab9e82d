//! A plan in words: rate flags are misread in the wild, so what will be offered is said before it is.

use crate::{Arrivals, Plan};
use record::phase::Phase;
use record::quantity::Rate;
use std::time::Duration;

impl Plan {
    /// One sentence: what will be offered.
    pub fn words(&self) -> String {
        let phases = format!(
            "for {} after {} of warm-up",
            seconds(self.duration),
            seconds(self.warmup)
        );
        match self.rate {
            Some(rate) => format!(
                "open, {} arrivals/s {phases} = {} arrivals, up to {} in flight, seed {}",
                self.pace(rate),
                self.expected(),
                grouped(u64::from(self.users)),
                self.seed
            ),
            None => format!("closed, {} {phases}, seed {}", self.callers(), self.seed),
        }
    }

    fn pace(&self, rate: Rate) -> String {
        let spacing = match self.arrivals {
            Arrivals::Poisson => "Poisson",
            Arrivals::Constant => "constant",
        };
        let whole = rate.get().fract() == 0.0;
        let rate = if whole {
            grouped(rate.get() as u64)
        } else {
            rate.get().to_string()
        };
        format!("{spacing}, {rate}")
    }

    fn expected(&self) -> String {
        let count = grouped(self.schedule().expected_count(Phase::Steady));
        match self.arrivals {
            Arrivals::Poisson => format!("about {count}"),
            Arrivals::Constant => count,
        }
    }

    fn callers(&self) -> String {
        let users = grouped(u64::from(self.users));
        if self.think.is_zero() {
            format!("{users} users without think time")
        } else {
            format!("{users} users, {} of think time,", seconds(self.think))
        }
    }
}

fn seconds(duration: Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}

// 40000 as 40 000.
fn grouped(number: u64) -> String {
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
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        let all = [0, 999, 1_000, 40_000, 1_234_567].map(grouped);
        assert_eq!(all, ["0", "999", "1 000", "40 000", "1 234 567"]);
    }
}
