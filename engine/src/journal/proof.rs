//! Proofs that some entries are those of a group: the digests of the subtrees that hold none of them.
//!
//! The tree is that of [`super::Merkle`]. Walking it from its root, left before right, a subtree without a chosen leaf gives its
//! digest, a chosen leaf nothing, and any other subtree what its halves give. Whoever has the chosen entries walks the same way and
//! gets the root. Many entries of one group share their digests; all entries of a group need none.

use super::Digest;
use super::chain::{node, root_of_leaves};

/// Leaves of a tree's left half: the largest power of two below `count`, which is at least 2.
const fn left_half(count: u32) -> u32 {
    1 << (u32::BITS - 1 - (count - 1).leading_zeros())
}

/// Adds to `proof` what proves the leaves at the `chosen` places, which stand in rising order.
pub fn prove(leaves: &[Digest], chosen: &[u32], proof: &mut Vec<Digest>) {
    prove_from(leaves, 0, chosen, proof);
}

fn prove_from(leaves: &[Digest], first: u32, chosen: &[u32], proof: &mut Vec<Digest>) {
    if chosen.is_empty() {
        proof.extend(root_of_leaves(leaves.to_vec()));
        return;
    }
    if leaves.len() < 2 {
        return;
    }
    let middle = left_half(leaves.len() as u32);
    let (left, right) = leaves.split_at(middle as usize);
    let border = chosen.partition_point(|place| *place < first + middle);
    let (before, behind) = chosen.split_at(border);
    prove_from(left, first, before, proof);
    prove_from(right, first + middle, behind, proof);
}

/// The root of a tree of `count` leaves (which the root alone does not show: it stands in the head beside it), of which those at some places, in rising order, are known; `None` if the proof is not
/// exactly theirs.
pub fn root_from(count: u32, known: &[(u32, Digest)], proof: &[Digest]) -> Option<Digest> {
    let mut rest = proof;
    let root = root_below(0, count, known, &mut rest)?;
    rest.is_empty().then_some(root)
}

/// Only subtrees with known leaves are walked, so a huge count costs no more than its depth for each of them.
fn root_below(
    first: u32,
    count: u32,
    known: &[(u32, Digest)],
    proof: &mut &[Digest],
) -> Option<Digest> {
    if count == 0 {
        return None;
    }
    let Some((place, digest)) = known.first() else {
        let (digest, rest) = proof.split_first()?;
        *proof = rest;
        return Some(*digest);
    };
    if count == 1 {
        return (known.len() == 1 && *place == first).then_some(*digest);
    }
    let middle = left_half(count);
    let border = known.partition_point(|(place, _)| *place < first.saturating_add(middle));
    let (before, behind) = known.split_at(border);
    let left = root_below(first, middle, before, proof)?;
    let right = root_below(first.saturating_add(middle), count - middle, behind, proof)?;
    Some(node(&left, &right))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaves(count: u32) -> Vec<Digest> {
        (0..count).map(|at| [at as u8; 32]).collect()
    }

    fn known(leaves: &[Digest], chosen: &[u32]) -> Vec<(u32, Digest)> {
        let pair = |place: &u32| (*place, leaves[*place as usize]);
        chosen.iter().map(pair).collect()
    }

    fn choice() -> impl Strategy<Value = (u32, Vec<u32>)> {
        (1..200_u32).prop_flat_map(|count| {
            let chosen = proptest::collection::btree_set(0..count, 0..=count as usize);
            (
                Just(count),
                chosen.prop_map(|set| set.into_iter().collect()),
            )
        })
    }

    proptest! {
        #[test]
        fn chosen_leaves_and_their_proof_give_the_root((count, chosen) in choice()) {
            let leaves = leaves(count);
            let root = root_of_leaves(leaves.clone());
            let mut proof = Vec::new();
            prove(&leaves, &chosen, &mut proof);
            prop_assert_eq!(root_from(count, &known(&leaves, &chosen), &proof), root);
        }

        #[test]
        fn another_leaf_or_proof_gives_another_root(
            (count, chosen) in choice(), at: prop::sample::Index, what in 0..3,
        ) {
            prop_assume!(!chosen.is_empty());
            let leaves = leaves(count);
            let root = root_of_leaves(leaves.clone());
            let mut proof = Vec::new();
            prove(&leaves, &chosen, &mut proof);
            let mut known = known(&leaves, &chosen);
            match what {
                0 => known[at.index(chosen.len())].1[7] ^= 1,
                1 if !proof.is_empty() => { let at = at.index(proof.len()); proof[at][3] ^= 1; }
                _ => proof.push([0; 32]),
            }
            prop_assert_ne!(root_from(count, &known, &proof), root);
        }

        #[test]
        fn anything_is_answered(
            count: u32, places in proptest::collection::vec(any::<u32>(), 0..9), proof in proptest::collection::vec(any::<[u8; 32]>(), 0..40),
        ) {
            let known: Vec<_> = places.iter().map(|place| (*place, [1; 32])).collect();
            root_from(count, &known, &proof);
        }
    }

    #[test]
    fn all_leaves_need_no_proof_and_one_needs_the_depth() {
        let leaves = leaves(1024);
        let mut proof = Vec::new();
        prove(&leaves, &(0..1024).collect::<Vec<_>>(), &mut proof);
        assert!(proof.is_empty());
        prove(&leaves, &[77], &mut proof);
        assert_eq!(proof.len(), 10);
    }
}
