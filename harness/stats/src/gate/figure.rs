//! One metric over the valid rounds: its differences, where they lie, and how sure that is (statistics.md, section 4.5).

use super::detect::noise;
use super::student;
use crate::signed_rank::{Bounds, bounds_of_walsh, median, median_of_sorted, p_above, walsh};
use record::comparison::{Metric, Round, Test};

/// The level of the displayed two-sided 95 % interval, on either side; not adjusted for looks.
const SHOWN: f64 = 0.025;
/// Differences are rounded to this, so that ties are ties whatever the order of operations was.
const GRAIN: f64 = 1e12;

/// A metric over rounds. "Worse" is positive in every difference, whichever direction is good.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Which.
    pub metric: Metric,
    /// Median of the baseline's rounds, in the metric's unit.
    pub baseline: f64,
    /// Median of the candidate's rounds.
    pub candidate: f64,
    /// Both values of every round that has them, baseline first.
    pub pairs: Vec<(f64, f64)>,
    /// ln(candidate ÷ baseline) of every round, worse positive; empty if any value is 0.
    pub logs: Vec<f64>,
    /// Candidate − baseline of every round, worse positive.
    pub absolute: Vec<f64>,
    /// Where the log ratios lie (Hodges-Lehmann).
    pub theta: f64,
    /// Two-sided 95 % interval of that.
    pub interval: Bounds,
    /// One-sided bounds of that at the level β: below `high` with 95 % confidence, where β is 5 %; above `low` likewise.
    pub beta_bounds: Bounds,
    /// Median of the absolute differences.
    pub absolute_median: f64,
    /// One-sided upper bound of the absolute differences at the level β.
    pub absolute_high: f64,
    /// P of "not worse": small if the candidate is.
    pub p_worse: f64,
    /// P of "not better".
    pub p_better: f64,
    /// P of "not worse" by the test that does not decide; a remark if the two disagree.
    pub p_other: f64,
    /// Spread of the log ratios; `None` from fewer than two.
    pub noise: Option<f64>,
}

/// `metric` over these rounds; `None` if no round has it in both arms.
pub fn figure(metric: Metric, rounds: &[&Round], test: Test, beta: f64) -> Option<Figure> {
    let pairs: Vec<(f64, f64)> = rounds
        .iter()
        .filter_map(|round| round.pair(metric))
        .collect();
    if pairs.is_empty() {
        return None;
    }
    let sign = metric.better().sign();
    let grain = |value: f64| (value * GRAIN).round() / GRAIN;
    let has_zero = pairs.iter().any(|(a, b)| *a <= 0.0 || *b <= 0.0);
    let positive = pairs.iter().filter(|_| !has_zero);
    let logs: Vec<f64> = positive
        .map(|(a, b)| grain(sign * (b.ln() - a.ln())))
        .collect();
    let absolute: Vec<f64> = pairs.iter().map(|(a, b)| sign * (b - a)).collect();
    let judged = if has_zero { &absolute } else { &logs };
    let all: (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let p = [1.0, -1.0].map(|side| {
        let turned: Vec<f64> = judged.iter().map(|d| side * d).collect();
        (p_above(&turned), student::p_above(&turned))
    });
    let decides = |(ranks, paired): (f64, f64)| match test {
        Test::SignedRank => ranks,
        Test::PairedT => paired,
    };
    let other = |(ranks, paired): (f64, f64)| match test {
        Test::SignedRank => paired,
        Test::PairedT => ranks,
    };
    let averages = walsh(&logs);
    let absolute_high = bounds_of(&walsh(&absolute), &absolute, test, beta).high;
    Some(Figure {
        metric,
        baseline: median(&all.0),
        candidate: median(&all.1),
        theta: match test {
            Test::SignedRank => median_of_sorted(&averages),
            Test::PairedT => student::mean(&logs),
        },
        interval: bounds_of(&averages, &logs, test, SHOWN),
        beta_bounds: bounds_of(&averages, &logs, test, beta),
        absolute_median: median(&absolute),
        absolute_high,
        p_worse: decides(p[0]),
        p_better: decides(p[1]),
        p_other: other(p[0]),
        noise: noise(&logs),
        pairs,
        logs,
        absolute,
    })
}

fn bounds_of(averages: &[f64], differences: &[f64], test: Test, level: f64) -> Bounds {
    match test {
        Test::SignedRank => bounds_of_walsh(averages, differences.len(), level),
        Test::PairedT => student::bounds(differences, level),
    }
}

impl Figure {
    /// Candidate ÷ baseline; `None` where a value is 0.
    pub fn ratio(&self) -> Option<f64> {
        (!self.logs.is_empty()).then(|| (self.metric.better().sign() * self.theta).exp())
    }

    /// Its 95 % interval.
    pub fn ratio_interval(&self) -> Bounds {
        let sign = self.metric.better().sign();
        self.interval.map(|log| (sign * log).exp())
    }

    /// Rounds in which the candidate was worse.
    pub fn rounds_worse(&self) -> usize {
        self.absolute.iter().filter(|one| **one > 0.0).count()
    }

    /// The worsening that is excluded at the level β, relative: 0.02 says "not more than 2 % worse". `None` where nothing is.
    pub fn excluded(&self) -> Option<f64> {
        let high = self.beta_bounds.high;
        let known = !self.logs.is_empty() && high.is_finite();
        known.then(|| relative(self.metric, high))
    }
}

/// A worsening in log units as a share of the baseline: more where lower is better, less where higher is.
pub(super) fn relative(metric: Metric, log: f64) -> f64 {
    let sign = metric.better().sign();
    sign * (sign * log).exp_m1()
}
