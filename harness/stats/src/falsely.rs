//! Many tests at once where a share of wrong answers is acceptable (Benjamini and Hochberg 1995): right for lists of functions and for
//! nightly history, wrong for a gate that blocks.

/// Which p values are discoveries when a share of at most `false_share` of them may be wrong, on average.
pub fn discoveries(p_values: &[f64], false_share: f64) -> Vec<bool> {
    let mut sorted = p_values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let all = p_values.len() as f64;
    let ranked = sorted.iter().enumerate().rev();
    let most = ranked.map(|(at, p)| (*p, false_share * (at + 1) as f64 / all));
    let limit = most.into_iter().find(|(p, level)| p <= level);
    let is_found = |p: &f64| limit.is_some_and(|(limit, _)| *p <= limit);
    p_values.iter().map(is_found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discoveries_are_those_of_the_step_up_rule() {
        let p = [0.01, 0.04, 0.03, 0.005, 0.9];
        assert_eq!(discoveries(&p, 0.05), [true, true, true, true, false]);
        assert_eq!(discoveries(&p, 0.03), [true, false, false, true, false]);
        assert_eq!(discoveries(&[0.2], 0.05), [false]);
        assert!(discoveries(&[], 0.05).is_empty());
    }
}
