//! One pass over the segments: a thread that reads and checks, and the caller who visits.

use super::{Cut, Found, From, Visit};
use crate::journal::chain::Merkle;
use crate::journal::frame::{
    GROUP_MAGIC, Group, SEGMENT_HEADER, SegmentHeader, first_of_whole_frame,
};
use crate::journal::genesis;
use crate::journal::storage::Storage;
use crate::journal::writer::Position;
use crate::journal::{JournalError, segment_name, segments};
use std::ops::Range;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Checked segments that may wait for the visitor: with the two in hand, 256 MiB at most.
const AHEAD: usize = 2;

/// Where a journal ends.
#[derive(Debug)]
pub(super) struct End {
    /// The last segment.
    pub(super) name: String,
    /// Where its whole part ends.
    pub(super) offset: u64,
    /// What the next group follows.
    pub(super) position: Position,
    /// Bytes behind the whole part, up to the last one that is not zero.
    torn: u64,
    segments: u64,
    groups: u64,
}

impl End {
    pub(super) fn found(&self, from: From) -> Found {
        let last_sequence = self.position.next_sequence - 1;
        let cut = (self.torn > 0).then(|| Cut {
            name: self.name.clone(),
            offset: self.offset,
            bytes: self.torn,
        });
        Found {
            segments: self.segments,
            groups: self.groups,
            entries: last_sequence.saturating_sub(from.sequence),
            last_sequence,
            head: self.position.previous,
            cut,
        }
    }
}

/// A segment that was read and checked.
struct Checked {
    bytes: Vec<u8>,
    groups: Vec<Range<usize>>,
}

/// A pass that has found its first segment.
pub(super) struct Scan<'a> {
    storage: &'a dyn Storage,
    from: From,
    /// What the journal must begin with; `None` takes anything.
    definitions: Option<&'a [u8]>,
    segments: Vec<u64>,
    /// Whether all segments were ended.
    is_closed: bool,
}

impl<'a> Scan<'a> {
    /// Lists the segments that hold what lies behind `from`; `None` if there are no segments at all.
    pub(super) fn new(
        storage: &'a dyn Storage,
        from: From,
        definitions: Option<&'a [u8]>,
    ) -> Result<Option<Self>, JournalError> {
        let mut segments = segments(storage)?;
        // The one before the first that starts behind `from` contains the place, or ends there.
        let behind = segments.partition_point(|first| *first <= from.sequence.max(1));
        segments.drain(..behind.saturating_sub(1));
        Ok((!segments.is_empty()).then_some(Self {
            storage,
            from,
            definitions,
            segments,
            is_closed: false,
        }))
    }

    /// The same without the last segment, which somebody may be writing; `None` if it is the only one.
    pub(super) fn closed(mut self) -> Option<Self> {
        self.segments.pop();
        self.is_closed = true;
        (!self.segments.is_empty()).then_some(self)
    }

    /// Reads and checks on a thread of its own, visits on this one.
    pub(super) fn run(self, visit: &mut Visit<'_>) -> Result<End, JournalError> {
        let from = self.from.sequence;
        let (sender, receiver) = sync_channel(AHEAD);
        std::thread::scope(|scope| {
            let reader = scope.spawn(move || self.read(&sender));
            let visited = visit_all(receiver, from, visit);
            let read = reader
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            // The visitor saw only what was whole, so its error lies before the reader's.
            visited.and(read)
        })
    }

    fn read(self, sender: &SyncSender<Checked>) -> Result<End, JournalError> {
        let mut merkle = Merkle::default();
        let mut end: Option<End> = None;
        let last = self.segments.len() - 1;
        for (number, first) in self.segments.iter().enumerate() {
            let name = segment_name(*first);
            let bytes = self
                .storage
                .read(&name)
                .map_err(JournalError::io("read", &name))?;
            let before = end.as_ref().map(|end| &end.position);
            let position = self.start(&name, &bytes, *first, before)?;
            let mut walk = Walk {
                name: &name,
                bytes: &bytes,
                at: SEGMENT_HEADER,
                position,
                groups: Vec::new(),
            };
            if *first == 1 {
                self.genesis(&mut walk)?;
            }
            walk.groups(self.from, &mut merkle)?;
            let torn = walk.rest(number == last && !self.is_closed)?;
            let (offset, position) = (walk.at as u64, walk.position);
            let groups = walk.groups;
            let visited = groups.len() as u64;
            end = Some(End {
                name,
                offset,
                position,
                torn,
                segments: number as u64 + 1,
                groups: visited + end.map_or(0, |end| end.groups),
            });
            if sender.send(Checked { bytes, groups }).is_err() {
                // The visitor has stopped and says why.
                break;
            }
        }
        end.ok_or_else(|| damaged(".", 0, "there is no segment"))
    }

