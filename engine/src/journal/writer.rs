//! Writes groups behind each other, segment after segment.

use super::chain::{Digest, Merkle};
use super::frame::{EngineId, GroupBuffer, SEGMENT_HEADER, SegmentHeader};
use super::storage::{Storage, StoredFile};
use super::{JournalError, RESERVE, genesis, segment_name};
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// Where the next group goes, and what it follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Whose journal it is.
    pub engine: EngineId,
    /// The sequence of the next entry.
    pub next_sequence: u64,
    /// The hash of the last group; zeros before the first.
    pub previous: Digest,
    /// The time of the last group, in nanoseconds of Unix time.
    pub time_ns: u64,
}

impl Position {
    /// Before the first group.
    pub(super) const fn start(engine: EngineId) -> Self {
        Self {
            engine,
            next_sequence: 1,
            previous: [0; 32],
            time_ns: 0,
        }
    }
}

/// Room on the disk for the next segment, taken ahead: a full disk shows while the current segment has room.
pub struct Reserve {
    storage: Arc<dyn Storage>,
    file: Mutex<Option<Box<dyn StoredFile>>>,
}

impl fmt::Debug for Reserve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reserve").finish_non_exhaustive()
    }
}

impl Reserve {
    fn new(storage: Arc<dyn Storage>) -> Self {
        Self {
            storage,
            file: Mutex::new(None),
        }
    }

    /// Takes the room if it is not taken yet.
    ///
    /// # Errors
    /// What the system says: a full disk.
    pub fn fill(&self) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.is_none() {
            *file = Some(self.create()?);
        }
        Ok(())
    }

    fn create(&self) -> io::Result<Box<dyn StoredFile>> {
        let bytes = self.storage.segment_bytes();
        self.storage.create(RESERVE, bytes as u64)
    }

    /// The file becomes a segment: its header is durable before it gets the name of one.
    fn become_segment(&self, header: &SegmentHeader) -> io::Result<Box<dyn StoredFile>> {
        let mut slot = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut file = match slot.take() {
            Some(file) => file,
            None => self.create()?,
        };
        file.write_at(0, &header.encode())?;
        file.sync()?;
        let name = segment_name(header.first_sequence);
        self.storage.rename(RESERVE, &name)?;
        Ok(file)
    }
}

/// The end of a journal. After the first error it writes nothing any more.
pub struct Writer {
    file: Box<dyn StoredFile>,
    name: String,
    offset: u64,
    segment_bytes: u64,
    reserve: Arc<Reserve>,
    position: Position,
    merkle: Merkle,
    failed: bool,
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("name", &self.name)
            .field("offset", &self.offset)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

impl Writer {
    /// The first segment of a new journal.
    pub(super) fn create(
        storage: &Arc<dyn Storage>,
        engine: EngineId,
    ) -> Result<Self, JournalError> {
        let position = Position::start(engine);
        let reserve = Reserve::new(Arc::clone(storage));
        let header = header(&position);
        let name = segment_name(header.first_sequence);
        let file = reserve
            .become_segment(&header)
            .map_err(JournalError::io("make", &name))?;
        Ok(Self::new(
            storage,
            reserve,
            file,
            SEGMENT_HEADER as u64,
            position,
            name,
        ))
    }

    /// Writes what the journal begins with, and makes it durable. Does nothing where something stands already, or if there is nothing
    /// to write.
    pub(super) fn begin(&mut self, definitions: &[u8]) -> Result<(), JournalError> {
        if definitions.is_empty() || self.position != Position::start(self.position.engine) {
            return Ok(());
        }
        self.guarded(|writer| {
            let (bytes, hash) = genesis::encode(writer.position.engine, definitions);
            writer
                .file
                .write_at(writer.offset, &bytes)
                .and_then(|()| writer.file.sync())
                .map_err(JournalError::io("write", &writer.name))?;
            writer.offset += bytes.len() as u64;
            writer.position.previous = hash;
            Ok(())
        })
    }

