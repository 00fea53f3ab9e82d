//! Where a history changed level: E-divisive means (Matteson and James 2014), as Apache Otava uses it, with Benjamini-Hochberg over all
//! series. For nightly trends; nothing here may block a change.
//!
//! A split is judged by how much farther apart values of both sides are than values of one side. What chance gives is found by shuffling
//! the values, seeded, so that nothing is assumed of their distribution.

use crate::draw::Draw;
use crate::falsely::discoveries;
use crate::signed_rank::median;

/// Fewest points on either side of a change: one odd night is no level.
pub const FEWEST: usize = 4;
/// Only so many of the last points are looked at; the work grows with their square.
pub const MOST_POINTS: usize = 400;
/// Shuffles behind each p.
const SHUFFLES: u32 = 499;
/// Level for going on splitting a series.
const SPLITS: f64 = 0.01;
/// Share of the reported changes that may be chance.
const FALSE_SHARE: f64 = 0.05;
/// Most changes of a series.
const MOST_CHANGES: usize = 32;

/// A change of level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangePoint {
    /// Which series.
    pub series: usize,
    /// The first point of the new level.
    pub at: usize,
    /// Median of the level before.
    pub before: f64,
    /// Median of the level after.
    pub after: f64,
    /// Probability of a split as clear as this by chance.
    pub p: f64,
}

impl ChangePoint {
    /// After ÷ before − 1; `None` where the level before is 0.
    pub fn relative(&self) -> Option<f64> {
        (self.before != 0.0).then(|| self.after / self.before - 1.0)
    }
}

/// The changes of these series, each in order of time; by series and then by time. Series with a value that is no number are left out.
pub fn change_points(series: &[Vec<f64>], seed: u64) -> Vec<ChangePoint> {
    let numbered = series.iter().enumerate();
    let finite = numbered.filter(|(_, values)| values.iter().all(|value| value.is_finite()));
    let candidates: Vec<ChangePoint> = finite
        .flat_map(|(at, values)| of_series(at, values, seed))
        .collect();
    let p: Vec<f64> = candidates.iter().map(|one| one.p).collect();
    let found = discoveries(&p, FALSE_SHARE);
    let kept = candidates
        .into_iter()
        .zip(found)
        .filter(|(_, found)| *found);
    kept.map(|(one, _)| one).collect()
}

fn of_series(number: usize, values: &[f64], seed: u64) -> Vec<ChangePoint> {
    let skipped = values.len().saturating_sub(MOST_POINTS);
    let recent = &values[skipped..];
    let mut draw = Draw::of(seed, number as u64);
    let mut splits: Vec<(usize, f64)> = Vec::new();
    let mut open = vec![(0, recent.len())];
    while let Some((start, end)) = open.pop() {
        let part = &recent[start..end];
        let Some(split) = best_split(part).filter(|_| splits.len() < MOST_CHANGES) else {
            continue;
        };
        let p = by_chance(part, split.1, &mut draw);
        if p <= SPLITS {
            let at = start + split.0;
            splits.push((at, p));
            open.extend([(start, at), (at, end)]);
        }
    }
    splits.sort_by_key(|(at, _)| *at);
    let edges: Vec<usize> = [0]
        .into_iter()
        .chain(splits.iter().map(|(at, _)| *at))
        .chain([recent.len()])
        .collect();
    let levels = edges.windows(3).zip(&splits);
    levels
        .map(|(edges, (at, p))| ChangePoint {
            series: number,
            at: skipped + at,
            before: median(&recent[edges[0]..edges[1]]),
            after: median(&recent[edges[1]..edges[2]]),
            p: *p,
        })
        .collect()
}

// The clearest split and how clear it is; `None` for too few points, or where all are alike.
fn best_split(values: &[f64]) -> Option<(usize, f64)> {
    let n = values.len();
    if n < 2 * FEWEST {
        return None;
    }
    let distance = |a: usize, b: usize| (values[a] - values[b]).abs();
    // Sums of distances within the left part, within the right part, and between them; a point moves from right to left at a time.
    let (mut left, mut between) = (0.0, 0.0);
    let mut right: f64 = (0..n)
        .map(|a| (0..a).map(|b| distance(a, b)).sum::<f64>())
        .sum();
    let mut best: Option<(usize, f64)> = None;
    for at in 0..n - FEWEST {
        let to_left: f64 = (0..at).map(|one| distance(one, at)).sum();
        let to_right: f64 = (at + 1..n).map(|one| distance(one, at)).sum();
        left += to_left;
        right -= to_right;
        between += to_right - to_left;
        let (m, k) = ((at + 1) as f64, (n - at - 1) as f64);
        let pairs = |size: f64| size * (size - 1.0) / 2.0;
        let within = |sum: f64, size: f64| if size > 1.0 { sum / pairs(size) } else { 0.0 };
        let apart = 2.0 * between / (m * k) - within(left, m) - within(right, k);
        let clear = apart * m * k / (m + k);
        if at + 1 >= FEWEST && best.is_none_or(|(_, most)| clear > most) {
            best = Some((at + 1, clear));
        }
    }
    best.filter(|(_, clear)| *clear > 0.0)
}

fn by_chance(values: &[f64], clear: f64, draw: &mut Draw) -> f64 {
    let mut shuffled = values.to_vec();
    let as_clear = (0..SHUFFLES).filter(|_| {
        for at in (1..shuffled.len()).rev() {
            shuffled.swap(at, draw.index(at + 1));
        }
        best_split(&shuffled).is_some_and(|(_, one)| one >= clear)
    });
    f64::from(1 + u32::try_from(as_clear.count()).unwrap_or(SHUFFLES)) / f64::from(SHUFFLES + 1)
}

#[cfg(test)]
mod tests;
