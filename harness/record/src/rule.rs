//! Thresholds: absolute rules about one run. `plan` parses into these, `stats` judges with them.

use crate::quantity::format_nanoseconds;
use std::fmt;
use std::time::Duration;

/// What a rule looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Metric {
    /// Response time: done − intended.
    ResponseTime,
    /// Service time: done − sent.
    ServiceTime,
    /// Send delay: sent − intended.
    SendDelay,
    /// The generator's own part of send delay: released − the later of intended start and idle user.
    PacingDelay,
    /// Failed requests ÷ all requests.
    ErrorRatio,
    /// Arrivals that were never sent ÷ arrivals due.
    DroppedRatio,
    /// Requests per second.
    Qps,
    /// Committed transactions per second.
    Tps,
    /// Committed transactions per second whose response time was within the plan's SLO.
    Goodput,
}

impl Metric {
    /// Every metric, with the name it has in a plan.
    pub const NAMES: [(&'static str, Self); 9] = [
        ("response_time", Self::ResponseTime),
        ("service_time", Self::ServiceTime),
        ("send_delay", Self::SendDelay),
        ("pacing_delay", Self::PacingDelay),
        ("error_ratio", Self::ErrorRatio),
        ("dropped_ratio", Self::DroppedRatio),
        ("qps", Self::Qps),
        ("tps", Self::Tps),
        ("goodput", Self::Goodput),
    ];

    /// The name in a plan.
    pub fn name(&self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(_, metric)| metric == self)
            .map_or("", |(name, _)| name)
    }

    /// True for durations.
    pub fn is_duration(&self) -> bool {
        matches!(
            self,
            Self::ResponseTime | Self::ServiceTime | Self::SendDelay | Self::PacingDelay
        )
    }

    /// True for values between 0 and 1.
    pub fn is_ratio(&self) -> bool {
        matches!(self, Self::ErrorRatio | Self::DroppedRatio)
    }
}

/// Which figure of the metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Term {
    /// The quantile with this share, 0..=1.
    Quantile(f64),
    /// The mean.
    Mean,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
    /// The value itself: of a ratio or rate.
    Value,
}

/// How the figure is compared with the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Below.
    Less,
    /// Below or equal.
    LessOrEqual,
    /// Above.
    Greater,
    /// Above or equal.
    GreaterOrEqual,
}

impl Operator {
    /// The sign.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// True if `value` stands in this relation to `limit`.
    pub fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::Less => value < limit,
            Self::LessOrEqual => value <= limit,
            Self::Greater => value > limit,
            Self::GreaterOrEqual => value >= limit,
        }
    }
}

/// One threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// As it was written, trimmed.
    pub text: String,
    /// What it looks at.
    pub metric: Metric,
    /// Only this step; all steps where absent.
    pub step: Option<String>,
    /// Which figure.
    pub term: Term,
    /// The relation that must hold.
    pub operator: Operator,
    /// Nanoseconds for durations, 0..=1 for ratios, per second for rates.
    pub limit: f64,
    /// Judged on each stretch of this length in the steady phase instead of on all of it: a whole run hides a dead minute.
    pub over: Option<Duration>,
    /// The run stops once the rule was broken for this long; `None` judges at the end only.
    pub abort: Option<Duration>,
}

impl Rule {
    /// A value of this rule's metric, with its unit.
    pub fn show(&self, value: f64) -> String {
        if self.metric.is_duration() {
            format_nanoseconds(value.max(0.0).round() as u64)
        } else if self.metric.is_ratio() {
            format!("{:.4} %", value * 100.0)
        } else {
            format!("{value:.1}/s")
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
