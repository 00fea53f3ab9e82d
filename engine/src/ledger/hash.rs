//! A fast hash of 128-bit keys with a random seed.
//!
//! The standard map's own hash is made for keys of any length and costs more than the rest of a look-up here. This one folds the
//! 128-bit product of both halves, each mixed with a secret, as wyhash does for short keys (Wang Yi, wyhash, "_wymix").

use std::hash::{BuildHasher, Hash, Hasher, RandomState};

/// A 128-bit key in 32-bit words: with a 4-byte value a slot has 20 bytes instead of 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key([u32; 4]);

impl Key {
    pub(super) const fn new(value: u128) -> Self {
        Self([
            value as u32,
            (value >> 32) as u32,
            (value >> 64) as u32,
            (value >> 96) as u32,
        ])
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [a, b, c, d] = self.0.map(u64::from);
        state.write_u64(a | b << 32);
        state.write_u64(c | d << 32);
    }
}

/// The secret of a map.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seed(u64, u64);

impl Seed {
    /// Another one for each process, so that no caller can choose keys that collide.
    pub(super) fn random() -> Self {
        let random = RandomState::new();
        Self(random.hash_one(1_u8), random.hash_one(2_u8) | 1)
    }
}

impl Default for Seed {
    fn default() -> Self {
        Self::random()
    }
}

impl BuildHasher for Seed {
    type Hasher = Folded;

    fn build_hasher(&self) -> Folded {
        Folded {
            state: self.0,
            factor: self.1,
        }
    }
}

/// A hash under way.
#[derive(Debug)]
pub(super) struct Folded {
    state: u64,
    factor: u64,
}

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_u64(&mut self, word: u64) {
        let product =
            u128::from(self.state ^ word) * u128::from(self.factor ^ 0x9e37_79b9_7f4a_7c15);
        self.state = (product as u64 ^ (product >> 64) as u64).wrapping_add(word.rotate_left(32));
    }

    fn finish(&self) -> u64 {
        let product = u128::from(self.state) * 0xa076_1d64_78bd_642f;
        product as u64 ^ (product >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn counting_keys_hardly_ever_share_their_top_and_low_bits() {
        let seed = Seed(0x1234_5678_9abc_def0, 0x0fed_cba9_8765_4321);
        for step in [1, 1 << 64, 1 << 32, (1 << 64) + 1] {
            let hashes: Vec<u64> = (1..=4096_u128)
                .map(|n| seed.hash_one(Key::new(n * step)))
                .collect();
            let low: HashSet<_> = hashes.iter().map(|hash| hash & 0xfff).collect();
            let top: HashSet<_> = hashes.iter().map(|hash| hash >> 57).collect();
            // 4,096 balls in 4,096 urns fill about 63 %.
            assert!(low.len() > 2300, "{step}: {}", low.len());
            assert_eq!(top.len(), 128, "{step}");
        }
    }
}
