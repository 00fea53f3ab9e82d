//! A permutation without an array: a Feistel network over the next power of four, walked until it lands inside.
//!
//! Each round maps (left, right) to (right, left ⊕ f(right)), which can be undone whatever f is, so the network is a permutation of its
//! domain; following its cycle from inside the range until it is inside again is one of the range (Black and Rogaway 2002, cycle
//! walking). The domain is less than four times the range, so a walk has fewer than four steps on average.

use crate::draw::value;

/// Enough for the order to look like none; nobody attacks a load test's feeder.
const ROUNDS: u64 = 6;

/// Where `key`'s permutation of `0..count` takes `index`. `index` has to be below `count`.
pub(super) fn permuted(index: u64, count: u64, key: u64) -> u64 {
    debug_assert!(index < count);
    let half = half_bits(count);
    let mut at = network(index, half, key);
    // Ends: a cycle that begins inside the range comes back to it.
    while at >= count {
        at = network(at, half, key);
    }
    at
}

// Half of the bits that `count - 1` needs, rounded up.
fn half_bits(count: u64) -> u32 {
    let bits = u64::BITS - count.saturating_sub(1).leading_zeros();
    bits.div_ceil(2).max(1)
}

fn network(index: u64, half: u32, key: u64) -> u64 {
    let mask = (1_u64 << half) - 1;
    let (mut left, mut right) = (index >> half, index & mask);
    for round in 0..ROUNDS {
        (left, right) = (right, left ^ (value(key, right, round) & mask));
    }
    left << half | right
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_largest_ranges_stay_inside() {
        for count in [1, 2, u64::MAX] {
            for index in [0, count / 2, count - 1] {
                assert!(permuted(index, count, 7) < count);
            }
        }
    }

    #[test]
    fn every_place_is_reached_alike() {
        // Over many keys the first of ten goes everywhere: 1,000 expected, standard deviation 30, six of them.
        let mut seen = [0_u32; 10];
        for key in 0..10_000 {
            seen[permuted(0, 10, key) as usize] += 1;
        }
        assert!(seen.iter().all(|&n| n.abs_diff(1_000) < 180), "{seen:?}");
    }

    proptest! {
        #[test]
        fn it_is_a_permutation(count in 1..3_000_u64, key in any::<u64>()) {
            let mut places: Vec<_> = (0..count).map(|index| permuted(index, count, key)).collect();
            places.sort_unstable();
            prop_assert!(places.into_iter().eq(0..count));
        }
    }
}
