//! Rounds made up for tests: from differences, and from a model of noise.

use crate::draw::Draw;
use crate::gate::{Decision, Design, Progress, interrupted, judge};
use record::comparison::{
    ArmRound, Calibration, GatePlan, GatedMetric, MachineFacts, Metric, Order, Round,
};
use std::time::Duration;

/// The metrics of section 6 of the specification, with their noise at scale 1; floors are not modelled there.
pub(super) const FAMILY: [(Metric, f64, f64); 6] = [
    (Metric::Throughput, 0.03, 0.02),
    (Metric::ResponseTimeP50, 0.05, 0.03),
    (Metric::ResponseTimeP95, 0.08, 0.05),
    (Metric::ResponseTimeP99, 0.10, 0.08),
    (Metric::CpuPerRequest, 0.03, 0.015),
    (Metric::RssPeak, 0.05, 0.01),
];

pub(super) fn family_plan() -> GatePlan {
    let metrics = FAMILY.map(|(metric, margin, _)| GatedMetric {
        metric,
        margin,
        floor: None,
    });
    GatePlan {
        metrics: metrics.to_vec(),
        ..GatePlan::default()
    }
}

pub(super) fn calibration() -> Calibration {
    Calibration {
        warmup: Duration::from_secs(1),
        capacity: 5_000.0,
        rate: 3_000.0,
        pressure: Some(0.05),
        machine: "cpu, cores 0-1".to_owned(),
    }
}

pub(super) fn arm(values: &[(Metric, f64)]) -> ArmRound {
    ArmRound {
        values: values.iter().copied().collect(),
        requests: 18_000,
        achieved: Some(1.0),
        drift: Some(0.01),
        send_delay: Some(0.01),
        ..ArmRound::default()
    }
}

pub(super) fn round(number: u32, baseline: ArmRound, candidate: ArmRound) -> Round {
    Round {
        number,
        order: Order::Abba,
        baseline,
        candidate,
        machine: MachineFacts {
            steal: Some(0.0),
            pressure: Some(0.06),
            strangers: Some(0.03),
            generator_cpu: Some(0.4),
            machine: Some("cpu, cores 0-1".to_owned()),
        },
        dropped: None,
    }
}

/// A round without a difference, of slightly noisy values that depend on its number.
pub(in crate::gate) fn quiet(number: u32) -> Round {
    worse(number, &[])
}

/// Every gated metric of the usual plan; those named are `share` worse in the candidate.
pub(super) fn worse(number: u32, shares: &[(Metric, f64)]) -> Round {
    let usual = [
        (Metric::Throughput, 5_000.0),
        (Metric::CpuPerRequest, 120_000.0),
        (Metric::ResponseTimeP50, 800_000.0),
        (Metric::ResponseTimeP99, 4_000_000.0),
        (Metric::AllocsPerRequest, 42.0),
        (Metric::RssPeak, 50e6),
    ];
    let mut draw = Draw::of(11, u64::from(number));
    let (mut baseline, mut candidate) = (Vec::new(), Vec::new());
    for (metric, value) in usual {
        let noise = if metric == Metric::AllocsPerRequest {
            0.0
        } else {
            0.004
        };
        let share = shares
            .iter()
            .find(|(one, _)| *one == metric)
            .map_or(0.0, |one| one.1);
        baseline.push((metric, value * (noise * draw.normal()).exp()));
        let worse = (metric.better().sign() * share.ln_1p() + noise * draw.normal()).exp();
        candidate.push((metric, value * worse));
    }
    round(number, arm(&baseline), arm(&candidate))
}

pub(super) fn decided(plan: &GatePlan, rounds: &[Round]) -> Decision {
    match judge(&Design::new(plan), &calibration(), rounds) {
        Progress::Decided(decision) => *decision,
        Progress::Going(going) => panic!("not decided: {going:?}"),
    }
}

/// Noise of one draw, with variance 1 where it has one.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Normal,
    Student3,
    Contaminated,
    Drift,
    Ties,
    Unequal,
}

pub(super) const KINDS: [Kind; 6] = [
    Kind::Normal,
    Kind::Student3,
    Kind::Contaminated,
    Kind::Drift,
    Kind::Ties,
    Kind::Unequal,
];

impl Kind {
    fn draw(self, draw: &mut Draw, at: u32) -> f64 {
        let normal = draw.normal();
        match self {
            Self::Normal | Self::Drift => normal,
            Self::Student3 => {
                let squares: f64 = (0..3).map(|_| draw.normal().powi(2)).sum();
                normal / squares.sqrt()
            }
            Self::Contaminated => {
                let hit = draw.share() < 0.1;
                0.7 * normal + if hit { 6.0 * draw.share() } else { 0.0 }
            }
            Self::Ties => normal.round(),
            Self::Unequal => normal * (0.3 + f64::from(at % 4)),
        }
    }
}

/// What identical or different builds look like (section 6).
#[derive(Clone, Copy)]
pub(super) struct Model {
    pub(super) scale: f64,
    pub(super) kind: Kind,
    /// Worsening in log units, per metric of [`FAMILY`].
    pub(super) effects: [f64; 6],
}

pub(super) const AA: Model = Model {
    scale: 1.0,
    kind: Kind::Normal,
    effects: [0.0; 6],
};

/// A gate's rounds, for as many as its last look needs.
pub(super) fn simulated(model: Model, rounds: u32, draw: &mut Draw) -> Vec<Round> {
    let mut level = 0.0;
    (1..=rounds)
        .map(|number| {
            let difference =
                |draw: &mut Draw| model.kind.draw(draw, number) - model.kind.draw(draw, number);
            let shared = difference(draw);
            // What both arms of a round have in common, drifting or not: it must change nothing.
            level = match model.kind {
                Kind::Drift => 0.97 * level + 0.05 * draw.normal(),
                _ => 0.05 * draw.normal(),
            };
            let (mut baseline, mut candidate) = (Vec::new(), Vec::new());
            for (at, (metric, _, sigma)) in FAMILY.into_iter().enumerate() {
                let own = difference(draw);
                let mixed = (0.5_f64.sqrt() * (shared + own)) / 2.0_f64.sqrt();
                let d = model.effects[at] + model.scale * sigma * mixed;
                baseline.push((metric, 1_000.0 * f64::exp(level)));
                candidate.push((
                    metric,
                    1_000.0 * f64::exp(level + metric.better().sign() * d),
                ));
            }
            round(number, arm(&baseline), arm(&candidate))
        })
        .collect()
}

/// Shares of verdicts over simulated gates.
#[derive(Debug, Default)]
pub(super) struct Shares {
    pub(super) fail: f64,
    pub(super) pass: f64,
    pub(super) rounds: f64,
}

pub(super) fn shares(plan: &GatePlan, model: Model, gates: u32, seed: u64) -> Shares {
    let design = Design::new(plan);
    let rounds = u32::try_from(design.last().rounds).expect("few");
    let mut draw = Draw::new(seed);
    let mut found = Shares::default();
    for _ in 0..gates {
        let rounds = simulated(model, rounds, &mut draw);
        let decision = interrupted(&design, &calibration(), &rounds, "not reached");
        found.fail += f64::from(u8::from(decision.verdict == Some(crate::Verdict::Fail)));
        found.pass += f64::from(u8::from(decision.verdict == Some(crate::Verdict::Pass)));
        found.rounds += decision.valid as f64;
    }
    let all = f64::from(gates);
    Shares {
        fail: found.fail / all,
        pass: found.pass / all,
        rounds: found.rounds / all,
    }
}
