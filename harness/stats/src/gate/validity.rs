//! Whether a round counts. Every rule treats both arms alike, so that none can lean: swapping the arms never changes what it says.

use crate::limits::OUTSIDE;
use record::comparison::{Arm, ArmRound, Calibration, GatePlan, MachineFacts, Round};

/// What makes a round worthless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DropRule {
    /// The hypervisor gave processor time to others.
    Steal,
    /// Others wanted the processors.
    Pressure,
    /// The generator was at its limit.
    GeneratorSaturated,
    /// Another processor or other cores.
    MachineChanged,
    /// Requests were sent late in both arms.
    SendDelay,
    /// The rate was achieved in neither arm.
    RateNotAchieved,
    /// A window drifted in either arm.
    NotSteady,
    /// Too few samples beyond a gated percentile in either arm.
    TooFewSamples,
}

impl DropRule {
    /// Every rule.
    pub const ALL: [Self; 8] = [
        Self::Steal,
        Self::Pressure,
        Self::GeneratorSaturated,
        Self::MachineChanged,
        Self::SendDelay,
        Self::RateNotAchieved,
        Self::NotSteady,
        Self::TooFewSamples,
    ];

    /// The name in records and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Steal => "noisy machine: steal",
            Self::Pressure => "noisy machine: pressure",
            Self::GeneratorSaturated => "generator saturated",
            Self::MachineChanged => "machine changed",
            Self::SendDelay => "send delay",
            Self::RateNotAchieved => "rate not achieved",
            Self::NotSteady => "not steady",
            Self::TooFewSamples => "too few samples",
        }
    }

    /// True if it looks at the machine only: what an arm does under such conditions says nothing about the arm.
    pub fn is_environment(self) -> bool {
        matches!(
            self,
            Self::Steal | Self::Pressure | Self::GeneratorSaturated | Self::MachineChanged
        )
    }
}

/// A rule that a round trips.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tripped {
    /// Which.
    pub rule: DropRule,
    /// The arms in which it does; both for rules about the machine.
    pub arms: Vec<Arm>,
    /// What was seen and the limit, a fragment.
    pub seen: String,
}

/// What the rules say about a round.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checked {
    /// Rules that it trips, in their order; empty for a round that counts.
    pub tripped: Vec<Tripped>,
    /// Rules whose source could not be read.
    pub unchecked: Vec<DropRule>,
}

impl Checked {
    fn limit(&mut self, rule: DropRule, value: Option<f64>, most: f64) {
        match value.filter(|value| value.is_finite()) {
            None => self.unchecked.push(rule),
            Some(value) if value > most => self.tripped.push(Tripped {
                rule,
                arms: Arm::BOTH.to_vec(),
                seen: format!("{} (limit {})", percent(value), percent(most)),
            }),
            Some(_) => {}
        }
    }

    // `value` of each arm; `needs` arms must be wrong for the rule to hold.
    fn arms(
        &mut self,
        rule: DropRule,
        needs: usize,
        round: &Round,
        wrong: impl Fn(&ArmRound) -> Option<(bool, String)>,
    ) {
        let seen: Vec<_> = Arm::BOTH
            .into_iter()
            .map(|arm| (arm, wrong(round.arm(arm))))
            .collect();
        if seen.iter().any(|(_, one)| one.is_none()) {
            self.unchecked.push(rule);
        }
        let found = seen.into_iter().filter_map(|(arm, one)| {
            let (is_wrong, text) = one?;
            is_wrong.then_some((arm, text))
        });
        let (arms, texts): (Vec<Arm>, Vec<String>) = found.unzip();
        if arms.len() >= needs {
            let both = arms.iter().zip(texts);
            let texts: Vec<String> = both
                .map(|(arm, text)| format!("{} {text}", arm.name()))
                .collect();
            let seen = texts.join(", ");
            self.tripped.push(Tripped { rule, arms, seen });
        }
    }
}

// What strangers added. Pressure alone is no stranger's doing: the threads of a target on one processor press each other, and more so in
// an open window than in the closed ones of the calibration.
fn pressure(machine: &MachineFacts, calibration: &Calibration) -> Option<f64> {
    let added = machine.pressure? - calibration.pressure?;
    // Rounds of versions that did not count strangers are judged as those versions did.
    let is_strangers = machine.strangers.is_none_or(|share| share > OUTSIDE);
    Some(if is_strangers { added } else { 0.0 })
}

/// Does this round count? Both arms must have served.
pub fn check(round: &Round, plan: &GatePlan, calibration: &Calibration) -> Checked {
    let limits = &plan.validity;
    let machine = &round.machine;
    let mut checked = Checked::default();
    checked.limit(DropRule::Steal, machine.steal, limits.steal);
    checked.limit(
        DropRule::Pressure,
        pressure(machine, calibration),
        limits.pressure,
    );
    checked.limit(
        DropRule::GeneratorSaturated,
        machine.generator_cpu,
        limits.generator_cpu,
    );
    match &machine.machine {
        None => checked.unchecked.push(DropRule::MachineChanged),
        Some(now) if *now != calibration.machine => checked.tripped.push(Tripped {
            rule: DropRule::MachineChanged,
            arms: Arm::BOTH.to_vec(),
            seen: format!("{now} instead of {}", calibration.machine),
        }),
        Some(_) => {}
    }
    checked.arms(DropRule::SendDelay, 2, round, |arm| {
        let share = arm.send_delay?;
        let text = format!("P99 is {} of that of response time", percent(share));
        Some((share > limits.send_delay, text))
    });
    checked.arms(DropRule::RateNotAchieved, 2, round, |arm| {
        let share = arm.achieved?;
        Some((
            share < limits.achieved,
            format!("achieved {}", percent(share)),
        ))
    });
    checked.arms(DropRule::NotSteady, 1, round, |arm| {
        let drift = arm.drift?;
        Some((
            drift.abs() > limits.drift,
            format!("drifts by {}", percent(drift.abs())),
        ))
    });
    if let Some(q) = highest_quantile(plan) {
        checked.arms(DropRule::TooFewSamples, 1, round, |arm| {
            let beyond = (arm.requests.saturating_sub(arm.errors)) as f64 * (1.0 - q);
            // 10 000 requests have 100 beyond P99, whatever the binary fraction says.
            let few = beyond + 1e-6 < limits.samples as f64;
            Some((
                few,
                format!("has {beyond:.0} samples beyond its P{}", q * 100.0),
            ))
        });
    }
    checked
}

// The share of the highest gated percentile of response time.
fn highest_quantile(plan: &GatePlan) -> Option<f64> {
    let shares = plan
        .metrics
        .iter()
        .filter_map(|gated| gated.metric.response_quantile());
    shares.max_by(f64::total_cmp)
}

/// A share as percent, with one digit.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
