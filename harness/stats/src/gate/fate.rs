//! What becomes of each round: it counts, it is dropped and repeated, or an arm collapsed in it.
//!
//! An arm that dies has died, whatever the machine was like. An arm that only falls short counts as collapsed where nothing is wrong with
//! the machine: a competing load must never fail a gate.

use super::validity::{Checked, DropRule, Tripped, check, percent};
use record::comparison::{Arm, ArmEnding, ArmRound, Calibration, GatePlan, Round};

/// How an arm collapsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Collapse {
    /// It never answered, died, or served nothing.
    Down(String),
    /// It does not hold the rate, or fails too many requests.
    Short(String),
}

impl Collapse {
    /// What happened, a fragment.
    pub fn text(&self) -> &str {
        match self {
            Self::Down(text) | Self::Short(text) => text,
        }
    }
}

/// What becomes of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It counts.
    Valid,
    /// It is repeated; why.
    Dropped(Vec<Tripped>),
    /// It is recorded and repeated; at least one arm collapsed.
    Collapsed {
        /// The reference.
        baseline: Option<Collapse>,
        /// The one on trial.
        candidate: Option<Collapse>,
    },
}

impl Fate {
    /// One line for [`Round::dropped`]; `None` for a round that counts.
    pub fn told(&self) -> Option<String> {
        match self {
            Self::Valid => None,
            Self::Dropped(tripped) => {
                let one = |tripped: &Tripped| format!("{}: {}", tripped.rule.name(), tripped.seen);
                Some(tripped.iter().map(one).collect::<Vec<_>>().join("; "))
            }
            Self::Collapsed {
                baseline,
                candidate,
            } => {
                let both = [(Arm::Baseline, baseline), (Arm::Candidate, candidate)];
                let told = both.iter().filter_map(|(arm, one)| {
                    one.as_ref()
                        .map(|one| format!("{} {}", arm.name(), one.text()))
                });
                Some(told.collect::<Vec<_>>().join("; "))
            }
        }
    }
}

/// What becomes of `round`, and the rules that could not be checked.
pub fn fate(round: &Round, plan: &GatePlan, calibration: &Calibration) -> (Fate, Vec<DropRule>) {
    let [baseline, candidate] = Arm::BOTH.map(|arm| collapse(round.arm(arm), plan));
    let is_down = |one: &Option<Collapse>| matches!(one, Some(Collapse::Down(_)));
    let collapsed = Fate::Collapsed {
        baseline: baseline.clone(),
        candidate: candidate.clone(),
    };
    if is_down(&baseline) || is_down(&candidate) {
        return (collapsed, Vec::new());
    }
    let Checked { tripped, unchecked } = check(round, plan, calibration);
    let is_noise = |one: &Tripped| {
        one.rule.is_environment()
            || matches!(one.rule, DropRule::SendDelay | DropRule::RateNotAchieved)
    };
    let any_short = baseline.is_some() || candidate.is_some();
    let fate = match tripped {
        tripped if tripped.iter().any(is_noise) => Fate::Dropped(tripped),
        _ if any_short => collapsed,
        tripped if tripped.is_empty() => Fate::Valid,
        tripped => Fate::Dropped(tripped),
    };
    (fate, unchecked)
}

fn collapse(arm: &ArmRound, plan: &GatePlan) -> Option<Collapse> {
    match &arm.ending {
        ArmEnding::NeverReady(why) => {
            return Some(Collapse::Down(format!("never answered: {why}")));
        }
        ArmEnding::Died(how) => return Some(Collapse::Down(format!("died: {how}"))),
        ArmEnding::Served if arm.requests == 0 => {
            return Some(Collapse::Down("served nothing".to_owned()));
        }
        ArmEnding::Served => {}
    }
    // One stop of the machine is no collapse, though its errors are in the figures.
    let (rate, achieved) = match arm.lasting {
        Some(lasting) => (Some(lasting.error_rate), Some(lasting.achieved)),
        None => (arm.error_rate(), arm.achieved),
    };
    let rate = rate.filter(|rate| *rate > plan.max_error_rate);
    if let Some(rate) = rate {
        let most = percent(plan.max_error_rate);
        let text = format!("fails {} of its requests (limit {most})", percent(rate));
        return Some(Collapse::Short(text));
    }
    let achieved = achieved.filter(|share| *share < plan.validity.achieved)?;
    Some(Collapse::Short(format!(
        "achieves {} of the rate",
        percent(achieved)
    )))
}
