//! The head of a group away from its journal: what links it to its neighbours, and what its entries must give.

use super::Digest;
use super::chain::group_hash;
use super::frame::{GROUP_HEADER, GROUP_MAGIC, array, u32_at, u64_at};

/// The 96 bytes in front of a group's entries, without their checksum: that starts from the engine's secret id, and the hash does
/// not cover it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupHead([u8; GROUP_HEADER]);

impl GroupHead {
    pub(super) fn of(mut bytes: [u8; GROUP_HEADER]) -> Self {
        bytes[8..12].fill(0);
        Self(bytes)
    }

    /// Reads the bytes of a head; `None` if they are none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let head = Self(bytes.try_into().ok()?);
        let last = head.first_sequence().checked_add(u64::from(head.count()));
        let sound = bytes[..4] == GROUP_MAGIC && bytes[8..12] == [0; 4];
        (sound && head.count() > 0 && head.first_sequence() > 0 && last.is_some()).then_some(head)
    }

    /// The bytes.
    pub const fn bytes(&self) -> &[u8; GROUP_HEADER] {
        &self.0
    }

    /// The number of entries, from 1.
    pub fn count(&self) -> u32 {
        u32_at(&self.0, 12)
    }

    /// The sequence of the first entry.
    pub fn first_sequence(&self) -> u64 {
        u64_at(&self.0, 16)
    }

    /// The sequence of the last entry.
    pub fn last_sequence(&self) -> u64 {
        self.first_sequence() + u64::from(self.count()) - 1
    }

    /// When it was written, in nanoseconds of Unix time.
    pub fn time_ns(&self) -> u64 {
        u64_at(&self.0, 24)
    }

    /// The hash of the group before.
    pub fn previous(&self) -> Digest {
        array(&self.0, 32)
    }

    /// The root over the entries.
    pub fn root(&self) -> Digest {
        array(&self.0, 64)
    }

    /// The hash of the group.
    pub fn hash(&self) -> Digest {
        group_hash(&self.0)
    }
}
