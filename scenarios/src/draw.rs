//! Seeded choices that depend on nothing but the seed and a number: the audit draws again what a user drew.

use record::fnv::fnv1a;
use record::splitmix;

/// A well-mixed 64-bit value of (`seed`, `n`, `purpose`): two rounds of splitmix64 (Steele, Lea, Flood 2014).
pub(crate) fn value(seed: u64, n: u64, purpose: u64) -> u64 {
    first(first(seed ^ purpose.wrapping_mul(0xd6e8_feb8_6659_fd93)).wrapping_add(n))
}

fn first(seed: u64) -> u64 {
    splitmix::at(seed, 0)
}

/// A number for a purpose that has a name.
pub(crate) fn purpose(name: &str) -> u64 {
    fnv1a(name.bytes())
}

/// A number below `count` (at most 2^64) of a random `value`. Multiply-shift: no division, and a bias below `count` ÷ 2^64.
pub(crate) fn below(value: u64, count: u128) -> u64 {
    ((u128::from(value) * count) >> 64) as u64
}

/// A share in 0..1 with 53 random bits.
pub(crate) fn share(value: u64) -> f64 {
    (value >> 11) as f64 / (1_u64 << 53) as f64
}

/// How accounts are chosen: all alike, or the first ones far more often.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Choice {
    /// Every index below this.
    Uniform(u64),
    /// Cumulative shares of Zipf's law: index k has weight 1/(k+1)^theta.
    Zipf(Vec<f64>),
}

impl Choice {
    pub(crate) fn uniform(count: u32) -> Self {
        Self::Uniform(u64::from(count.max(1)))
    }

    pub(crate) fn zipf(count: u32, theta: f64) -> Self {
        let mut sum = 0.0;
        let mut shares: Vec<f64> = (1..=count.max(1))
            .map(|rank| {
                sum += f64::from(rank).powf(-theta);
                sum
            })
            .collect();
        for share in &mut shares {
            *share /= sum;
        }
        Self::Zipf(shares)
    }

    /// The index that `value` chooses.
    pub(crate) fn index(&self, value: u64) -> u64 {
        match self {
            Self::Uniform(count) => below(value, u128::from(*count)),
            Self::Zipf(shares) => {
                let wanted = share(value);
                shares
                    .partition_point(|&upto| upto <= wanted)
                    .min(shares.len() - 1) as u64
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(choice: &Choice, of: usize) -> Vec<u32> {
        let mut counts = vec![0; of];
        for n in 0..100_000 {
            counts[choice.index(value(7, n, 1)) as usize] += 1;
        }
        counts
    }

    #[test]
    fn uniform_chooses_all_alike() {
        let counts = counts(&Choice::uniform(10), 10);
        // 10,000 expected, standard deviation 95: six of them.
        assert!(
            counts.iter().all(|&count| count.abs_diff(10_000) < 570),
            "{counts:?}"
        );
    }

    #[test]
    fn zipf_chooses_by_rank() {
        let counts = counts(&Choice::zipf(100, 1.0), 100);
        let harmonic: f64 = (1..=100).map(|rank| 1.0 / f64::from(rank)).sum();
        for rank in [1_u32, 2, 5, 50] {
            let expected = 100_000.0 / (f64::from(rank) * harmonic);
            let seen = f64::from(counts[rank as usize - 1]);
            assert!(
                (seen - expected).abs() < 6.0 * expected.sqrt(),
                "rank {rank}: {seen} for {expected}"
            );
        }
    }

    #[test]
    fn every_value_chooses_an_index_that_exists() {
        for choice in [
            Choice::uniform(3),
            Choice::zipf(3, 0.99),
            Choice::uniform(0),
            Choice::zipf(0, 2.0),
        ] {
            for value in [0, 1, u64::MAX / 2, u64::MAX] {
                assert!(choice.index(value) < 3);
            }
        }
    }

    #[test]
    fn purposes_and_numbers_are_independent() {
        assert_ne!(value(1, 2, 3), value(1, 3, 2));
        assert_ne!(value(1, 2, 3), value(2, 2, 3));
        assert_eq!(value(1, 2, 3), value(1, 2, 3));
    }
}
