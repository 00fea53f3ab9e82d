//! Lengths that a run decides while it is on: when warm-up is over, and when the steady phase has told enough.

use crate::error::PlanError;
use record::quantity::parse_duration;
use std::time::Duration;

/// The longest warm-up if nobody says otherwise.
pub const USUAL_WARMUP_MOST: Duration = Duration::from_mins(1);
/// The longest steady phase, extensions included, if nobody says otherwise.
pub const USUAL_BUDGET: Duration = Duration::from_mins(5);

/// How long the warm-up is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warmup {
    /// Exactly so long.
    Fixed(Duration),
    /// Until the target is steady.
    Auto {
        /// And not longer than this.
        most: Duration,
    },
}

impl Warmup {
    /// The most that it takes.
    pub fn most(self) -> Duration {
        match self {
            Self::Fixed(length) | Self::Auto { most: length } => length,
        }
    }

    /// True if the run finds out itself when the target is steady.
    pub fn is_auto(self) -> bool {
        matches!(self, Self::Auto { .. })
    }

    /// Reads `auto` or a duration, as `--warmup` has it.
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        if text.trim() == "auto" {
            return Ok(Self::Auto {
                most: USUAL_WARMUP_MOST,
            });
        }
        let wrong = |error| PlanError::new("--warmup", format!("{error}; or auto"));
        parse_duration(text).map(Self::Fixed).map_err(wrong)
    }
}

/// When the steady phase has told enough: it goes on until the interval of a quantile of response time is narrow enough (service time
/// in a closed plan), or until the budget is spent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Until {
    /// The quantile as a share, 0..1.
    pub quantile: f64,
    /// Half the width of the interval ÷ the quantile, 0..1.
    pub relative: f64,
    /// The longest steady phase, extensions included.
    pub budget: Duration,
}

impl Until {
    /// Reads `p99±5%`, `p(99.9)±1%` or `p99+-5%`, with a budget of [`USUAL_BUDGET`]. What is wrong is said without a place.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{text}\" is not a precision; write p99±5% or p99+-5%");
        let split = text.split_once('±').or_else(|| text.split_once("+-"));
        let (quantile, relative) = split.ok_or_else(wrong)?;
        let quantile = quantile.trim().strip_prefix('p').ok_or_else(wrong)?;
        let quantile = share_of_percent(quantile.trim_start_matches('(').trim_end_matches(')'));
        let relative = relative.trim().strip_suffix('%').and_then(share_of_percent);
        let inside = |share: &f64| *share > 0.0 && *share < 1.0;
        match (quantile.filter(inside), relative.filter(inside)) {
            (Some(quantile), Some(relative)) => Ok(Self {
                quantile,
                relative,
                budget: USUAL_BUDGET,
            }),
            _ => Err(wrong()),
        }
    }

    /// As [`Until::parse`] reads it.
    pub fn text(&self) -> String {
        format!(
            "p{}±{}%",
            percent_of_share(self.quantile),
            percent_of_share(self.relative)
        )
    }
}

// Rounded, so that 99.9 % is the share 0.999 and not its neighbour.
pub(crate) fn share_of_percent(text: &str) -> Option<f64> {
    let plain = text.trim();
    let percent: f64 = plain
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
        .then(|| plain.parse().ok())??;
    (percent <= 100.0).then(|| (percent * 1e7).round() / 1e9)
}

pub(crate) fn percent_of_share(share: f64) -> f64 {
    (share * 1e9).round() / 1e7
}

#[cfg(test)]
mod tests;
