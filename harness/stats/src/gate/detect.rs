//! What a gate could have seen: the noise of its rounds, and the smallest worsening that it fails with 80 % probability (statistics.md, 4.9).

use crate::draw::Draw;
use crate::signed_rank::{critical, median, walsh};
use record::comparison::{Better, GatedMetric};

/// Simulated samples behind [`shift_found`]; its own error is about 1 %.
const SAMPLES: u32 = 10_000;
/// The share of gates that find the shift.
const POWER: f64 = 0.8;
/// 0.84 times the standard error of the estimate over ŝ ÷ √n: the estimate itself must be beyond the margin too.
const BEYOND_MARGIN: f64 = 0.86;
/// What makes the median absolute deviation a standard deviation, for normal values.
const MAD_TO_DEVIATION: f64 = 1.4826;

/// The noise floor ŝ: the larger of standard deviation and scaled median absolute deviation of the differences. `None` from fewer than 2.
pub fn noise(differences: &[f64]) -> Option<f64> {
    let n = differences.len() as f64;
    if differences.len() < 2 {
        return None;
    }
    let mean = differences.iter().sum::<f64>() / n;
    let squares: f64 = differences.iter().map(|d| (d - mean).powi(2)).sum();
    let middle = median(differences);
    let away: Vec<f64> = differences.iter().map(|d| (d - middle).abs()).collect();
    Some(
        (squares / (n - 1.0))
            .sqrt()
            .max(MAD_TO_DEVIATION * median(&away)),
    )
}

/// How the noise compares with the margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// At most half the margin: the first failing look settles it.
    A,
    /// At most the margin: about 16 rounds.
    B,
    /// At most twice the margin: up to 65 rounds; widen the margin or lengthen the windows.
    C,
    /// More.
    D,
}

impl Grade {
    /// The grade of noise `noise` (log units) against a relative margin.
    pub fn of(noise: f64, margin: f64) -> Self {
        let delta = margin.ln_1p();
        match noise {
            one if one <= delta / 2.0 => Self::A,
            one if one <= delta => Self::B,
            one if one <= 2.0 * delta => Self::C,
            _ => Self::D,
        }
    }

    /// The letter.
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
        }
    }
}

/// The shift, in standard deviations of the differences, at which 80 % of samples of `rounds` normal differences have p ≤ `level`. `None`
/// if no sample can.
///
/// W is the number of pair means above 0, so p ≤ level exactly if the (k+1)-th smallest of them is above 0, and each sample tells by how
/// much it must be shifted. No search is needed, only a quantile.
pub fn shift_found(rounds: usize, level: f64) -> Option<f64> {
    let k = critical(rounds, level)?;
    let mut draw = Draw::new(rounds as u64);
    let mut needed: Vec<f64> = (0..SAMPLES)
        .map(|_| {
            let sample: Vec<f64> = (0..rounds).map(|_| draw.normal()).collect();
            -walsh(&sample)[k]
        })
        .collect();
    needed.sort_by(f64::total_cmp);
    let at = (POWER * f64::from(SAMPLES)).ceil() as usize - 1;
    needed.get(at).copied()
}

/// The smallest worsening that a gate fails with 80 % probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detectable {
    /// Relative: 0.14 is 14 % more, or less where higher is better.
    pub relative: f64,
    /// True if the absolute floor is what hides smaller ones.
    pub by_floor: bool,
}

/// What a gate finds in a metric with that noise and typical baseline value; `found` is [`shift_found`] of its last failing look of
/// `rounds` rounds.
pub fn detectable(
    gated: &GatedMetric,
    noise: f64,
    baseline: f64,
    found: f64,
    rounds: usize,
) -> Detectable {
    let beyond = gated.margin.ln_1p() + BEYOND_MARGIN * noise / (rounds as f64).sqrt();
    let shift = (found * noise).max(beyond);
    let relative = match gated.metric.better() {
        Better::Lower => shift.exp_m1(),
        Better::Higher => -(-shift).exp_m1(),
    };
    let floor = gated
        .floor
        .filter(|_| baseline > 0.0)
        .map_or(0.0, |floor| floor / baseline);
    Detectable {
        relative: relative.max(floor),
        by_floor: floor > relative,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::comparison::Metric;

    #[test]
    fn shifts_are_those_of_the_published_constants() {
        for (rounds, level, shift) in [
            (8, 0.005, 1.93),
            (10, 0.001, 2.01),
            (16, 0.000_67, 1.25),
            (20, 0.000_67, 1.08),
        ] {
            let seen = shift_found(rounds, level).expect("can reject");
            assert!((seen - shift).abs() < 0.04, "{rounds} {level}: {seen}");
        }
        assert_eq!(shift_found(6, 0.001), None);
    }

    #[test]
    fn noise_is_the_larger_of_both_spreads() {
        let seen = noise(&[1.0, 2.0, 3.0, 4.0, 5.0]).expect("five");
        assert!((seen - 2.5_f64.sqrt()).abs() < 1e-12);
        // One far value widens the standard deviation, not the median deviation; four equal ones the other way round.
        assert!(noise(&[0.0, 0.0, 0.0, 0.0, 10.0]).expect("five") > 4.0);
        assert!(noise(&[-1.0, -1.0, 0.0, 1.0, 1.0]).expect("five") >= 1.4826);
        assert_eq!(noise(&[1.0]), None);
    }

    #[test]
    fn grades_follow_the_margin() {
        let delta = 0.03_f64.ln_1p();
        for (noise, grade) in [
            (delta / 2.1, Grade::A),
            (delta / 1.1, Grade::B),
            (delta * 1.9, Grade::C),
            (delta * 2.1, Grade::D),
        ] {
            assert_eq!(Grade::of(noise, 0.03), grade);
        }
    }

    #[test]
    fn a_floor_hides_what_is_smaller_in_its_own_unit() {
        let gated = GatedMetric::usual(Metric::ResponseTimeP99);
        let fast = detectable(&gated, 0.01, 200_000.0, 1.25, 16);
        assert!(fast.by_floor && (fast.relative - 0.5).abs() < 1e-12);
        let slow = detectable(&gated, 0.01, 20_000_000.0, 1.25, 16);
        assert!(!slow.by_floor && slow.relative > 0.1 && slow.relative < 0.11);
        let throughput = GatedMetric::usual(Metric::Throughput);
        let seen = detectable(&throughput, 0.1, 1_000.0, 1.25, 16).relative;
        assert!((seen - (1.0 - (-0.125_f64).exp())).abs() < 1e-12);
    }
}
