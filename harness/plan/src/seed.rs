//! Sub-streams of the one seed: each purpose draws from its own, so that adding one moves no other.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use record::fnv::fnv1a;

/// Name and version of the generator, for records: the same name means the same numbers.
pub const PRNG: &str = "chacha8/1";

/// The stream of `seed` for the purpose `label`.
pub fn stream(seed: u64, label: &str) -> ChaCha8Rng {
    let hash = fnv1a(label.bytes());
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&hash.to_le_bytes());
    ChaCha8Rng::from_seed(key)
}

/// The next share in 0..1, from 53 bits.
pub(crate) fn share(stream: &mut ChaCha8Rng) -> f64 {
    (stream.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}
