//! The bytes of the journal: segment headers, groups and entries. All integers are little-endian.
//!
//! ```text
//! segment header (96 bytes): magic 8 | version u32 | zero u32 | engine id 16 | first sequence u64 | previous hash 32 | zero 20 | crc32c u32
//! group: magic u32 | length u32 | crc32c u32 | count u32 | first sequence u64 | time_ns u64 | previous hash 32 | root 32 | entries | hash 32
//! entry: record 128 | sequence u64 | status u16 | flags u16 | role u16 | zero u16 | audit length u32 | audit bytes
//! ```
//!
//! The length of a group counts all its bytes. Its checksum covers all of them but the checksum itself, and starts from the
//! engine's id, which nobody outside knows: so no caller can hide a group with a right checksum inside the fields of a command.

use super::chain::{self, Digest, Merkle};
use super::head::GroupHead;

/// Bytes of a segment file.
pub const SEGMENT_BYTES: usize = 64 * 1024 * 1024;
/// Bytes in front of a segment's first group.
pub const SEGMENT_HEADER: usize = 96;
/// Bytes in front of a group's first entry.
pub const GROUP_HEADER: usize = 96;
/// Bytes of a record.
pub const RECORD_BYTES: usize = 128;
/// Bytes of an entry without audit bytes.
pub const ENTRY_BYTES: usize = 148;
/// The most audit bytes of an entry.
pub const AUDIT_BYTES_MAX: usize = 1024;

const SEGMENT_MAGIC: [u8; 8] = *b"tokjrnl\x01";
const VERSION: u32 = 1;
/// No ASCII, not zero, and no repeated byte.
pub(super) const GROUP_MAGIC: [u8; 4] = [0xd7, 0x4a, 0xf1, 0x9e];
const GROUP_LEAST: usize = GROUP_HEADER + ENTRY_BYTES + size_of::<Digest>();

/// What tells the journals of two engines apart; drawn once, when the directory is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EngineId(pub [u8; 16]);

impl EngineId {
    /// Where the checksums of this engine's groups start.
    fn seed(self) -> u32 {
        crc32c::crc32c(&self.0)
    }
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(array(bytes, at))
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(array(bytes, at))
}

/// `N` bytes at a place that the caller knows to exist.
pub(super) fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut found = [0; N];
    found.copy_from_slice(&bytes[at..at + N]);
    found
}

/// What a segment starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentHeader {
    /// Whose it is.
    pub engine: EngineId,
    /// The sequence of its first entry.
    pub first_sequence: u64,
    /// The hash of the group before; zeros before the first.
    pub previous: Digest,
}

impl SegmentHeader {
    /// The bytes.
    pub fn encode(&self) -> [u8; SEGMENT_HEADER] {
        let mut bytes = [0; SEGMENT_HEADER];
        bytes[..8].copy_from_slice(&SEGMENT_MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[16..32].copy_from_slice(&self.engine.0);
        bytes[32..40].copy_from_slice(&self.first_sequence.to_le_bytes());
        bytes[40..72].copy_from_slice(&self.previous);
        let crc = crc32c::crc32c(&bytes[..92]);
        bytes[92..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads a header; the error says what is wrong with it.
    pub fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        if bytes.len() < SEGMENT_HEADER {
            return Err("the segment header is cut off");
        }
        if bytes[..8] != SEGMENT_MAGIC {
            return Err("the segment has no magic");
        }
        if crc32c::crc32c(&bytes[..92]) != u32_at(bytes, 92) {
            return Err("the segment header has a wrong checksum");
        }
        if u32_at(bytes, 8) != VERSION {
            return Err("the segment has another format version");
        }
        Ok(Self {
            engine: EngineId(array(bytes, 16)),
            first_sequence: u64_at(bytes, 32),
            previous: array(bytes, 40),
        })
    }
}

/// What the engine adds to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Its place in the total order.
    pub sequence: u64,
    /// The number of its status.
    pub status: u16,
    /// Bits for readers of the journal; none are defined yet.
    pub flags: u16,
    /// The role of its caller; 0 when callers have no roles.
    pub role: u16,
}

/// An entry where it lies.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The command's record.
    pub record: &'a [u8; RECORD_BYTES],
    /// What the engine added.
    pub stamp: Stamp,
    /// Who did it, from where: bytes that the journal does not read.
    pub audit: &'a [u8],
    /// All its bytes, which its digest covers.
    pub bytes: &'a [u8],
}

