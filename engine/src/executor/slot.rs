//! The one open group, handed from the executor thread to the journal thread.
//!
//! The executor thread leaves its group in the slot after every round, and takes it back for the next one unless the journal thread
//! waits for it: so a group grows while the one before is synced, and never keeps an idle journal waiting. All commands of a group
//! are applied at the group's time, which is what makes them come out the same at a replay.

use super::Progress;
use super::item::{Completion, Refused};
use super::waiting::SyncClock;
use crate::journal::GroupBuffer;
use crate::ledger::Account;
use record::histogram::Histogram;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Entries of one write, and who waits for them.
#[derive(Debug, Default)]
pub(super) struct Open {
    pub(super) buffer: GroupBuffer,
    pub(super) time_ns: u64,
    pub(super) completions: Vec<Completion>,
    /// What a cache is told when it is durable.
    pub(super) changed: Vec<Account>,
}

/// Milliseconds of a time in nanoseconds.
pub(super) const fn ms(time_ns: u64) -> u64 {
    time_ns / 1_000_000
}

impl Open {
    /// The time at which its commands are applied, in milliseconds.
    pub(super) const fn now_ms(&self) -> u64 {
        ms(self.time_ns)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.buffer.count() == 0 && self.completions.is_empty()
    }
}

#[derive(Default)]
struct Slot {
    group: Option<Open>,
    spare: Vec<GroupBuffer>,
    journal_waits: bool,
    executor_waits: bool,
    ended: bool,
    failed: Option<Refused>,
}

/// What the threads of one executor share.
#[derive(Default)]
pub(super) struct Shared {
    slot: Mutex<Slot>,
    changed: Condvar,
    applied: AtomicU64,
    durable: AtomicU64,
    pub(super) syncs: SyncClock,
    sync_times: Mutex<Histogram>,
}

/// Buffers kept for reuse: one open, one under way.
const SPARE: usize = 2;
/// Bytes of entries at which a group takes no more: a fraction of a segment, and more than a second of work for the disk.
pub(super) const GROUP_BYTES: usize = 8 * 1024 * 1024;

impl Shared {
    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, slot: MutexGuard<'a, Slot>) -> MutexGuard<'a, Slot> {
        self.changed
            .wait(slot)
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes `open`, which is empty, the group of the last round, if the journal thread neither has it nor waits for it and it has
    /// room; otherwise `open` becomes a new group without a time.
    pub(super) fn reclaim(&self, open: &mut Open) {
        open.time_ns = 0;
        let mut slot = self.slot();
        let waits = slot.journal_waits;
        let growing = |group: &mut Open| !waits && group.buffer.entry_bytes() < GROUP_BYTES;
        if let Some(group) = slot.group.take_if(growing) {
            let empty = std::mem::replace(open, group);
            slot.spare.push(empty.buffer);
        } else if let Some(spare) = slot.spare.pop() {
            open.buffer = spare;
        }
    }

    /// Leaves a group for the journal thread. A group that it has not fetched yet is in the way: then `open` stays as it is.
    ///
    /// # Errors
    /// The journal has failed.
    pub(super) fn offer(&self, open: &mut Open) -> Result<(), Refused> {
        let mut slot = self.slot();
        if let Some(refused) = slot.failed {
            return Err(refused);
        }
        if slot.group.is_none() {
            slot.group = Some(std::mem::take(open));
            if slot.journal_waits {
                drop(slot);
                self.changed.notify_all();
            }
        }
        Ok(())
    }

    /// Waits until the journal thread has fetched the group in the slot.
    ///
    /// # Errors
    /// The journal has failed.
    pub(super) fn wait_fetched(&self) -> Result<(), Refused> {
        let mut slot = self.slot();
        while slot.group.is_some() && slot.failed.is_none() {
            slot.executor_waits = true;
            slot = self.wait(slot);
        }
        slot.executor_waits = false;
        slot.failed.map_or(Ok(()), Err)
    }

    /// The next group to write; `None` when there will be none.
    pub(super) fn fetch(&self) -> Option<Open> {
        let mut slot = self.slot();
        while slot.group.is_none() && !slot.ended {
            slot.journal_waits = true;
            slot = self.wait(slot);
        }
        slot.journal_waits = false;
        let group = slot.group.take();
        if slot.executor_waits {
            drop(slot);
            self.changed.notify_all();
        }
        group
    }

    /// Takes a buffer back for the next group.
    pub(super) fn give_back(&self, buffer: GroupBuffer) {
        let mut slot = self.slot();
        if slot.spare.len() < SPARE {
            slot.spare.push(buffer);
        }
    }

    /// The executor thread leaves no more groups.
    pub(super) fn end(&self) {
        self.slot().ended = true;
        self.changed.notify_all();
    }

    /// The journal thread writes no more; who waits in the slot is told.
    pub(super) fn fail(&self, refused: Refused) {
        let mut slot = self.slot();
        slot.failed = Some(refused);
        let group = slot.group.take();
        drop(slot);
        self.changed.notify_all();
        for completion in group.into_iter().flat_map(|group| group.completions) {
            completion.send(Err(refused));
        }
    }

    /// The last durable sequence.
    pub(super) fn durable(&self) -> u64 {
        self.durable.load(Ordering::Acquire)
    }

    /// Everything up to `sequence` is applied.
    pub(super) fn set_applied(&self, sequence: u64) {
        self.applied.store(sequence, Ordering::Relaxed);
    }

    /// Everything up to `sequence` is durable.
    pub(super) fn set_durable(&self, sequence: u64) {
        self.durable.store(sequence, Ordering::Release);
    }

    /// Counts a group and its sync.
    pub(super) fn count_sync(&self, took: Duration) {
        self.sync_times().record(took.as_nanos() as u64);
    }

    /// Taken once a sync by the journal thread, and by whoever asks how it fares.
    fn sync_times(&self) -> MutexGuard<'_, Histogram> {
        let times = self.sync_times.lock();
        times.unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn progress(&self, waiting: usize, shed: u64) -> Progress {
        let times = self.sync_times();
        Progress {
            applied: self.applied.load(Ordering::Relaxed),
            durable: self.durable(),
            groups: times.count(),
            sync_ns: times.sum_ns() as u64,
            sync_median_ns: times.quantile(0.5),
            waiting,
            shed,
        }
    }
}
