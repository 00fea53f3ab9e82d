//! What was asked of a comparison, and what was found out before its first round.

use super::Metric;
use crate::rule::Rule;
use std::time::Duration;

/// A plan of a gate, with every default filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct GatePlan {
    /// The plan file of the load, relative to the gate's; the reference load where absent.
    pub workload: Option<String>,
    /// What every coin comes from.
    pub seed: u64,
    /// Bound on the probability of a false `fail` by statistics, per gate.
    pub alpha: f64,
    /// Numbers of valid rounds at which the rule may decide, ascending.
    pub looks: Vec<u32>,
    /// Shares of [`Self::alpha`], one for each look; their sum is at most 1.
    pub spend: Vec<f64>,
    /// One-sided level of the bound that a `pass` needs.
    pub beta: f64,
    /// Rate of the open windows ÷ capacity of the baseline.
    pub rate_fraction: f64,
    /// Closed load of a slot, of which an arm has two in a round, cut into turns.
    pub slot_closed: Duration,
    /// Open load of a slot.
    pub slot_open: Duration,
    /// Warm-up of a fresh process; absent for what a pilot needed.
    pub slot_warmup: Option<Duration>,
    /// Error rate beyond which an arm has collapsed, 0..=1.
    pub max_error_rate: f64,
    /// Difference of error rates that matters, 0..=1.
    pub error_rate_margin: f64,
    /// The test that decides.
    pub test: Test,
    /// What is gated; the family of the correction is as large as this, whatever the data say.
    pub metrics: Vec<GatedMetric>,
    /// Absolute rules about the candidate's response time.
    pub slos: Vec<Rule>,
    /// What makes a round worthless.
    pub validity: ValidityLimits,
}

/// The test that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// Exact Wilcoxon signed-rank test on log ratios.
    SignedRank,
    /// Student's paired test on log ratios.
    PairedT,
}

impl Test {
    /// The name in a plan.
    pub fn name(self) -> &'static str {
        match self {
            Self::SignedRank => "signed-rank",
            Self::PairedT => "paired-t",
        }
    }
}

/// One gated figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GatedMetric {
    /// Which.
    pub metric: Metric,
    /// The relative worsening that matters: 0.03 is 3 %.
    pub margin: f64,
    /// The smallest difference in the metric's own unit that matters.
    pub floor: Option<f64>,
}

impl GatedMetric {
    /// The usual margin and floor of a metric.
    pub fn usual(metric: Metric) -> Self {
        Self {
            metric,
            margin: metric.usual_margin(),
            floor: metric.usual_floor(),
        }
    }
}

/// What makes a round worthless, and a gate with too many of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValidityLimits {
    /// Share of processor time given to others by the hypervisor, 0..=1.
    pub steal: f64,
    /// Pressure above that of the calibration, 0..=1.
    pub pressure: f64,
    /// Share of its core that the generator may use, 0..=1.
    pub generator_cpu: f64,
    /// P99 of send delay ÷ P99 of response time.
    pub send_delay: f64,
    /// Achieved ÷ asked rate that is needed, 0..=1.
    pub achieved: f64,
    /// Drift over a window ÷ its mean.
    pub drift: f64,
    /// Samples beyond a gated percentile that are needed per arm and round.
    pub samples: u64,
    /// Dropped ÷ all rounds from which on a gate is worth nothing, 0..=1.
    pub dropped: f64,
}

impl Default for ValidityLimits {
    fn default() -> Self {
        Self {
            steal: 0.10,
            pressure: 0.20,
            generator_cpu: 0.80,
            send_delay: 0.10,
            achieved: 0.98,
            drift: 0.05,
            samples: 100,
            dropped: 0.30,
        }
    }
}

impl Default for GatePlan {
    fn default() -> Self {
        Self {
            workload: None,
            seed: 0,
            alpha: 0.01,
            looks: vec![6, 10, 16],
            spend: vec![0.0, 0.6, 0.4],
            beta: 0.05,
            rate_fraction: 0.6,
            slot_closed: Duration::from_secs(1),
            slot_open: Duration::from_secs(1),
            slot_warmup: None,
            max_error_rate: 0.01,
            error_rate_margin: 0.001,
            test: Test::SignedRank,
            metrics: Metric::GATED.map(GatedMetric::usual).to_vec(),
            slos: Vec::new(),
            validity: ValidityLimits::default(),
        }
    }
}

impl GatePlan {
    /// The profile `smoke`: six rounds, which only hard rules and exact metrics can fail; for a noisy machine with two cores.
    #[must_use]
    pub fn smoke(&self) -> Self {
        Self {
            looks: vec![6],
            spend: vec![0.0],
            ..self.clone()
        }
    }

    /// The weekly gate against the last release, for creep that stays below every margin: half the margins, one look at 40 rounds.
    #[must_use]
    pub fn against_release(&self) -> Self {
        let halved = self.metrics.iter().map(|gated| GatedMetric {
            margin: gated.margin / 2.0,
            ..*gated
        });
        Self {
            metrics: halved.collect(),
            looks: vec![40],
            spend: vec![1.0],
            ..self.clone()
        }
    }
}

/// What was found out on the baseline before the first round.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calibration {
    /// How long both arms are warmed up in every round.
    pub warmup: Duration,
    /// Good requests per second of the closed windows.
    pub capacity: f64,
    /// Rate of the open windows, per second.
    pub rate: f64,
    /// Share of time in which some runnable thread waited for a processor, 0..=1; `None` if it cannot be read.
    pub pressure: Option<f64>,
    /// Processor model and the cores in use, as text to compare.
    pub machine: String,
}
