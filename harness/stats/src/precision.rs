//! How well a run knows a quantile: its confidence interval, without pretending that requests are independent.
//!
//! The interval is between two order statistics, whose ranks come from the binomial distribution; nothing is assumed of the shape of the
//! times. Requests of one queue resemble each other, so what counts is the number of independent requests that would know as much: the
//! share beyond the quantile is looked at window by window, and the more it differs between windows than chance explains, the smaller that
//! number is (the design effect of a cluster sample, Kish 1965; the interval through the distribution function is Woodruff's, 1952).

pub(crate) mod binomial;

use crate::normal::{normal_quantile, student_quantile};
use record::histogram::Histogram;

/// With fewer windows nothing is known of the dependence, and a run is taken to know as much as this share of its requests.
const SHARE_UNKNOWN: f64 = 0.1;
/// Fewest windows from which the dependence is estimated.
const FEWEST_BLOCKS: usize = 5;
/// More windows than this are put together in order, so that what spans two windows is mostly inside one block.
const MOST_BLOCKS: usize = 30;

/// A quantile with its confidence interval, nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantileInterval {
    /// Lower end.
    pub low: u64,
    /// The quantile itself.
    pub point: u64,
    /// Upper end.
    pub high: u64,
    /// Requests it stands on.
    pub samples: u64,
    /// Independent requests that would know as much; at most `samples`.
    pub effective_samples: f64,
}

impl QuantileInterval {
    /// True if both ends are at most `relative` (0.05 for 5 %) of the quantile away from it.
    pub fn is_within(&self, relative: f64) -> bool {
        self.relative() <= relative
    }

    /// The distance of the farther end ÷ the quantile.
    pub fn relative(&self) -> f64 {
        let farther = (self.point - self.low).max(self.high - self.point);
        farther as f64 / self.point.max(1) as f64
    }
}

/// The interval that holds the quantile with share `q` (0..1) with probability `confidence` (0..1), from the histograms of the windows in
/// order of time. `None` if there are too few samples to bound it on both sides.
pub fn interval(q: f64, confidence: f64, windows: &[Histogram]) -> Option<QuantileInterval> {
    interval_with_unfinished(q, confidence, windows, 0)
}

/// [`interval`] where `unfinished` requests besides took longer than all finished ones. `None` also if one of its ends is among them.
pub fn interval_with_unfinished(
    q: f64,
    confidence: f64,
    windows: &[Histogram],
    unfinished: u64,
) -> Option<QuantileInterval> {
    let mut all = Histogram::new();
    for window in windows {
        all.add(window);
    }
    let samples = all.count() + unfinished;
    if samples == 0 || !(0.0..1.0).contains(&q) || !(0.0..1.0).contains(&confidence) {
        return None;
    }
    let at = |rank: f64| value_at_rank(&all, rank);
    let point = at((q * samples as f64).ceil())?;
    let effect = design_effect(windows, point, confidence);
    let effective = (samples as f64 / effect).max(1.0);
    let (low, high) = binomial::ranks(effective.floor() as u64, q, confidence)?;
    let scale = samples as f64 / effective.floor();
    let low = at((low as f64 * scale).floor().max(1.0))?;
    let high = at((high as f64 * scale).ceil())?;
    Some(QuantileInterval {
        low: low.min(point),
        point,
        high: high.max(point),
        samples,
        effective_samples: effective,
    })
}

// Half a rank below, so that rounding never reaches the next one.
fn value_at_rank(all: &Histogram, rank: f64) -> Option<u64> {
    let finished = all.count() as f64;
    (rank <= finished)
        .then(|| all.quantile((rank.max(1.0) - 0.5) / finished))
        .flatten()
}

// How many times wider than chance the share beyond `point` spreads over windows, as variance; at least 1.
fn design_effect(windows: &[Histogram], point: u64, confidence: f64) -> f64 {
    let blocks = blocks(windows, point);
    if blocks.len() < FEWEST_BLOCKS {
        return 1.0 / SHARE_UNKNOWN;
    }
    let total = |of: fn(&Block) -> u64| blocks.iter().map(of).sum::<u64>() as f64;
    let (samples, beyond) = (total(|block| block.samples), total(|block| block.beyond));
    let share = beyond / samples;
    let by_chance = share * (1.0 - share) * samples;
    if by_chance <= 0.0 {
        return 1.0;
    }
    let count = blocks.len() as f64;
    let spread: f64 = blocks
        .iter()
        .map(|block| (block.beyond as f64 - share * block.samples as f64).powi(2))
        .sum();
    let seen = spread * count / (count - 1.0);
    // A spread estimated from few blocks is itself uncertain: Student's distribution is wider than the normal one by so much.
    let tail = f64::midpoint(1.0, confidence);
    let wider = student_quantile(tail, count - 1.0) / normal_quantile(tail);
    (seen / by_chance * wider * wider).max(1.0)
}

/// Some windows together.
#[derive(Debug, Clone, Copy, Default)]
struct Block {
    samples: u64,
    beyond: u64,
}

fn blocks(windows: &[Histogram], point: u64) -> Vec<Block> {
    let with_samples: Vec<&Histogram> = windows.iter().filter(|one| !one.is_empty()).collect();
    let size = with_samples.len().div_ceil(MOST_BLOCKS).max(1);
    let together = |chunk: &[&Histogram]| {
        chunk.iter().fold(Block::default(), |block, window| Block {
            samples: block.samples + window.count(),
            beyond: block.beyond + window.count() - window.count_at_or_below(point),
        })
    };
    with_samples.chunks(size).map(together).collect()
}

#[cfg(test)]
mod tests;
