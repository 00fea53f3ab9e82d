//! One round: windows that two fresh processes share in turns, and what each arm was like in it.

use super::{Lasting, Metric};
use crate::histogram::Histogram;
use std::collections::BTreeMap;

/// One of the two builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arm {
    /// The reference.
    Baseline,
    /// The one on trial.
    Candidate,
}

impl Arm {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Baseline, Self::Candidate];

    /// The name in records and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Candidate => "candidate",
        }
    }
}

/// Which arm has which slots. Everything that can differ between the arms follows it: start order, port, cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Baseline, candidate, candidate, baseline.
    Abba,
    /// Candidate, baseline, baseline, candidate.
    Baab,
}

impl Order {
    /// The arms of the four slots.
    pub fn slots(self) -> [Arm; 4] {
        let (a, b) = match self {
            Self::Abba => (Arm::Baseline, Arm::Candidate),
            Self::Baab => (Arm::Candidate, Arm::Baseline),
        };
        [a, b, b, a]
    }

    /// The name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Abba => "abba",
            Self::Baab => "baab",
        }
    }
}

/// How an arm ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ArmEnding {
    /// It served until it was stopped.
    #[default]
    Served,
    /// It never answered; why.
    NeverReady(String),
    /// It died; how.
    Died(String),
}

impl ArmEnding {
    /// True if it ran to the end.
    pub fn is_served(&self) -> bool {
        *self == Self::Served
    }
}

/// The times of an arm's two open windows together. Histograms are added, percentiles never averaged.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Times {
    /// Done − intended, of good requests.
    pub response: Histogram,
    /// Done − sent, of good requests.
    pub service: Histogram,
    /// Sent − intended.
    pub send_delay: Histogram,
}

/// One arm in one round: all its turns together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ArmRound {
    /// How it ended.
    pub ending: ArmEnding,
    /// Figures that do not come from [`Self::times`], by metric, in the metric's unit; finite and not negative. Percentiles of response time
    /// are here where they are means over turns.
    pub values: BTreeMap<Metric, f64>,
    /// Times of the open windows; `None` if nothing was served or they were not kept.
    pub times: Option<Times>,
    /// Requests of the open windows, failed ones included.
    pub requests: u64,
    /// Those that failed.
    pub errors: u64,
    /// Achieved ÷ asked rate of the open windows.
    pub achieved: Option<f64>,
    /// Both shares above, of most of its turns; `None` where the open windows had too few.
    pub lasting: Option<Lasting>,
    /// |Theil-Sen slope| × length ÷ mean over bins of 100 ms, the larger of its windows.
    pub drift: Option<f64>,
    /// P99 of send delay ÷ P99 of response time.
    pub send_delay: Option<f64>,
}

impl ArmRound {
    /// The figure, from [`Self::values`] or, for percentiles, from the histograms; `None` if there is none.
    pub fn value(&self, metric: Metric) -> Option<f64> {
        let own = self.values.get(&metric).copied();
        own.or_else(|| self.quantile(metric))
            .filter(|value| value.is_finite() && *value >= 0.0)
    }

    fn quantile(&self, metric: Metric) -> Option<f64> {
        let times = self.times.as_ref()?;
        let response = metric.response_quantile().map(|q| (&times.response, q));
        let service = metric.service_quantile().map(|q| (&times.service, q));
        let (histogram, q) = response.or(service)?;
        histogram.quantile(q).map(|ns| ns as f64)
    }

    /// Failed ÷ all requests; `None` without requests.
    pub fn error_rate(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.errors as f64 / self.requests as f64)
    }
}

/// What the machine and the generator were like, the worst of the four slots. What could not be read is `None`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MachineFacts {
    /// Share of processor time given to others by the hypervisor, 0..=1.
    pub steal: Option<f64>,
    /// Share of time in which some runnable thread waited for a processor, 0..=1.
    pub pressure: Option<f64>,
    /// Share of the machine's processor time that neither generator nor target used, 0..=1.
    pub strangers: Option<f64>,
    /// Share of its core that the generator used in the open windows, 0..=1; in closed windows one of the two sides is always at its
    /// limit.
    pub generator_cpu: Option<f64>,
    /// Processor model and cores in use, as in the calibration.
    pub machine: Option<String>,
}

/// One round.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    /// From 1; dropped rounds count.
    pub number: u32,
    /// What the coin said.
    pub order: Order,
    /// The reference.
    pub baseline: ArmRound,
    /// The one on trial.
    pub candidate: ArmRound,
    /// What it was measured on.
    pub machine: MachineFacts,
    /// Why it was dropped, as it was told when it was measured; `stats` judges anew and does not read it.
    pub dropped: Option<String>,
}

impl Round {
    /// An arm of it.
    pub fn arm(&self, arm: Arm) -> &ArmRound {
        match arm {
            Arm::Baseline => &self.baseline,
            Arm::Candidate => &self.candidate,
        }
    }

    /// The figure in both arms, baseline first.
    pub fn pair(&self, metric: Metric) -> Option<(f64, f64)> {
        Some((self.baseline.value(metric)?, self.candidate.value(metric)?))
    }

    /// The same round with the arms swapped.
    #[must_use]
    pub fn swapped(&self) -> Self {
        let order = match self.order {
            Order::Abba => Order::Baab,
            Order::Baab => Order::Abba,
        };
        Self {
            order,
            baseline: self.candidate.clone(),
            candidate: self.baseline.clone(),
            ..self.clone()
        }
    }
}
