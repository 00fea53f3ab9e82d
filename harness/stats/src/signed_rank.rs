//! The exact signed-rank test on paired differences (Wilcoxon 1945), and the estimate and bounds that belong to it (Hodges and Lehmann 1963).
//!
//! A fair coin decided which arm took which slots, so under "no difference" every sign flip of the differences is equally likely, whatever
//! drifts, leans or varies in width. The reference distribution is counted, not approximated: 2^52 still fits a `f64` exactly.

use std::cmp::Ordering;

/// Most differences for which the counts are exact.
pub const MOST: usize = 52;

/// A one-sided or two-sided range; infinite where the differences are too few to bound it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Bounds {
    /// True if `value` is inside, ends included.
    pub fn holds(self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Both ends through a monotone function; what falls turns them round.
    #[must_use]
    pub fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let (a, b) = (f(self.low), f(self.high));
        Self {
            low: a.min(b),
            high: a.max(b),
        }
    }
}

/// The probability that fair signs give a sum of positive ranks as large as that of `differences`: small if they lie above 0.
///
/// Ties get middle ranks. A difference of 0 keeps its rank and counts as "not worse", which is conservative. 1 for no differences, and for
/// more than [`MOST`], where nothing is claimed.
pub fn p_above(differences: &[f64]) -> f64 {
    if differences.is_empty() || differences.len() > MOST {
        return 1.0;
    }
    let ranks = doubled_ranks(differences);
    let signed = differences.iter().zip(&ranks);
    let sum: usize = signed
        .filter(|(difference, _)| **difference > 0.0)
        .map(|(_, rank)| *rank)
        .sum();
    let counts = counts(&ranks);
    let all = (1_u64 << differences.len()) as f64;
    counts[sum..].iter().sum::<f64>() / all
}

/// The smaller tail doubled, at most 1.
pub fn p_two_sided(differences: &[f64]) -> f64 {
    let below: Vec<f64> = differences.iter().map(|one| -one).collect();
    (2.0 * p_above(differences).min(p_above(&below))).min(1.0)
}

// Middle ranks of the absolute values, doubled so that they are whole.
fn doubled_ranks(differences: &[f64]) -> Vec<usize> {
    let size = |at: &usize| differences[*at].abs();
    let mut order: Vec<usize> = (0..differences.len()).collect();
    order.sort_by(|a, b| size(a).total_cmp(&size(b)));
    let mut ranks = vec![0; differences.len()];
    let mut start = 0;
    for tied in order.chunk_by(|a, b| size(a).total_cmp(&size(b)) == Ordering::Equal) {
        // Ranks start+1 ..= start+len: their mean doubled is the sum of the ends.
        for at in tied {
            ranks[*at] = 2 * start + 1 + tied.len();
        }
        start += tied.len();
    }
    ranks
}

// How many of the 2^n sign choices give each sum of doubled ranks.
fn counts(ranks: &[usize]) -> Vec<f64> {
    let total: usize = ranks.iter().sum();
    let mut counts = vec![0.0; total + 1];
    counts[0] = 1.0;
    for rank in ranks {
        for sum in (*rank..=total).rev() {
            counts[sum] += counts[sum - rank];
        }
    }
    counts
}

/// The largest k with P(W ≤ k) ≤ `level` for `n` untied differences; `None` if there is none or more than [`MOST`] differences.
pub fn critical(n: usize, level: f64) -> Option<usize> {
    if n == 0 || n > MOST {
        return None;
    }
    let ranks: Vec<usize> = (1..=n).collect();
    let most = level * (1_u64 << n) as f64;
    let mut below = 0.0;
    let fitting = counts(&ranks).into_iter().take_while(|count| {
        below += count;
        below <= most
    });
    fitting.count().checked_sub(1)
}

/// The means of all pairs, each difference with itself too, ascending.
pub fn walsh(differences: &[f64]) -> Vec<f64> {
    let pairs = differences.iter().enumerate();
    let mut means: Vec<f64> = pairs
        .flat_map(|(at, a)| differences[at..].iter().map(move |b| f64::midpoint(*a, *b)))
        .collect();
    means.sort_by(f64::total_cmp);
    means
}

/// The median of the [`walsh`] averages: where the differences lie. 0 without any.
pub fn estimate(differences: &[f64]) -> f64 {
    median_of_sorted(&walsh(differences))
}

/// The range that leaves out `level` on either side, from the order statistics of the [`walsh`] averages; exact for untied differences,
/// conservative for tied ones.
pub fn bounds(differences: &[f64], level: f64) -> Bounds {
    bounds_of_walsh(&walsh(differences), differences.len(), level)
}

/// [`bounds`] where the sorted averages of `n` differences are known already.
pub(crate) fn bounds_of_walsh(walsh: &[f64], n: usize, level: f64) -> Bounds {
    match critical(n, level) {
        Some(k) => Bounds {
            low: walsh[k],
            high: walsh[walsh.len() - 1 - k],
        },
        None => Bounds {
            low: f64::NEG_INFINITY,
            high: f64::INFINITY,
        },
    }
}

/// The middle of sorted values, the mean of the two middle ones for an even number; 0 without any.
pub(crate) fn median_of_sorted(values: &[f64]) -> f64 {
    let half = values.len() / 2;
    match values.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => values[half],
        _ => f64::midpoint(values[half - 1], values[half]),
    }
}

/// [`median_of_sorted`] of values in any order.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    median_of_sorted(&sorted)
}

/// The geometric mean of the smallest three quarters of some times, in any order: of as many as are left when a quarter, rounded down,
/// is taken away. A trimmed mean: stops of a machine only make times longer, so it is trimmed on that side alone, and it spreads less
/// than a median because every value left is counted. `None` for no values.
///
/// Source: trimmed means, Tukey and McLaughlin 1963; the side and the quarter are ours, from rounds of equal builds.
pub fn mean_of_undisturbed(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.truncate(values.len() - values.len() / 4);
    let logarithms: f64 = sorted.iter().map(|value| value.ln()).sum();
    (!sorted.is_empty()).then(|| (logarithms / sorted.len() as f64).exp())
}

#[cfg(test)]
mod tests;
