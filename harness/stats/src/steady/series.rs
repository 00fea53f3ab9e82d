//! The arithmetic of series: batches, the MSER cut, the Theil-Sen slope, the Mann-Kendall test.

use super::Bin;

/// Points from which pairs are no longer all looked at: neighbours are averaged until so many are left.
const MOST_POINTS: usize = 240;
/// Beyond this many standard deviations a trend is not called chance: one in a hundred, both sides.
const BEYOND_CHANCE: f64 = 2.576;

/// Some bins together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Batch {
    /// Its first bin.
    pub(super) start: usize,
    /// Mean response time, each request counting once; `None` without an answer.
    pub(super) mean_response: Option<f64>,
    /// Mean of the bins' medians: not a median, but level if they are.
    pub(super) p50: Option<f64>,
    /// Answers per bin.
    pub(super) per_bin: f64,
    /// Mean of what was under way at the ends.
    pub(super) in_flight: f64,
}

/// Whole batches of `size` bins; what is left over at the end is in none.
pub(super) fn batches(bins: &[Bin], size: usize) -> Vec<Batch> {
    let numbered = bins.chunks_exact(size.max(1)).enumerate();
    numbered
        .map(|(n, chunk)| batch(n * size.max(1), chunk))
        .collect()
}

fn batch(start: usize, bins: &[Bin]) -> Batch {
    let length = bins.len() as f64;
    let completed: u64 = bins.iter().map(|bin| bin.completed).sum();
    let total: f64 = bins
        .iter()
        .map(|bin| bin.mean_response_ns * bin.completed as f64)
        .sum();
    let medians: Vec<f64> = bins.iter().filter_map(|bin| bin.p50_ns).collect();
    Batch {
        start,
        mean_response: (completed > 0).then(|| total / completed as f64),
        p50: mean(&medians),
        per_bin: completed as f64 / length,
        in_flight: bins.iter().map(|bin| bin.in_flight as f64).sum::<f64>() / length,
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The number d of values to cut off the start that minimises Σ_{i>d}(z_i − z̄)² ÷ (n − d)² (White 1997; batches of five: Hoad et al.
/// 2008). The last four values are never left alone: so few of them look level by accident.
pub(super) fn mser_cut(values: &[f64]) -> usize {
    const LEFT_AT_LEAST: usize = 5;
    let (mut sum, mut squares, mut best) = (0.0, 0.0, (f64::INFINITY, 0));
    // Differences from one of the values, so that squares of large numbers do not swallow what sets them apart.
    let origin = values.last().copied().unwrap_or(0.0);
    for (d, value) in values.iter().enumerate().rev() {
        let (value, left) = (value - origin, (values.len() - d) as f64);
        sum += value;
        squares += value * value;
        let score = (squares - sum * sum / left).max(0.0) / (left * left);
        // Equal scores cut less.
        if values.len() - d >= LEFT_AT_LEAST && score <= best.0 {
            best = (score, d);
        }
    }
    best.1
}

/// The median of the slopes between all pairs of points (Theil 1950, Sen 1968), per step; `None` with fewer than two.
pub(super) fn theil_sen(values: &[f64]) -> Option<f64> {
    let (points, width) = coarse(values);
    let pairs = (0..points.len()).flat_map(|a| (a + 1..points.len()).map(move |b| (a, b)));
    let mut slopes: Vec<f64> = pairs
        .map(|(a, b)| (points[b] - points[a]) / (b - a) as f64)
        .collect();
    let middle = slopes.len() / 2;
    (!slopes.is_empty()).then(|| {
        slopes.sort_unstable_by(f64::total_cmp);
        let median = if slopes.len().is_multiple_of(2) {
            f64::midpoint(slopes[middle - 1], slopes[middle])
        } else {
            slopes[middle]
        };
        median / width
    })
}

/// True if independent values would show a trend like this more often than once in a hundred times (Mann 1945, Kendall 1975; ties counted).
pub(super) fn is_chance(values: &[f64]) -> bool {
    let (points, _) = coarse(values);
    let n = points.len() as f64;
    let pairs = (0..points.len()).flat_map(|a| (a + 1..points.len()).map(move |b| (a, b)));
    let score: f64 = pairs
        .map(|(a, b)| match points[b].total_cmp(&points[a]) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Less => -1.0,
            std::cmp::Ordering::Equal => 0.0,
        })
        .sum();
    let variance = (n * (n - 1.0) * (2.0 * n + 5.0) - ties(&points)) / 18.0;
    // A step of one towards zero: the score is whole and the normal distribution is not.
    variance <= 0.0 || (score.abs() - 1.0).max(0.0) / variance.sqrt() <= BEYOND_CHANCE
}

fn ties(points: &[f64]) -> f64 {
    let mut sorted = points.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let groups = sorted.chunk_by(|a, b| a.total_cmp(b).is_eq());
    groups
        .map(|group| group.len() as f64)
        .map(|t| t * (t - 1.0) * (2.0 * t + 5.0))
        .sum()
}

// At most `MOST_POINTS` means of neighbours, and how many values each stands for.
fn coarse(values: &[f64]) -> (Vec<f64>, f64) {
    let width = values.len().div_ceil(MOST_POINTS).max(1);
    let points = values
        .chunks_exact(width)
        .map(|chunk| chunk.iter().sum::<f64>() / width as f64);
    (points.collect(), width as f64)
}
