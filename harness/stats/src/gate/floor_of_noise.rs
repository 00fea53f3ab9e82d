//! A gate of a build against itself: how noisy this machine is, per metric, and which margins it can hold (statistics.md, sections 4.9, 8.2).

use super::design::Design;
use super::detect::{Detectable, Grade, detectable};
use super::verdict::{Decision, Mode};
use record::comparison::{GatedMetric, Metric};

/// Margins that are proposed: few and round, so that they are chosen and not computed.
const ROUND: [f64; 12] = [
    0.01, 0.02, 0.03, 0.05, 0.08, 0.10, 0.15, 0.20, 0.30, 0.50, 1.0, 2.0,
];
/// The margin ÷ the noise that is aimed at. Twice is grade A, once is grade B; the noise of 16 rounds is itself known to a third.
const AIMED: f64 = 1.5;

/// What a metric's noise was, and what follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoiseFloor {
    /// The metric with the margin of the plan.
    pub declared: GatedMetric,
    /// Spread of the log ratios; 0 for a metric whose rounds agree.
    pub noise: f64,
    /// How that compares with the declared margin.
    pub grade: Grade,
    /// What a gate with the declared margin finds with 80 % probability; `None` if the plan cannot fail by statistics.
    pub detectable: Option<Detectable>,
    /// The margin that this machine can hold; at least 1 %, and never narrower than what is usual for the metric.
    pub proposed: f64,
    /// True if the declared margin cannot be reached: identical builds would mostly stay undecided.
    pub is_unreachable: bool,
}

/// The noise floor of every gated metric that was measured, from the rounds of identical builds.
pub fn noise_floor(design: &Design, decision: &Decision) -> Vec<NoiseFloor> {
    let measured = decision.metrics.iter().filter_map(|one| {
        let figure = one.figure.as_ref()?;
        let noise = match one.mode {
            Mode::Exact => 0.0,
            Mode::Ratio | Mode::Difference => figure.noise?,
        };
        let grade = Grade::of(noise, one.gated.margin);
        let last = design.last_failing().zip(design.found);
        Some(NoiseFloor {
            declared: one.gated,
            noise,
            grade,
            detectable: last.map(|(look, found)| {
                detectable(&one.gated, noise, figure.baseline, found, look.rounds)
            }),
            proposed: proposed(one.gated.metric, noise),
            is_unreachable: grade >= Grade::C,
        })
    });
    measured.collect()
}

fn proposed(metric: Metric, noise: f64) -> f64 {
    let needed = (AIMED * noise).exp_m1().max(metric.usual_margin());
    let round = ROUND.into_iter().find(|margin| *margin + 1e-9 >= needed);
    round.unwrap_or(needed)
}

/// The proposal as tables for `gate.toml`, with the noise as a comment.
pub fn proposal(floors: &[NoiseFloor]) -> String {
    let table = |one: &NoiseFloor| {
        let remark = if one.is_unreachable {
            ", the declared margin is out of reach"
        } else {
            ""
        };
        format!(
            "[metric.{}]\nmargin = \"{}%\"    # noise {:.2} %, grade {} at {:.1} %{remark}\n",
            one.declared.metric.name(),
            trimmed(one.proposed * 100.0),
            one.noise.exp_m1() * 100.0,
            one.grade.name(),
            one.declared.margin * 100.0,
        )
    };
    floors.iter().map(table).collect::<Vec<_>>().join("\n")
}

fn trimmed(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}
