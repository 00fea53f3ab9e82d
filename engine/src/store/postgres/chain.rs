//! One hash chain for each connection that writes, by the rules of the journal: a chain for all engines would be one row that all of
//! them fight for.

use crate::executor::push_entry;
use crate::journal::{Digest, EngineId, GroupBuffer, Merkle};
use crate::ledger::Outcome;
use crate::ledger::part::EntryRow;

/// Where a chain stands.
#[derive(Debug)]
pub(super) struct Chain {
    /// Whose it is: fresh for each connection, so that nothing which an earlier one left half done can meet it.
    pub(super) engine: EngineId,
    /// Links so far.
    pub(super) number: u64,
    hash: Digest,
    merkle: Merkle,
    buffer: GroupBuffer,
}

/// A link that may become one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub(super) number: u64,
    pub(super) first_sequence: u64,
    pub(super) entries: u32,
    pub(super) previous: Digest,
    pub(super) hash: Digest,
}

impl Chain {
    pub(super) fn new(engine: EngineId) -> Self {
        Self {
            engine,
            number: 0,
            hash: Digest::default(),
            merkle: Merkle::default(),
            buffer: GroupBuffer::default(),
        }
    }

    /// The link that these entries make next, at that time.
    pub(super) fn link(&mut self, entries: &[EntryRow], time_ns: u64) -> Link {
        self.buffer.clear();
        for (sequence, entry) in entries {
            let outcome = Outcome::Recorded {
                status: entry.status(),
                sequence: *sequence,
            };
            push_entry(&mut self.buffer, &entry.command(), &outcome, &[]);
        }
        let (first_sequence, count) = (self.buffer.first_sequence(), self.buffer.count());
        let (_, hash) = self
            .buffer
            .seal(self.engine, time_ns, &self.hash, &mut self.merkle);
        Link {
            number: self.number + 1,
            first_sequence,
            entries: count,
            previous: self.hash,
            hash,
        }
    }

    /// The link was committed.
    pub(super) fn advance(&mut self, link: &Link) {
        self.number = link.number;
        self.hash = link.hash;
    }
}
