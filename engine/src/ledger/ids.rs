//! Idempotency keys seen so far, and where.

use super::{CommandId, Sequence};
use std::collections::HashMap;
use std::hash::RandomState;

/// Number of maps; a power of two.
const PARTS: usize = 256;
/// The top bits of a 64-bit product that choose a map.
const PART_SHIFT: u32 = u64::BITS - PARTS.ilog2();

/// Every key that a recorded command has used.
///
/// Many small maps instead of one: a hash map moves all its keys when it grows, and with a million keys in one map that is a
/// pause of tens of milliseconds inside a single `apply`. The parts grow one by one. A caller who chooses keys that all fall into
/// one part gets the long pause back and nothing worse: inside a part the hash has a random seed.
#[derive(Debug)]
pub(super) struct Ids {
    parts: Vec<HashMap<CommandId, Sequence>>,
}

impl Ids {
    pub(super) fn new() -> Self {
        let seed = RandomState::new();
        Self {
            parts: (0..PARTS)
                .map(|_| HashMap::with_hasher(seed.clone()))
                .collect(),
        }
    }

    pub(super) fn get(&self, id: CommandId) -> Option<Sequence> {
        self.parts[part(id)].get(&id).copied()
    }

    pub(super) fn insert(&mut self, id: CommandId, sequence: Sequence) {
        let before = self.parts[part(id)].insert(id, sequence);
        debug_assert!(before.is_none(), "a key is recorded once");
    }

    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(HashMap::len).sum()
    }
}

/// Multiplicative hashing of both halves (Knuth, The Art of Computer Programming 3, 6.4, with the golden ratio).
fn part(id: CommandId) -> usize {
    let folded = (id.get() >> 64) as u64 ^ id.get() as u64;
    (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> PART_SHIFT) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_keys_spread_over_all_parts() {
        let used: std::collections::BTreeSet<_> =
            (1..=4096).map(|n| part(CommandId::new(n))).collect();
        assert_eq!(used.len(), PARTS);
        assert!(used.last() < Some(&PARTS));
    }
}
