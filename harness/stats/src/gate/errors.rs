//! Error rates of both arms: tested by rounds, because errors come in bursts (statistics.md, section 4.7).

use crate::signed_rank::{bounds, p_above};
use record::comparison::{ArmRound, GatePlan, Round};

/// What the rounds say about errors.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorRates {
    /// Failed and all requests of the baseline.
    pub baseline: (u64, u64),
    /// Failed and all requests of the candidate.
    pub candidate: (u64, u64),
    /// P of "not more errors".
    pub p: f64,
    /// Upper bound of the difference per round at the level β.
    pub high: f64,
    /// More errors: significant, and by more than the margin.
    pub is_worse: bool,
    /// More errors than the margin are excluded.
    pub is_no_worse: bool,
}

/// Error rates over valid rounds; `level` is what p is compared with, 0 where nothing can fail.
pub fn error_rates(rounds: &[&Round], plan: &GatePlan, level: f64) -> ErrorRates {
    let rate = |arm: &ArmRound| arm.error_rate().unwrap_or(0.0);
    let differences: Vec<f64> = rounds
        .iter()
        .map(|round| rate(&round.candidate) - rate(&round.baseline))
        .collect();
    let sum = |arm: fn(&Round) -> &ArmRound| {
        let arms = rounds.iter().map(|round| arm(round));
        arms.fold((0, 0), |(errors, all), arm| {
            (errors + arm.errors, all + arm.requests)
        })
    };
    let (baseline, candidate) = (sum(|round| &round.baseline), sum(|round| &round.candidate));
    let pooled = share(candidate) - share(baseline);
    let p = p_above(&differences);
    let high = bounds(&differences, plan.beta).high;
    ErrorRates {
        baseline,
        candidate,
        p,
        high,
        is_worse: p <= level && pooled > plan.error_rate_margin,
        is_no_worse: high < plan.error_rate_margin,
    }
}

fn share((errors, all): (u64, u64)) -> f64 {
    errors as f64 / all.max(1) as f64
}

impl ErrorRates {
    /// One fragment for people. Without errors it says what that excludes: 3 ÷ n, with 95 % confidence.
    pub fn told(&self) -> String {
        let told = |(errors, all): (u64, u64)| {
            let most = 300.0 / all.max(1) as f64;
            match errors {
                0 => format!("no errors of {all} requests (below {most:.3} %)"),
                _ => format!(
                    "{:.3} % of {all} requests failed",
                    100.0 * share((errors, all))
                ),
            }
        };
        format!(
            "candidate: {}; baseline: {}",
            told(self.candidate),
            told(self.baseline)
        )
    }
}
