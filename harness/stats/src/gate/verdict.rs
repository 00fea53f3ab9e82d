//! What a gate says, and with which exit code it ends (statistics.md, section 4.10).

use super::detect::{Detectable, Grade};
use super::errors::ErrorRates;
use super::figure::Figure;
use super::slo::SloResult;
use super::validity::DropRule;
use crate::judge::Verdict;
use record::comparison::{Arm, GatedMetric};
use std::collections::BTreeMap;

/// What became of a gated metric; the first that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Worse beyond doubt, beyond the margin and beyond the floor.
    Regressed,
    /// Worse beyond doubt and beyond the margin, but by less than the floor.
    BelowFloor,
    /// Worse beyond doubt, and less than the margin.
    WithinBudget,
    /// Neither worse nor better by the margin.
    Unchanged,
    /// Better beyond doubt.
    Improved,
    /// Not worse by the margin.
    NoWorse,
    /// Not decided.
    Unclear,
    /// No round has it: nothing is said about it.
    NotMeasured,
}

impl Label {
    /// The words in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::BelowFloor => "below floor",
            Self::WithinBudget => "within budget",
            Self::Unchanged => "unchanged",
            Self::Improved => "improved",
            Self::NoWorse => "no worse",
            Self::Unclear => "unclear",
            Self::NotMeasured => "not measured",
        }
    }
}

/// How a metric was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// By the test on log ratios.
    Ratio,
    /// By the test on differences: a value was 0.
    Difference,
    /// Without a test: its rounds agree.
    Exact,
}

/// A gated metric with everything that is said about it.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricResult {
    /// What was asked.
    pub gated: GatedMetric,
    /// What was seen; `None` if no round has it in both arms.
    pub figure: Option<Figure>,
    /// How it was judged.
    pub mode: Mode,
    /// What became of it.
    pub label: Label,
    /// True if "not worse" was rejected at this look.
    pub is_rejected: bool,
    /// What its p was compared with; 0 where nothing can fail by statistics.
    pub level: f64,
    /// True if a worsening by the margin is excluded.
    pub is_no_worse: bool,
    /// The smallest worsening that this gate fails with 80 % probability; `None` if none does.
    pub detectable: Option<Detectable>,
    /// How the noise compares with the margin.
    pub grade: Option<Grade>,
}

/// How often each rule dropped a round, and in which arm.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dropped {
    /// Rounds, per rule; a round that trips two rules counts with both.
    pub rules: BTreeMap<DropRule, u32>,
    /// Rounds, per rule and arm.
    pub arms: BTreeMap<(DropRule, Arm), u32>,
    /// Dropped rounds.
    pub rounds: u32,
}

/// What a gate says.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The verdict; `None` if the target failed, and nothing can be said about the candidate.
    pub verdict: Option<Verdict>,
    /// Why, a fragment each; the first is the cause.
    pub reasons: Vec<String>,
    /// Rounds that were measured until it was decided, dropped ones too.
    pub measured: usize,
    /// Rounds that count.
    pub valid: usize,
    /// Number of the look at which it was decided, from 1; `None` if it was decided between looks.
    pub look: Option<usize>,
    /// Dropped rounds.
    pub dropped: Dropped,
    /// The gated metrics, in the order of the plan.
    pub metrics: Vec<MetricResult>,
    /// Figures that are shown and not gated.
    pub others: Vec<Figure>,
    /// Error rates.
    pub errors: ErrorRates,
    /// Absolute limits.
    pub slos: Vec<SloResult>,
    /// Rules about rounds whose source could not be read in some round.
    pub unchecked: Vec<DropRule>,
    /// What else a reader should know.
    pub notes: Vec<String>,
}

/// What an inconclusive gate is to its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnInconclusive {
    /// It ends with 0 and warns.
    #[default]
    Neutral,
    /// It ends with 0.
    Pass,
    /// It ends with 6.
    Fail,
}

impl OnInconclusive {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Pass => "pass",
            Self::Fail => "fail",
        }
    }

    /// The choice of that name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "neutral" => Some(Self::Neutral),
            "pass" => Some(Self::Pass),
            "fail" => Some(Self::Fail),
            _ => None,
        }
    }
}

impl Decision {
    /// The exit code: 0 pass, 3 fail, 4 invalid, 5 the target failed, 6 inconclusive where that is to fail.
    pub fn exit_code(&self, on_inconclusive: OnInconclusive) -> u8 {
        match (self.verdict, on_inconclusive) {
            (None, _) => 5,
            (Some(Verdict::Fail), _) => 3,
            (Some(Verdict::Invalid), _) => 4,
            (Some(Verdict::Inconclusive), OnInconclusive::Fail) => 6,
            (Some(Verdict::Pass | Verdict::Inconclusive), _) => 0,
        }
    }

    /// The result of that metric, if it is gated.
    pub fn metric(&self, metric: record::comparison::Metric) -> Option<&MetricResult> {
        self.metrics.iter().find(|one| one.gated.metric == metric)
    }

    /// The regressed metrics, the largest worsening in margins first.
    pub fn regressed(&self) -> Vec<&MetricResult> {
        let mut found: Vec<_> = self
            .metrics
            .iter()
            .filter(|one| one.label == Label::Regressed)
            .collect();
        found.sort_by(|a, b| b.margins().total_cmp(&a.margins()));
        found
    }
}

impl MetricResult {
    /// The worsening ÷ the margin, both in log units: what reports sort by. 0 where there is no figure.
    pub fn margins(&self) -> f64 {
        let theta = self.figure.as_ref().map_or(0.0, |figure| figure.theta);
        theta / self.gated.margin.ln_1p()
    }
}