impl<'a> Entry<'a> {
    /// The entry that fills these bytes; `None` if they are none, or more.
    pub fn whole(bytes: &'a [u8]) -> Option<Self> {
        let mut entries = Entries::new(bytes);
        let entry = entries.next()?;
        entries.rest.is_empty().then_some(entry)
    }
}

/// The entries of a group's entry bytes; ends early at bytes that are no entry.
#[derive(Debug, Clone)]
pub struct Entries<'a> {
    rest: &'a [u8],
}

impl<'a> Entries<'a> {
    /// Entries of these bytes.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The bytes of the next entry.
    fn split(&mut self) -> Option<&'a [u8]> {
        let audit = self.rest.get(ENTRY_BYTES - 4..ENTRY_BYTES)?;
        let audit = u32_at(audit, 0) as usize;
        if audit > AUDIT_BYTES_MAX {
            return None;
        }
        let (entry, rest) = self.rest.split_at_checked(ENTRY_BYTES + audit)?;
        self.rest = rest;
        Some(entry)
    }

    /// The bytes of all entries, one after the other; `None` unless exactly `count` of them fill the bytes.
    pub(super) fn each_of(bytes: &'a [u8], count: u32, mut visit: impl FnMut(&'a [u8])) -> bool {
        let mut entries = Self::new(bytes);
        for _ in 0..count {
            match entries.split() {
                Some(entry) => visit(entry),
                None => return false,
            }
        }
        entries.rest.is_empty()
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        let bytes = self.split()?;
        let record = bytes.first_chunk()?;
        let at = |at| u16::from_le_bytes(array(bytes, at));
        Some(Entry {
            record,
            stamp: Stamp {
                sequence: u64_at(bytes, 128),
                status: at(136),
                flags: at(138),
                role: at(140),
            },
            audit: &bytes[ENTRY_BYTES..],
            bytes,
        })
    }
}

/// A group that was read and found whole.
#[derive(Debug, Clone, Copy)]
pub struct Group<'a> {
    /// The sequence of its first entry.
    pub first_sequence: u64,
    /// Number of its entries, from 1.
    pub count: u32,
    /// When it was written, in nanoseconds of Unix time; never smaller than its predecessor's.
    pub time_ns: u64,
    /// The hash of the group before.
    pub previous: Digest,
    /// Its own hash.
    pub hash: Digest,
    /// All its bytes.
    pub bytes: &'a [u8],
}

impl<'a> Group<'a> {
    /// Reads the group at the start of `bytes` and checks all that can be checked without its predecessor.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn decode(
        bytes: &'a [u8],
        engine: EngineId,
        merkle: &mut Merkle,
    ) -> Result<Self, &'static str> {
        let bytes = framed(bytes, engine)?;
        let group = Self::checked(bytes);
        let head = &bytes[..bytes.len() - size_of::<Digest>()];
        let root = merkle.root(&head[GROUP_HEADER..], group.count);
        if root != Some(array(bytes, 64)) {
            return Err("the entries of the group do not give its root");
        }
        if chain::group_hash(head) != group.hash {
            return Err("the group has a wrong hash");
        }
        Ok(group)
    }

    /// The group in bytes that were decoded before, without checking them again.
    pub(super) fn checked(bytes: &'a [u8]) -> Self {
        Self {
            first_sequence: u64_at(bytes, 16),
            count: u32_at(bytes, 12),
            time_ns: u64_at(bytes, 24),
            previous: array(bytes, 32),
            hash: array(bytes, bytes.len() - size_of::<Digest>()),
            bytes,
        }
    }

    /// Its entries.
    pub fn entries(&self) -> Entries<'a> {
        Entries::new(self.entry_bytes())
    }

    /// The bytes of its entries.
    pub fn entry_bytes(&self) -> &'a [u8] {
        &self.bytes[GROUP_HEADER..self.bytes.len() - size_of::<Digest>()]
    }

    /// Its head.
    pub fn head(&self) -> GroupHead {
        GroupHead::of(array(self.bytes, 0))
    }

    /// The sequence of its last entry.
    pub fn last_sequence(&self) -> u64 {
        self.first_sequence + u64::from(self.count) - 1
    }
}

/// The first sequence of the group at the start, if its frame is whole; its digests are not looked at.
pub(super) fn first_of_whole_frame(bytes: &[u8], engine: EngineId) -> Option<u64> {
    framed(bytes, engine).ok().map(|bytes| u64_at(bytes, 16))
}