    /// What stands in front of the first group; it must be what is expected, unless the journal is empty.
    fn genesis(&self, walk: &mut Walk<'_>) -> Result<(), JournalError> {
        let behind = &walk.bytes[walk.at..];
        let genesis = genesis::decode(behind, walk.position.engine);
        let found = genesis.map_or(&[][..], |genesis| genesis.definitions);
        let is_new = genesis.is_none() && !behind.starts_with(&GROUP_MAGIC);
        if let Some(expected) = self.definitions
            && expected != found
            && !is_new
        {
            let found = found.to_vec();
            return Err(JournalError::OtherDefinitions { found });
        }
        if let Some(genesis) = genesis {
            walk.at += genesis.length;
            walk.position.previous = genesis.hash;
        }
        Ok(())
    }

    /// The position at a segment's start, after comparing its header with what must stand there.
    fn start(
        &self,
        name: &str,
        bytes: &[u8],
        first: u64,
        before: Option<&Position>,
    ) -> Result<Position, JournalError> {
        let header = SegmentHeader::decode(bytes).map_err(|what| damaged(name, 0, what))?;
        let position = Position {
            engine: header.engine,
            next_sequence: header.first_sequence,
            previous: header.previous,
            time_ns: before.map_or(0, |before| before.time_ns),
        };
        let expected = before.copied().unwrap_or(Position {
            // Nothing was read before: the name must be right, and a journal read from its start must start at 1.
            next_sequence: if self.from == From::START { 1 } else { first },
            ..position
        });
        if header.first_sequence != first || position.next_sequence != expected.next_sequence {
            return Err(damaged(
                name,
                32,
                "the segment does not follow the one before",
            ));
        }
        if position != expected {
            return Err(damaged(name, 16, "the segment belongs to another journal"));
        }
        Ok(position)
    }
}

fn visit_all(
    receiver: Receiver<Checked>,
    from: u64,
    visit: &mut Visit<'_>,
) -> Result<(), JournalError> {
    for segment in receiver {
        for range in segment.groups {
            let group = Group::checked(&segment.bytes[range]);
            if group.first_sequence > from {
                visit(&group)?;
            }
        }
    }
    Ok(())
}

fn damaged(name: &str, offset: usize, what: &'static str) -> JournalError {
    JournalError::Damaged {
        name: name.to_owned(),
        offset: offset as u64,
        what,
    }
}

/// A walk over the groups of one segment.
struct Walk<'a> {
    name: &'a str,
    bytes: &'a [u8],
    at: usize,
    position: Position,
    groups: Vec<Range<usize>>,
}

impl Walk<'_> {
    /// Goes on to the first place where no group is that follows the one before.
    fn groups(&mut self, from: From, merkle: &mut Merkle) -> Result<(), JournalError> {
        while let Ok(group) = Group::decode(&self.bytes[self.at..], self.position.engine, merkle) {
            if group.previous != self.position.previous
                || group.first_sequence != self.position.next_sequence
                || group.time_ns < self.position.time_ns
            {
                let what = "the group does not follow the one before";
                return Err(damaged(self.name, self.at, what));
            }
            self.position.previous = group.hash;
            self.position.next_sequence = group.last_sequence() + 1;
            self.position.time_ns = group.time_ns;
            if group.last_sequence() > from.sequence {
                if group.first_sequence <= from.sequence {
                    let what = "the snapshot does not end where a group ends";
                    return Err(damaged(self.name, self.at, what));
                }
                self.groups.push(self.at..self.at + group.bytes.len());
            } else if group.last_sequence() == from.sequence && group.hash != from.hash {
                let what = "the snapshot belongs to another history";
                return Err(damaged(self.name, self.at, what));
            }
            self.at += group.bytes.len();
        }
        Ok(())
    }

    /// Judges what lies behind the last group: the number of bytes of a torn group, 0 if all is zero.
    fn rest(&self, is_last: impl Into<Last>) -> Result<u64, JournalError> {
        let rest = &self.bytes[self.at..];
        let Some(last_byte) = rest.iter().rposition(|byte| *byte != 0) else {
            return Ok(0);
        };
        let problem = |what| Err(damaged(self.name, self.at, what));
        if is_last.into() == Last::No {
            return problem(
                "the bytes behind the last group are not zero, in a segment that was ended",
            );
        }
        if self.whole_group_follows(&rest[..=last_byte]) {
            return problem("it is no whole group, but a whole group follows");
        }
        Ok(last_byte as u64 + 1)
    }

    /// Whether a later group of this journal is whole somewhere in the bytes, at any place.
    fn whole_group_follows(&self, rest: &[u8]) -> bool {
        (1..rest.len().saturating_sub(GROUP_MAGIC.len())).any(|at| {
            rest[at..].starts_with(&GROUP_MAGIC)
                && first_of_whole_frame(&rest[at..], self.position.engine)
                    .is_some_and(|first| first > self.position.next_sequence)
        })
    }
}

/// Whether a segment is the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    Yes,
    No,
}

impl std::convert::From<bool> for Last {
    fn from(last: bool) -> Self {
        if last { Self::Yes } else { Self::No }
    }
}
