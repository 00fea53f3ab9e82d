//! Numbers that look random and are the same on every machine: SplitMix64 (Steele, Lea and Flood, 2014).

/// The number at a place of the sequence of `seed`; places count from 0.
#[inline]
pub fn at(seed: u64, place: u64) -> u64 {
    const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
    mixed(seed.wrapping_add(place.wrapping_add(1).wrapping_mul(GOLDEN)))
}

/// The last step: spreads the bits of a number, each number to another.
#[inline]
pub fn mixed(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// The numbers of a sequence, one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Draws {
    seed: u64,
    place: u64,
}

impl Draws {
    /// The sequence of `seed` from its start.
    pub const fn new(seed: u64) -> Self {
        Self { seed, place: 0 }
    }

    /// The next of the sequence.
    pub fn draw(&mut self) -> u64 {
        let number = at(self.seed, self.place);
        self.place += 1;
        number
    }

    /// From 0 to below `bound`; the bias is below `bound` in 2^64.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.draw()) * u128::from(bound)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_authors() {
        // The first output from 0, as its authors' code prints it.
        assert_eq!(at(0, 0), 0xe220_a839_7b1d_cdaf);
        let mut draws = Draws::new(3);
        assert_eq!([draws.draw(), draws.draw()], [at(3, 0), at(3, 1)]);
        assert_ne!(at(3, 0), at(4, 0));
        assert!((0..100).all(|_| draws.below(10) < 10));
    }
}