/// The bytes of the group at the start, if its length and checksum are right. A length is compared with what is there before it
/// is believed.
pub(super) fn framed(bytes: &[u8], engine: EngineId) -> Result<&[u8], &'static str> {
    if bytes.len() < GROUP_LEAST {
        return Err("the group is cut off");
    }
    if bytes[..4] != GROUP_MAGIC {
        return Err("the group has no magic");
    }
    let length = u32_at(bytes, 4) as usize;
    if length < GROUP_LEAST || length > bytes.len() {
        return Err("the group has an impossible length");
    }
    let bytes = &bytes[..length];
    let crc = crc32c::crc32c_append(engine.seed(), &bytes[..8]);
    let crc = crc32c::crc32c_append(crc, &bytes[12..]);
    if crc != u32_at(bytes, 8) {
        return Err("the group has a wrong checksum");
    }
    let count = u32_at(bytes, 12);
    let last = u64_at(bytes, 16).checked_add(u64::from(count));
    if count == 0 || u64_at(bytes, 16) == 0 || last.is_none() {
        return Err("the group has an impossible count");
    }
    Ok(bytes)
}

/// A group in the making: its entries lie behind the room for its header, so nothing is copied when it is sealed.
#[derive(Debug)]
pub struct GroupBuffer {
    bytes: Vec<u8>,
    count: u32,
    first_sequence: u64,
}

impl Default for GroupBuffer {
    fn default() -> Self {
        Self {
            bytes: vec![0; GROUP_HEADER],
            count: 0,
            first_sequence: 0,
        }
    }
}

impl GroupBuffer {
    /// Adds an entry; sequences follow each other. Audit bytes beyond [`AUDIT_BYTES_MAX`] are left out.
    pub fn push(&mut self, record: &[u8; RECORD_BYTES], stamp: Stamp, audit: &[u8]) {
        let audit = &audit[..audit.len().min(AUDIT_BYTES_MAX)];
        if self.count == 0 {
            self.first_sequence = stamp.sequence;
        }
        debug_assert_eq!(
            stamp.sequence,
            self.first_sequence + u64::from(self.count),
            "sequences have no gaps"
        );
        self.count += 1;
        let mut tail = [0; ENTRY_BYTES - RECORD_BYTES];
        tail[..8].copy_from_slice(&stamp.sequence.to_le_bytes());
        tail[8..10].copy_from_slice(&stamp.status.to_le_bytes());
        tail[10..12].copy_from_slice(&stamp.flags.to_le_bytes());
        tail[12..14].copy_from_slice(&stamp.role.to_le_bytes());
        tail[16..].copy_from_slice(&(audit.len() as u32).to_le_bytes());
        self.bytes.extend_from_slice(record);
        self.bytes.extend_from_slice(&tail);
        self.bytes.extend_from_slice(audit);
    }

    /// Adds the entries of a buffer that follows this one, and empties it.
    pub fn append(&mut self, later: &mut Self) {
        if self.count == 0 {
            self.first_sequence = later.first_sequence;
        }
        self.bytes.extend_from_slice(&later.bytes[GROUP_HEADER..]);
        self.count += later.count;
        later.clear();
    }

    /// Forgets the entries and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.truncate(GROUP_HEADER);
        self.count = 0;
        self.first_sequence = 0;
    }

    /// Number of entries.
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// The sequence of the first entry; 0 if there is none.
    pub const fn first_sequence(&self) -> u64 {
        self.first_sequence
    }

    /// Bytes of the entries.
    pub fn entry_bytes(&self) -> usize {
        self.bytes.len() - GROUP_HEADER
    }

    /// Fills in header and hash: the bytes to write, and the hash. The buffer must be cleared before it is used again.
    pub(crate) fn seal(
        &mut self,
        engine: EngineId,
        time_ns: u64,
        previous: &Digest,
        merkle: &mut Merkle,
    ) -> (&[u8], Digest) {
        let bytes = &mut self.bytes;
        let root = merkle.root(&bytes[GROUP_HEADER..], self.count);
        let length = (bytes.len() + size_of::<Digest>()) as u32;
        bytes[..4].copy_from_slice(&GROUP_MAGIC);
        bytes[4..8].copy_from_slice(&length.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.count.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.first_sequence.to_le_bytes());
        bytes[24..32].copy_from_slice(&time_ns.to_le_bytes());
        bytes[32..64].copy_from_slice(previous);
        bytes[64..96].copy_from_slice(&root.unwrap_or_default());
        let hash = chain::group_hash(bytes);
        bytes.extend_from_slice(&hash);
        let crc = crc32c::crc32c_append(engine.seed(), &bytes[..8]);
        let crc = crc32c::crc32c_append(crc, &bytes[12..]);
        bytes[8..12].copy_from_slice(&crc.to_le_bytes());
        (bytes, hash)
    }
}

#[cfg(test)]
pub(super) mod tests;
