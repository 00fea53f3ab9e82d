//! Holm's correction (1979): which of several tests reject when all of them together may be wrong with probability `alpha`.

/// Whether each p value is rejected, and what it was compared with, in the order given. `tests` is the size of the family; it may be larger
/// than the number of p values, so that the family never depends on the data.
pub(super) fn holm(p_values: &[f64], alpha: f64, tests: usize) -> Vec<(bool, f64)> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut found = vec![(false, 0.0); p_values.len()];
    let mut goes_on = alpha > 0.0;
    for (place, at) in order.into_iter().enumerate() {
        let level = alpha / tests.max(p_values.len()).saturating_sub(place).max(1) as f64;
        goes_on = goes_on && p_values[at] <= level;
        found[at] = (goes_on, level);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(p_values: &[f64], alpha: f64, tests: usize) -> Vec<bool> {
        holm(p_values, alpha, tests)
            .into_iter()
            .map(|one| one.0)
            .collect()
    }

    #[test]
    fn the_first_that_is_not_rejected_ends_it() {
        assert_eq!(rejected(&[0.01, 0.04, 0.02], 0.05, 3), [true, true, true]);
        assert_eq!(rejected(&[0.01, 0.04, 0.03], 0.05, 3), [true, false, false]);
        assert_eq!(rejected(&[0.017, 0.001, 0.9], 0.05, 3), [true, true, false]);
        assert_eq!(rejected(&[0.0], 0.0, 1), [false]);
    }

    #[test]
    fn a_family_larger_than_what_was_measured_is_stricter() {
        assert_eq!(rejected(&[0.02], 0.05, 1), [true]);
        assert_eq!(rejected(&[0.02], 0.05, 3), [false]);
    }
}
