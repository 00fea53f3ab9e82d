//! How far the fit could have come out otherwise: refits to levels drawn again from blocks of their own windows.

use super::fit::{Curve, Point, descend};
use super::{Interval, Level, REFITS};
use crate::draw::Draw;
use crate::normal::{normal_quantile, student_quantile};

/// The least standard deviation of a level's throughput, relative: windows that are all alike do not make a level infinitely certain.
const LEAST_DEVIATION: f64 = 1e-3;
/// The tail beyond either end of an interval.
const TAIL: f64 = 0.025;

/// Each level with the variance of its mean.
///
/// A variance from few windows is itself uncertain, and the inverse of one that came out small by chance would outweigh all others. So
/// half of it is what all levels together say, relative to their throughput.
pub(super) fn points(levels: &[Level]) -> Vec<Point> {
    let relative: Vec<Option<f64>> = levels.iter().map(relative_variance).collect();
    let known: Vec<f64> = relative.iter().copied().flatten().collect();
    let pooled = if known.is_empty() {
        0.0
    } else {
        known.iter().sum::<f64>() / known.len() as f64
    };
    let both = levels.iter().zip(relative);
    both.map(|(level, own)| {
        let throughput = level.throughput().unwrap_or(0.0);
        let variance = f64::midpoint(own.unwrap_or(pooled), pooled).max(LEAST_DEVIATION.powi(2));
        Point {
            users: level.users,
            throughput,
            variance: variance * throughput * throughput,
        }
    })
    .collect()
}

// Of the mean ÷ its square; `None` from one window.
fn relative_variance(level: &Level) -> Option<f64> {
    let (mean, count) = (level.throughput()?, level.windows.len() as f64);
    let squares: f64 = level.windows.iter().map(|x| (x - mean).powi(2)).sum();
    (count > 1.0).then(|| squares / (count - 1.0) / count / (mean * mean))
}

/// The curves of [`REFITS`] draws. `wider` stretches every deviation: what the curve misses beyond noise is uncertainty too.
pub(super) fn refits(levels: &[Level], curve: &Curve, wider: f64, seed: u64) -> Vec<Curve> {
    let mut draw = Draw::new(seed);
    let usual = points(levels);
    let mut redrawn = usual.clone();
    let refit = |_| {
        for ((level, usual), point) in levels.iter().zip(&usual).zip(&mut redrawn) {
            point.throughput = usual.throughput + wider * deviation(level, usual, &mut draw);
        }
        descend(&redrawn, *curve)
    };
    (0..REFITS).filter_map(refit).collect()
}

// How far the mean of windows drawn again lies from the mean of the windows. Drawn with their neighbours, because those resemble each other.
fn deviation(level: &Level, usual: &Point, draw: &mut Draw) -> f64 {
    let count = level.windows.len();
    if count < 2 {
        // One window shows no spread; what the other levels show stands in, as the difference of two uniform numbers, scaled.
        return (draw.share() - draw.share()) * (6.0 * usual.variance).sqrt();
    }
    let length = (count as f64).cbrt().floor().max(1.0) as usize;
    let blocks = count.div_ceil(length);
    let mut sum = 0.0;
    for _ in 0..blocks {
        let from = draw.index(count);
        // Around the end: every window is drawn equally often.
        sum += (0..length)
            .map(|step| level.windows[(from + step) % count])
            .sum::<f64>();
    }
    let mean = sum / (blocks * length) as f64;
    // Windows drawn from themselves spread too little, and few of them have wider tails than many.
    let freedom = (count - 1) as f64;
    let small = (count as f64 / freedom).sqrt() * tails(freedom);
    (mean - usual.throughput) * small
}

fn tails(freedom: f64) -> f64 {
    student_quantile(1.0 - TAIL, freedom) / normal_quantile(1.0 - TAIL)
}

/// The 95 % percentile interval of a figure of the refits.
pub(super) fn interval(refits: &[Curve], point: f64, of: &dyn Fn(&Curve) -> f64) -> Interval {
    let mut values: Vec<f64> = refits.iter().map(of).collect();
    values.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| {
        let rank = (share * values.len() as f64).ceil() as usize;
        values.get(rank.clamp(1, values.len().max(1)) - 1).copied()
    };
    Interval {
        low: at(TAIL).unwrap_or(point).min(point),
        point,
        high: at(1.0 - TAIL).unwrap_or(point).max(point),
    }
}
