//! The snapshot thread: now and then it reads the newest snapshot and the segments behind it that were ended, and writes a new one.
//!
//! It works on a ledger of its own, so the executor never waits for it, and every snapshot is a test of the replay as well: an
//! outcome that comes out another time is a ledger that cannot be trusted. The price is memory for a second ledger meanwhile.

use super::failure::Failure;
use super::open::{empty, newest};
use super::replay;
use crate::journal::{From, JournalError, Storage, owner, read_closed, segments, snapshot};
use crate::ledger::{Ledger, Limits, TokenSpec};
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

/// Time between two looks.
const PERIOD: Duration = Duration::from_secs(1);

/// When snapshots are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotPolicy {
    /// Segments of 64 MiB that were ended since the last one; 0 makes none.
    pub segments: u64,
    /// Or this time since the last one, if a segment was ended meanwhile.
    pub interval: Duration,
    /// Whether an orderly end leaves one, in a folder that stays.
    pub at_end: bool,
}

impl Default for SnapshotPolicy {
    /// 64 segments, which hold about 29 million entries and take half a minute to replay; or an hour.
    fn default() -> Self {
        Self {
            segments: 64,
            interval: Duration::from_hours(1),
            at_end: true,
        }
    }
}

/// The thread's things.
pub(super) struct Snapshots {
    pub(super) storage: Arc<dyn Storage>,
    pub(super) limits: Limits,
    pub(super) tokens: Vec<TokenSpec>,
    pub(super) policy: SnapshotPolicy,
    pub(super) failure: Arc<Failure>,
    /// The sequence of the newest one.
    pub(super) last: u64,
}

impl Snapshots {
    /// Works until the sender is dropped.
    pub(super) fn run(mut self, ended: &Receiver<()>) {
        let mut since = Instant::now();
        while ended.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
            if !self.is_due(since.elapsed()) {
                continue;
            }
            // A ledger that comes out another time must not answer any more. After any other error the next start is slower, and no more:
            // whether the disk is full is found by the journal itself.
            if let Err(error @ (JournalError::Divergence { .. } | JournalError::Damaged { .. })) =
                self.make(ended)
            {
                self.failure.stop(error);
                return;
            }
            since = Instant::now();
        }
    }

    fn is_due(&self, passed: Duration) -> bool {
        let Ok(segments) = segments(self.storage.as_ref()) else {
            return false;
        };
        // The last one is being written; what begins behind the snapshot was not in it.
        let ended = segments.len().saturating_sub(1);
        let new = segments[..ended]
            .iter()
            .filter(|first| **first > self.last)
            .count() as u64;
        self.policy.segments > 0
            && (new >= self.policy.segments || new > 0 && passed >= self.policy.interval)
    }

    fn make(&mut self, ended: &Receiver<()>) -> Result<(), JournalError> {
        let storage = self.storage.as_ref();
        let (kept, _) = newest(storage, self.limits)?;
        let (from, mut ledger) = match kept {
            Some(kept) => kept,
            None => (From::START, empty(self.limits, &self.tokens)?),
        };
        let reached = read_closed(storage, from, &mut |group| {
            if ended.try_recv() == Err(TryRecvError::Disconnected) {
                let error = io::Error::from(io::ErrorKind::Interrupted);
                return Err(JournalError::io("make", "a snapshot")(error));
            }
            replay::group(&mut ledger, group)
        })?;
        if let Some(reached) = reached {
            store(storage, reached, &ledger)?;
            self.last = reached.sequence;
        }
        Ok(())
    }
}

/// Makes a snapshot of a ledger that is all of the journal up to that place.
///
/// # Errors
/// What the system says.
pub(super) fn store(
    storage: &dyn Storage,
    from: From,
    ledger: &Ledger,
) -> Result<(), JournalError> {
    let Some(engine) = owner(storage)? else {
        return Ok(());
    };
    snapshot::store(storage, engine, from, &mut |sink| ledger.export(sink))
}
