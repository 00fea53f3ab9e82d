//! Idempotency keys seen so far, and where.

use super::hash::{Key, Seed};
use super::{CommandId, Sequence};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

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
    parts: Vec<HashMap<Key, Sequence, Seed>>,
}

impl Ids {
    pub(super) fn new() -> Self {
        let seed = Seed::random();
        Self {
            parts: (0..PARTS).map(|_| HashMap::with_hasher(seed)).collect(),
        }
    }

    /// The keys of entries in their order; `None` if one is there twice.
    pub(super) fn of_entries(keys: impl Iterator<Item = CommandId>) -> Option<Self> {
        let mut ids = Self::new();
        for (number, key) in (1..).zip(keys) {
            ids.claim(key, Sequence::new(number)?).ok()?;
        }
        Some(ids)
    }

    pub(super) fn get(&self, id: CommandId) -> Option<Sequence> {
        self.parts[part(id)].get(&Key::new(id.get())).copied()
    }

    /// Looks keys up and forgets the answers: the processor fetches the memory behind several at the same time, where claiming one after the
    /// other waits for each.
    pub(super) fn fetch(&self, ids: impl Iterator<Item = CommandId>) {
        let seen = ids.filter(|id| self.get(*id).is_some()).count();
        std::hint::black_box(seen);
    }

    /// Gives a new key to the entry at `sequence`, in one look-up.
    ///
    /// # Errors
    /// The place of the entry that has the key.
    pub(super) fn claim(&mut self, id: CommandId, sequence: Sequence) -> Result<(), Sequence> {
        match self.parts[part(id)].entry(Key::new(id.get())) {
            Entry::Occupied(first) => Err(*first.get()),
            Entry::Vacant(place) => {
                place.insert(sequence);
                Ok(())
            }
        }
    }

    /// Frees a key whose command was not recorded after all.
    pub(super) fn release(&mut self, id: CommandId) {
        let before = self.parts[part(id)].remove(&Key::new(id.get()));
        debug_assert!(before.is_some(), "only a claimed key is released");
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

    #[test]
    fn a_key_is_claimed_once_until_it_is_released() {
        let (mut ids, id) = (Ids::new(), CommandId::new(5));
        let second = Sequence::FIRST;
        assert_eq!(ids.claim(id, Sequence::FIRST), Ok(()));
        assert_eq!(ids.claim(id, second), Err(Sequence::FIRST));
        ids.release(id);
        assert_eq!(ids.get(id), None);
        assert_eq!(ids.claim(id, second), Ok(()));
    }
}
