//! Reads a journal behind its writer, group by group, without disturbing it: for the audit log and the regulator's export.

use super::frame::{
    EngineId, GROUP_HEADER, GROUP_MAGIC, Group, SEGMENT_BYTES, SEGMENT_HEADER, SegmentHeader,
    framed, u32_at,
};
use super::{Digest, JournalError, chain, genesis, segment_name};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// How far a reader may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// To that sequence, which is durable: what is not there is damage.
    Durable(u64),
    /// To the end of a journal that nobody writes, whose watermark is that sequence; a torn group behind it is left out.
    End(u64),
}

/// A reader from the first group on.
#[derive(Debug)]
pub struct Tail {
    folder: PathBuf,
    segment: Option<Segment>,
    engine: Option<EngineId>,
    next_sequence: u64,
    previous: Digest,
    bytes: Vec<u8>,
}

#[derive(Debug)]
struct Segment {
    name: String,
    file: File,
    offset: u64,
}

impl Tail {
    /// A reader of the journal in a folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            segment: None,
            engine: None,
            next_sequence: 1,
            previous: [0; 32],
            bytes: Vec::new(),
        }
    }

    /// The sequence of the next group's first entry.
    pub const fn next_sequence(&self) -> u64 {
        self.next_sequence
    }

    /// Whose journal it is; `None` before the first segment was opened.
    pub const fn engine(&self) -> Option<EngineId> {
        self.engine
    }

    /// The next group and whose it is; `None` if there is none up to `until`. Its frame, its own hash and its link to the one before are checked;
    /// that its entries give its root is not.
    ///
    /// # Errors
    /// What the system says, or bytes that are not those of the next group.
    pub fn next(&mut self, until: Until) -> Result<Option<(EngineId, Group<'_>)>, JournalError> {
        if matches!(until, Until::Durable(durable) if self.next_sequence > durable) {
            return Ok(None);
        }
        let engine = loop {
            if let Some(engine) = self.engine
                && self.fill(engine, until)?
            {
                break engine;
            }
            if !self.open_next(until)? {
                return Ok(None);
            }
        };
        let group = Group::checked(&self.bytes);
        self.next_sequence = group.last_sequence() + 1;
        self.previous = group.hash;
        Ok(Some((engine, group)))
    }

    /// Reads the group at the segment's offset; `false` if there is none.
    fn fill(&mut self, engine: EngineId, until: Until) -> Result<bool, JournalError> {
        let Some(segment) = &mut self.segment else {
            return Ok(false);
        };
        let bytes = &mut self.bytes;
        bytes.clear();
        bytes.resize(GROUP_HEADER, 0);
        if !segment.read(bytes)? || bytes[..4] != GROUP_MAGIC {
            return Ok(false);
        }
        let length = (u32_at(bytes, 4) as usize).clamp(GROUP_HEADER, SEGMENT_BYTES);
        bytes.resize(length, 0);
        let whole = segment.read(bytes)?;
        let problem = match framed(bytes, engine) {
            _ if !whole => Some("the group is cut off"),
            Err(problem) => Some(problem),
            Ok(framed) if framed.len() != length => Some("the group has an impossible length"),
            Ok(_) => None,
        };
        if let Some(problem) = problem {
            return match until {
                // Cut off at the end, as at a start.
                Until::End(_) => Ok(false),
                Until::Durable(_) => Err(segment.damaged(problem)),
            };
        }
        let group = Group::checked(bytes);
        let head = &bytes[..bytes.len() - size_of::<Digest>()];
        if group.first_sequence != self.next_sequence || group.previous != self.previous {
            return Err(segment.damaged("the group does not follow the one before"));
        }
        if chain::group_hash(head) != group.hash {
            return Err(segment.damaged("the group has a wrong hash"));
        }
        segment.offset += length as u64;
        Ok(true)
    }

    /// Goes on to the segment that starts with the next sequence; `false` if there is none and need not be.
    fn open_next(&mut self, until: Until) -> Result<bool, JournalError> {
        let name = segment_name(self.next_sequence);
        if self.segment.as_ref().is_some_and(|now| now.name == name) {
            return self.ended(until);
        }
        let file = match File::open(self.folder.join(&name)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return self.ended(until),
            Err(error) => return Err(JournalError::io("open", &name)(error)),
        };
        let mut segment = Segment {
            name,
            file,
            offset: 0,
        };
        let mut bytes = [0; SEGMENT_HEADER];
        let whole = segment.read(&mut bytes)?;
        let header = SegmentHeader::decode(&bytes).map_err(|problem| segment.damaged(problem))?;
        let same = self.engine.is_none_or(|engine| engine == header.engine);
        if !whole
            || !same
            || header.first_sequence != self.next_sequence
            || header.previous != self.previous
        {
            return Err(segment.damaged("the segment does not follow the one before"));
        }
        segment.offset = SEGMENT_HEADER as u64;
        if self.next_sequence == 1 {
            let bytes = segment.at_most(genesis::BYTES_MAX)?;
            if let Some(genesis) = genesis::decode(&bytes, header.engine) {
                segment.offset += genesis.length as u64;
                self.previous = genesis.hash;
            }
        }
        self.engine = Some(header.engine);
        self.segment = Some(segment);
        Ok(true)
    }

    /// Judges the end of what is there.
    fn ended(&self, until: Until) -> Result<bool, JournalError> {
        let (name, offset) = match &self.segment {
            Some(segment) => (segment.name.clone(), segment.offset),
            None => (segment_name(self.next_sequence), 0),
        };
        let (Until::Durable(durable) | Until::End(durable)) = until;
        if self.next_sequence > durable {
            return Ok(false);
        }
        Err(JournalError::BelowWatermark {
            found: self.next_sequence - 1,
            watermark: durable,
            name,
            offset,
        })
    }
}

impl Segment {
    /// Fills the bytes from the offset on; `false` where the file ends before.
    fn read(&self, bytes: &mut [u8]) -> Result<bool, JournalError> {
        match self.file.read_exact_at(bytes, self.offset) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(JournalError::io("read", &self.name)(error)),
        }
    }

    /// The bytes from the offset on, as many as there are.
    fn at_most(&self, count: usize) -> Result<Vec<u8>, JournalError> {
        let (mut bytes, mut filled) = (vec![0; count], 0);
        while filled < count {
            match self
                .file
                .read_at(&mut bytes[filled..], self.offset + filled as u64)
            {
                Ok(0) => break,
                Ok(more) => filled += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(JournalError::io("read", &self.name)(error)),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    fn damaged(&self, what: &'static str) -> JournalError {
        JournalError::Damaged {
            name: self.name.clone(),
            offset: self.offset,
            what,
        }
    }
}
