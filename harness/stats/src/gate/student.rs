//! Student's paired test: it runs beside the rank test as a remark, and decides only where the plan says so from the start.

use crate::signed_rank::Bounds;

/// The mean; 0 without values.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

// Mean and its standard error; `None` from fewer than two.
fn moments(values: &[f64]) -> Option<(f64, f64)> {
    let n = values.len() as f64;
    let mean = mean(values);
    let squares: f64 = values.iter().map(|one| (one - mean).powi(2)).sum();
    (values.len() > 1).then(|| (mean, (squares / (n - 1.0) / n).sqrt()))
}

/// P of a mean as large as this if the true one is 0. 1 from fewer than two values; 0 or 1 for values without spread.
pub(super) fn p_above(values: &[f64]) -> f64 {
    match moments(values) {
        None => 1.0,
        Some((mean, error)) if error <= 0.0 => f64::from(u8::from(mean <= 0.0)),
        Some((mean, error)) => 1.0 - cumulative(mean / error, values.len() - 1),
    }
}

/// The range of the mean that leaves out `level` on either side.
pub(super) fn bounds(values: &[f64], level: f64) -> Bounds {
    let (mean, reach) = match moments(values) {
        Some((mean, error)) => (mean, error * quantile(1.0 - level, values.len() - 1)),
        None => (0.0, f64::INFINITY),
    };
    Bounds {
        low: mean - reach,
        high: mean + reach,
    }
}

/// P(T ≤ t) for whole degrees of freedom: the finite sums of Abramowitz and Stegun 26.7.3 and 26.7.4.
fn cumulative(t: f64, freedom: usize) -> f64 {
    let angle = (t / (freedom as f64).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    let is_even = freedom.is_multiple_of(2);
    let start = if is_even { 2 } else { 3 };
    let mut term = if is_even { 1.0 } else { cosine };
    let mut sum = if freedom == 1 { 0.0 } else { term };
    let mut k = start;
    while k < freedom {
        term *= cosine * cosine * (k - 1) as f64 / k as f64;
        sum += term;
        k += 2;
    }
    let between = if is_even {
        sine * sum
    } else {
        2.0 / std::f64::consts::PI * (angle + sine * sum)
    };
    f64::midpoint(1.0, between)
}

// By halving: the distribution is monotone, and 200 halvings are more than doubles can tell apart.
fn quantile(share: f64, freedom: usize) -> f64 {
    let (mut low, mut high) = (-1e6, 1e6);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if cumulative(middle, freedom) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (share, freedom, t) in [
            (0.975, 1, 12.706_2),
            (0.975, 2, 4.302_7),
            (0.95, 5, 2.015_0),
            (0.999, 9, 4.296_8),
            (0.975, 15, 2.131_4),
            (0.999_33, 16, 3.874_0),
        ] {
            let seen = quantile(share, freedom);
            assert!((seen / t - 1.0).abs() < 1e-3, "{share} {freedom}: {seen}");
            assert!((cumulative(-seen, freedom) - (1.0 - share)).abs() < 1e-9);
        }
    }

    #[test]
    fn the_test_and_its_bounds_agree() {
        let values = [0.1, 0.3, 0.2, 0.25, 0.15, 0.05];
        let p = p_above(&values);
        assert!(bounds(&values, p).low.abs() < 1e-6, "{p}");
        assert!((p_above(&[1.0]) - 1.0).abs() < f64::EPSILON);
        assert!(p_above(&[1.0, 1.0]) < f64::EPSILON);
    }
}
