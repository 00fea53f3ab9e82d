//! What the percentile plot and the quantile-ratio plot of a gate show, without drawing: both on an axis of nines.

use super::slo::limits;
use record::comparison::{Arm, Round};
use record::histogram::Histogram;

/// Samples that must lie beyond a point for it to be drawn in full.
const FULL_FROM: f64 = 100.0;
/// Level on either side of the bands.
const LEVEL: f64 = 0.025;
/// Points of a curve per nine.
const PER_NINE: u32 = 20;

/// A point of a percentile curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// −log₁₀(1 − q): 1 is P90, 2 is P99, 3 is P99.9.
    pub nines: f64,
    /// Response time, nanoseconds.
    pub ns: u64,
    /// Fewer than a hundred samples lie beyond it.
    pub is_faded: bool,
}

/// A point of a band around a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BandPoint {
    /// As of [`CurvePoint`].
    pub nines: f64,
    /// Lower end, nanoseconds.
    pub low: u64,
    /// Upper end, nanoseconds.
    pub high: u64,
}

/// The curves of a gate.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Curves {
    /// The merged histogram of each arm, baseline first.
    pub arms: [Vec<CurvePoint>; 2],
    /// Each round of each arm, baseline first: thin lines.
    pub rounds: [Vec<Vec<CurvePoint>>; 2],
    /// Where the quantiles of each merged arm lie with 95 %, by order statistics, baseline first; only as far as both ends are known.
    pub bands: [Vec<BandPoint>; 2],
    /// ln(candidate ÷ baseline) at the ends of both bands that are farthest apart; for the eye, and wider than 95 %.
    pub ratio_band: Vec<(f64, f64, f64)>,
    /// (nines, ln(candidate ÷ baseline)) of the merged histograms: level for a uniform shift, rising for a problem of the tail.
    pub ratio: Vec<(f64, f64)>,
}

/// The response-time curves of these rounds; empty where no times were kept.
pub fn curves(rounds: &[&Round]) -> Curves {
    let mut curves = Curves::default();
    for (at, arm) in Arm::BOTH.into_iter().enumerate() {
        let times = rounds
            .iter()
            .filter_map(|round| round.arm(arm).times.as_ref());
        let response: Vec<&Histogram> = times.map(|times| &times.response).collect();
        let Some((first, rest)) = response.split_first() else {
            continue;
        };
        let mut all = (*first).clone();
        for one in rest {
            all.add(one);
        }
        curves.arms[at] = curve(&all);
        curves.bands[at] = band(&all, &curves.arms[at]);
        curves.rounds[at] = response.into_iter().map(curve).collect();
    }
    let both = curves.arms[0].iter().zip(&curves.arms[1]);
    let positive = both.filter(|(a, b)| a.ns > 0 && b.ns > 0);
    curves.ratio = positive
        .map(|(a, b)| (a.nines, (b.ns as f64 / a.ns as f64).ln()))
        .collect();
    let [a, b] = &curves.bands;
    let both = a.iter().filter_map(|a| {
        let same = |b: &&BandPoint| (b.nines - a.nines).abs() < 1e-9;
        let b = b.iter().find(same).filter(|_| a.low > 0)?;
        let log = |b: u64, a: u64| (b.max(1) as f64 / a as f64).ln();
        Some((a.nines, log(b.low, a.high), log(b.high, a.low)))
    });
    curves.ratio_band = both.collect();
    curves
}

fn band(times: &Histogram, curve: &[CurvePoint]) -> Vec<BandPoint> {
    let point = |point: &CurvePoint| {
        let q = 1.0 - 10_f64.powf(-point.nines);
        let (low, high) = limits(times, q, LEVEL);
        Some(BandPoint {
            nines: point.nines,
            low: low?,
            high: high?,
        })
    };
    curve.iter().filter_map(point).collect()
}

// From the fastest to where a single sample is left.
fn curve(times: &Histogram) -> Vec<CurvePoint> {
    let count = times.count() as f64;
    let steps = (0..).map(|step| f64::from(step) / f64::from(PER_NINE));
    let inside = steps.take_while(|nines| count > 0.0 && count * 10_f64.powf(-nines) >= 1.0);
    let point = |nines: f64| {
        let beyond = 10_f64.powf(-nines);
        Some(CurvePoint {
            nines,
            ns: times.quantile(1.0 - beyond)?,
            is_faded: count * beyond < FULL_FROM,
        })
    };
    inside.filter_map(point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::tests::made::quiet;
    use record::comparison::Times;

    fn timed(number: u32, factor: u64) -> Round {
        let times = |factor: u64| {
            let mut response = Histogram::new();
            (1..=1_000).for_each(|i| response.record(i * 1_000 * factor));
            Some(Times {
                response,
                ..Times::default()
            })
        };
        let mut round = quiet(number);
        round.baseline.times = times(1);
        round.candidate.times = times(factor);
        round
    }

    #[test]
    fn a_uniform_shift_is_a_level_ratio() {
        let rounds = [timed(1, 2), timed(2, 2)];
        let seen = curves(&rounds.iter().collect::<Vec<_>>());
        assert_eq!([seen.rounds[0].len(), seen.rounds[1].len()], [2, 2]);
        // 2 000 samples reach to 3.3 nines, and are faded beyond 1.3.
        let last = seen.arms[0].last().expect("points");
        assert!((last.nines - 3.3).abs() < 0.051 && last.is_faded);
        let median = seen.arms[0]
            .iter()
            .find(|point| point.nines > 0.29)
            .expect("P50");
        assert!(
            !median.is_faded && median.ns.abs_diff(500_000) < 5_000,
            "{median:?}"
        );
        assert!(
            seen.ratio
                .iter()
                .all(|(_, log)| (log - 2_f64.ln()).abs() < 0.01)
        );
    }

    #[test]
    fn bands_hold_their_curve_and_end_where_nothing_is_known() {
        let rounds: Vec<Round> = (1..=10).map(|number| timed(number, 2)).collect();
        let seen = curves(&rounds.iter().collect::<Vec<_>>());
        for (curve, band) in seen.arms.iter().zip(&seen.bands) {
            assert!(!band.is_empty() && band.len() < curve.len());
            for point in band {
                let on = curve
                    .iter()
                    .find(|on| (on.nines - point.nines).abs() < 1e-9);
                let ns = on.expect("on the curve").ns;
                assert!((point.low..=point.high).contains(&ns), "{point:?} {ns}");
            }
        }
        let widest = seen.ratio_band.iter().all(|(_, low, high)| low <= high);
        assert!(widest && !seen.ratio_band.is_empty());
        let middle = seen.ratio_band[seen.ratio_band.len() / 2];
        assert!((middle.1..middle.2).contains(&2_f64.ln()), "{middle:?}");
    }

    #[test]
    fn rounds_without_times_have_no_curves() {
        let round = quiet(1);
        assert_eq!(curves(&[&round]), Curves::default());
        assert_eq!(curves(&[]), Curves::default());
    }
}
