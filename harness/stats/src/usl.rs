//! What stops a system from scaling: the Universal Scalability Law (Gunther 1993, 2007) fitted to throughput at several levels.
//!
//! ```text
//! X(N) = g N / (1 + s (N − 1) + k N (N − 1))      N* = √((1 − s) / k)      peak = X(N*)
//! ```
//!
//! g is the throughput of one user, s ≥ 0 the share of work that only one can do at a time (contention), k ≥ 0 what each pair of users
//! costs to agree (coherency). Weighted least squares; intervals by a bootstrap over blocks of windows. What the data do not support is
//! said, not printed as a number.

mod bootstrap;
mod fit;

pub use fit::Curve;

/// Fewest levels from which three parameters and their uncertainty are read.
pub const FEWEST_LEVELS: usize = 6;
/// The smallest level must not be above this, or g is a guess.
pub const SMALLEST_LEVEL: f64 = 2.0;
/// The largest level must have lost at least this share of g·N, or nothing has stopped scaling yet.
const LOST: f64 = 0.2;
/// Refits of the bootstrap.
pub const REFITS: usize = 1000;
/// A curve that misses a level by more than this share of its throughput, beyond noise and with neighbours missing alike, is the wrong one.
const MISS: f64 = 0.05;
/// How many times larger than noise explains the misses must be, as variance.
const MISS_VARIANCE: f64 = 4.0;

/// Throughput at one level of concurrency.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Users that wait for their answers, or the mean number in flight.
    pub users: f64,
    /// Throughput of each window, per second.
    pub windows: Vec<f64>,
}

impl Level {
    /// Mean throughput, per second; `None` without windows.
    pub fn throughput(&self) -> Option<f64> {
        let count = self.windows.len() as f64;
        (count > 0.0).then(|| self.windows.iter().sum::<f64>() / count)
    }
}

/// An estimate with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// The estimate.
    pub point: f64,
    /// Upper end.
    pub high: f64,
}

/// What the levels say.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalability {
    /// Too little to fit; which part is missing, a fragment.
    NotEnoughLevels(String),
    /// A curve, and what may be read from it.
    Fitted(Box<Fitted>),
}

/// A fitted law.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The curve itself.
    pub curve: Curve,
    /// Throughput of one user, per second.
    pub g: Interval,
    /// Contention.
    pub s: Interval,
    /// Coherency.
    pub k: Interval,
    /// The level of highest throughput, and that throughput per second; `None` if coherency may be 0, because then there is none.
    pub peak: Option<Peak>,
    /// `(seen − fitted) ÷ fitted` of each level, ascending by level.
    pub residuals: Vec<(f64, f64)>,
    /// Whether the law describes what was seen.
    pub describes: Describes,
    /// The largest level; no curve is drawn beyond 1.5 times it.
    pub largest: f64,
}

/// Where the curve turns down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// Level.
    pub users: Interval,
    /// Throughput there, per second.
    pub throughput: Interval,
}

/// Does the law describe what was seen?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Describes {
    /// Misses are noise.
    Yes,
    /// Misses have a trend: something else limits this system, such as a fixed capacity.
    No,
}

impl Fitted {
    /// True if no loss by coherency was seen: k's interval touches 0.
    pub fn is_coherency_free(&self) -> bool {
        self.peak.is_none()
    }

    /// What may be said, in sentences.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.describes == Describes::No {
            words.push(
                "USL does not describe this: neighbouring levels miss the curve alike, beyond noise"
                    .to_owned(),
            );
        }
        match &self.peak {
            None => words.push(
                "no coherency loss seen: the interval of k touches 0, so there is no N*".to_owned(),
            ),
            Some(peak) => words.push(format!(
                "throughput peaks at {:.1} users ({:.1}..{:.1}) with {:.0}/s ({:.0}..{:.0})",
                peak.users.point,
                peak.users.low,
                peak.users.high,
                peak.throughput.point,
                peak.throughput.low,
                peak.throughput.high
            )),
        }
        words
    }
}

/// Fits the law. The same levels and seed give the same answer.
pub fn fit(levels: &[Level], seed: u64) -> Scalability {
    let mut levels: Vec<Level> = levels
        .iter()
        .filter(|level| level.users >= 1.0 && level.throughput().is_some_and(|x| x > 0.0))
        .cloned()
        .collect();
    levels.sort_by(|a, b| a.users.total_cmp(&b.users));
    if let Some(missing) = missing(&levels) {
        return Scalability::NotEnoughLevels(missing);
    }
    let points = bootstrap::points(&levels);
    let Some(curve) = fit::curve(&points) else {
        return Scalability::NotEnoughLevels("no curve fits them".to_owned());
    };
    Scalability::Fitted(Box::new(fitted(&levels, &points, curve, seed)))
}

// Which demand the levels do not meet.
fn missing(levels: &[Level]) -> Option<String> {
    let distinct = levels.chunk_by(|a, b| a.users.total_cmp(&b.users).is_eq());
    let count = distinct.count();
    if count < FEWEST_LEVELS {
        return Some(format!("{count} of {FEWEST_LEVELS} levels have throughput"));
    }
    let (first, last) = (levels.first()?, levels.last()?);
    if first.users > SMALLEST_LEVEL {
        return Some(format!(
            "the smallest level is {}, above {SMALLEST_LEVEL}: the throughput of one user is a guess",
            first.users
        ));
    }
    let alone = first.throughput()? / first.users;
    let kept = last.throughput()? / last.users / alone;
    (kept > 1.0 - LOST).then(|| {
        format!(
            "the largest level, {}, still has {:.0} % of the throughput per user of the smallest: nothing stops scaling yet",
            last.users,
            kept * 100.0
        )
    })
}

fn fitted(levels: &[Level], points: &[fit::Point], curve: Curve, seed: u64) -> Fitted {
    let excess = fit::excess(points, &curve);
    let refits = bootstrap::refits(levels, &curve, excess.max(1.0).sqrt(), seed);
    let interval = |of: &dyn Fn(&Curve) -> f64| bootstrap::interval(&refits, of(&curve), of);
    let k = interval(&|curve| curve.k);
    // A refit that wants k below 0 stays at the bound, which is 0 exactly.
    let peak = (k.low > 0.0).then(|| Peak {
        users: interval(&|curve| curve.peak_users().unwrap_or(f64::INFINITY)),
        throughput: interval(&Curve::peak),
    });
    let residuals: Vec<(f64, f64)> = points
        .iter()
        .map(|point| (point.users, point.throughput / curve.at(point.users) - 1.0))
        .collect();
    Fitted {
        describes: describes(&residuals, excess),
        g: interval(&|curve| curve.g),
        s: interval(&|curve| curve.s),
        largest: points.last().map_or(1.0, |point| point.users),
        k,
        peak,
        residuals,
        curve,
    }
}

// Large misses, larger than noise, whose neighbours have the same sign more often than not.
fn describes(residuals: &[(f64, f64)], excess: f64) -> Describes {
    let largest = residuals
        .iter()
        .map(|(_, miss)| miss.abs())
        .fold(0.0, f64::max);
    let alike: f64 = residuals.windows(2).map(|pair| pair[0].1 * pair[1].1).sum();
    if largest > MISS && excess > MISS_VARIANCE && alike > 0.0 {
        Describes::No
    } else {
        Describes::Yes
    }
}

#[cfg(test)]
mod tests;
