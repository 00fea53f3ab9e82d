//! Division of an amount by weights, without losing a unit: the method of the largest remainder (Hamilton's).

use super::Amount;
use std::num::NonZeroU128;

impl Amount {
    /// Parts in proportion to `weights`, each a multiple of `step` units, that add up to this amount exactly.
    ///
    /// What is left after rounding down goes, one step each, to the largest remainders; ties to the lower index. `None` if the
    /// amount is no multiple of `step`, or if the weights add up to 0 or to more than 64 bits.
    pub fn split(self, weights: &[u64], step: NonZeroU128) -> Option<Vec<Self>> {
        let sum = weights
            .iter()
            .try_fold(0_u64, |sum, weight| sum.checked_add(*weight))
            .filter(|sum| *sum > 0)
            .map(u128::from)?;
        if !self.0.is_multiple_of(step.get()) {
            return None;
        }
        let steps = self.0 / step;
        // steps * weight could exceed 128 bits; the whole multiples of the sum are taken out first, and the rest is below 2^64.
        let (whole, rest) = (steps / sum, steps % sum);
        let mut parts: Vec<u128> = Vec::with_capacity(weights.len());
        let mut order: Vec<(u128, usize)> = Vec::with_capacity(weights.len());
        for (at, weight) in weights.iter().map(|weight| u128::from(*weight)).enumerate() {
            parts.push(whole * weight + rest * weight / sum);
            order.push((rest * weight % sum, at));
        }
        let left = steps - parts.iter().sum::<u128>();
        order.sort_unstable_by_key(|(remainder, at)| (std::cmp::Reverse(*remainder), *at));
        for (_, at) in order.into_iter().take(left as usize) {
            parts[at] += 1;
        }
        Some(
            parts
                .into_iter()
                .map(|part| Self(part * step.get()))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use proptest::prelude::*;

    const ONE: NonZeroU128 = NonZeroU128::MIN;

    fn split(units: u128, weights: &[u64]) -> Option<Vec<u128>> {
        let parts = Amount::from_units(units).unwrap().split(weights, ONE)?;
        Some(parts.into_iter().map(Amount::units).collect())
    }

    #[test]
    fn the_largest_remainders_get_what_is_left_and_ties_the_lower_index() {
        assert_eq!(split(10, &[1, 1, 1]), Some(vec![4, 3, 3]));
        assert_eq!(split(11, &[1, 1, 1]), Some(vec![4, 4, 3]));
        assert_eq!(split(10, &[2, 7, 6]), Some(vec![1, 5, 4]));
        assert_eq!(split(3, &[0, 5, 0]), Some(vec![0, 3, 0]));
    }

    #[test]
    fn weights_that_mean_nothing_are_refused() {
        assert_eq!(split(10, &[]), None);
        assert_eq!(split(10, &[0, 0]), None);
        assert_eq!(split(10, &[u64::MAX, 1]), None);
        let tens = NonZeroU128::new(10).unwrap();
        assert_eq!(Amount::from_units(15).unwrap().split(&[1, 2], tens), None);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_differ_from_their_share_by_less_than_one(
            steps in 0..=Amount::MAX.units() / 1000,
            weights in prop::collection::vec(any::<u32>(), 1..40),
            step in 1..1000_u128,
        ) {
            let weights: Vec<u64> = weights.into_iter().map(u64::from).collect();
            let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
            prop_assume!(sum > 0);
            let total = Amount::from_units(steps * step).unwrap();
            let parts = total.split(&weights, NonZeroU128::new(step).unwrap()).unwrap();
            prop_assert_eq!(parts.iter().map(|part| part.units()).sum::<u128>(), total.units());
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!(part.units().is_multiple_of(step));
                // Exact shares by an independent way: rounding half-even is at most half a step away.
                let share = Amount::from_units(steps).unwrap();
                let near = share.mul_div(u128::from(*weight), NonZeroU128::new(sum).unwrap()).unwrap();
                prop_assert!((part.units() / step).abs_diff(near.units()) <= 1);
            }
        }
    }
}