    /// Goes on in a segment at `offset`, behind which it holds zeros only.
    pub(super) fn resume(
        storage: &Arc<dyn Storage>,
        name: String,
        offset: u64,
        position: Position,
    ) -> Result<Self, JournalError> {
        let file = storage
            .open(&name)
            .map_err(JournalError::io("open", &name))?;
        let reserve = Reserve::new(Arc::clone(storage));
        Ok(Self::new(storage, reserve, file, offset, position, name))
    }

    fn new(
        storage: &Arc<dyn Storage>,
        reserve: Reserve,
        file: Box<dyn StoredFile>,
        offset: u64,
        position: Position,
        name: String,
    ) -> Self {
        Self {
            file,
            name,
            offset,
            segment_bytes: storage.segment_bytes() as u64,
            reserve: Arc::new(reserve),
            position,
            merkle: Merkle::default(),
            failed: false,
        }
    }

    /// Where the next group goes.
    pub const fn position(&self) -> &Position {
        &self.position
    }

    /// The room for the next segment, to be filled by somebody who has time.
    pub fn reserve(&self) -> Arc<Reserve> {
        Arc::clone(&self.reserve)
    }

    /// Writes the buffer as one group, and empties it. It is durable after [`Writer::sync`] only, which must follow before the next.
    ///
    /// The group's time is `time_ns`, or one nanosecond after its predecessor's if the clock went back.
    ///
    /// # Errors
    /// What the system says, now or at an earlier call: nothing is written after an error.
    pub fn write(&mut self, group: &mut GroupBuffer, time_ns: u64) -> Result<(), JournalError> {
        self.guarded(|writer| {
            let length = (group.entry_bytes() + crate::journal::frame::GROUP_HEADER + 32) as u64;
            // A segment without groups would only be made again under its own name.
            if writer.offset + length > writer.segment_bytes && writer.has_groups() {
                writer.next_segment()?;
            }
            writer.append(group, time_ns)
        })
    }

    /// Makes what was written durable.
    ///
    /// # Errors
    /// As [`Writer::write`].
    pub fn sync(&mut self) -> Result<(), JournalError> {
        self.guarded(|writer| {
            writer
                .file
                .sync()
                .map_err(JournalError::io("sync", &writer.name))
        })
    }

    fn append(&mut self, group: &mut GroupBuffer, time_ns: u64) -> Result<(), JournalError> {
        debug_assert_eq!(group.first_sequence(), self.position.next_sequence);
        let position = &mut self.position;
        let time_ns = time_ns.max(position.time_ns + 1);
        let count = u64::from(group.count());
        let (bytes, hash) = group.seal(
            position.engine,
            time_ns,
            &position.previous,
            &mut self.merkle,
        );
        self.file
            .write_at(self.offset, bytes)
            .map_err(JournalError::io("write", &self.name))?;
        self.offset += bytes.len() as u64;
        position.next_sequence += count;
        position.previous = hash;
        position.time_ns = time_ns;
        group.clear();
        Ok(())
    }

    fn has_groups(&self) -> bool {
        segment_name(self.position.next_sequence) != self.name
    }

    fn next_segment(&mut self) -> Result<(), JournalError> {
        let header = header(&self.position);
        self.name = segment_name(header.first_sequence);
        self.file = self
            .reserve
            .become_segment(&header)
            .map_err(JournalError::io("make", &self.name))?;
        self.offset = SEGMENT_HEADER as u64;
        Ok(())
    }

    /// Runs a step unless an earlier one failed, and remembers a failure.
    fn guarded(
        &mut self,
        step: impl FnOnce(&mut Self) -> Result<(), JournalError>,
    ) -> Result<(), JournalError> {
        if self.failed {
            let error = io::Error::other("an earlier write or sync failed");
            return Err(JournalError::io("write", &self.name)(error));
        }
        let result = step(self);
        self.failed = result.is_err();
        result
    }
}

fn header(position: &Position) -> SegmentHeader {
    SegmentHeader {
        engine: position.engine,
        first_sequence: position.next_sequence,
        previous: position.previous,
    }
}
