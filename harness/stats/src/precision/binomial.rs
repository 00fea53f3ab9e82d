//! Which order statistics bound a quantile.

/// The ranks (1..=n) of the order statistics of `n` independent values that hold the quantile with share `q` between them with at least
/// this confidence, half of the rest on either side. `None` if the lowest or highest value is not far enough out.
pub(crate) fn ranks(n: u64, q: f64, confidence: f64) -> Option<(u64, u64)> {
    let outside = (1.0 - confidence) / 2.0;
    // The quantile is below X(l) if at most l − 1 values are below it: P(B ≤ l − 1) ≤ outside. The other end is the same seen from above.
    let low = most_below(n, q, outside)?;
    let from_above = most_below(n, 1.0 - q, outside)?;
    Some((low, n + 1 - from_above))
}

// The largest rank l with P(B(n, q) ≤ l − 1) ≤ `share`; `None` if that is 0.
pub(crate) fn most_below(n: u64, q: f64, share: f64) -> Option<u64> {
    let mode = ((n as f64 + 1.0) * q).floor().clamp(0.0, n as f64) as u64;
    let odds = q / (1.0 - q);
    // Downwards from the mode, each term from the one before it, until nothing is left to add; then upwards again.
    let mut terms = vec![ln_term(n, mode, q).exp()];
    let mut k = mode;
    while k > 0 && terms.last().is_some_and(|term| *term > share * 1e-9) {
        let last = terms.last().copied().unwrap_or(0.0);
        terms.push(last * k as f64 / ((n - k + 1) as f64 * odds));
        k -= 1;
    }
    let (mut below, mut rank) = (0.0, k);
    for term in terms.iter().rev() {
        below += term;
        if below > share {
            break;
        }
        rank += 1;
    }
    (rank > 0).then_some(rank)
}

fn ln_term(n: u64, k: u64, q: f64) -> f64 {
    let (n, k) = (n as f64, k as f64);
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k) + k * q.ln() + (n - k) * (1.0 - q).ln()
}

// Stirling's series; below 32 by multiplication, where the series is not exact enough.
fn ln_factorial(n: f64) -> f64 {
    if n < 32.0 {
        return (2..=n as u64).map(|i| (i as f64).ln()).sum();
    }
    let series = 1.0 / (12.0 * n) - 1.0 / (360.0 * n.powi(3)) + 1.0 / (1260.0 * n.powi(5));
    n * n.ln() - n + 0.5 * (2.0 * std::f64::consts::PI * n).ln() + series
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distribution(n: u64, k: u64, q: f64) -> f64 {
        (0..=k).map(|i| ln_term(n, i, q).exp()).sum()
    }

    #[test]
    fn ranks_are_those_of_the_definition() {
        for (n, q) in [
            (50, 0.5),
            (100, 0.9),
            (1_000, 0.99),
            (5_000, 0.999),
            (20, 0.3),
        ] {
            let Some((low, high)) = ranks(n, q, 0.95) else {
                assert!(distribution(n, 0, q) > 0.025 || distribution(n, n - 1, q) < 0.975);
                continue;
            };
            assert!(distribution(n, low - 1, q) <= 0.025 + 1e-9, "{n} {q}");
            assert!(distribution(n, low, q) > 0.025 - 1e-9, "{n} {q}");
            assert!(distribution(n, high - 1, q) >= 0.975 - 1e-9, "{n} {q}");
            assert!(distribution(n, high - 2, q) < 0.975 + 1e-9, "{n} {q}");
        }
    }

    #[test]
    fn the_median_of_a_hundred_is_between_the_fortieth_and_the_sixty_first() {
        assert_eq!(ranks(100, 0.5, 0.95), Some((40, 61)));
    }

    #[test]
    fn too_few_values_bound_nothing() {
        assert_eq!(ranks(5, 0.5, 0.95), None);
        assert_eq!(ranks(100, 0.999, 0.95), None);
        assert_eq!(ranks(0, 0.5, 0.95), None);
    }

    #[test]
    fn many_values_are_no_problem() {
        let (low, high) = ranks(10_000_000, 0.99, 0.95).expect("enough values");
        let deviation = (1e7_f64 * 0.99 * 0.01).sqrt();
        assert!((9_900_000.0 - low as f64 - 1.96 * deviation).abs() < 5.0);
        assert!((high as f64 - 9_900_000.0 - 1.96 * deviation).abs() < 5.0);
    }
}
