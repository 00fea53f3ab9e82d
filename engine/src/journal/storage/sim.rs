//! A storage in memory that forgets: at a crash each sector that was written since the last sync is kept, or not, by a seeded draw.
//!
//! So writes are torn at sectors and reach the disk in any order, which is what a power loss may do. Names change at once and for
//! good: the journal syncs the directory after every change of a name.

use super::{Storage, StoredFile};
use record::splitmix::Draws;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// Small segments, so that tests change them often.
pub const SEGMENT: usize = 16 * 1024;
/// What a disk writes as one piece.
const SECTOR: usize = 512;

#[derive(Debug, Default, Clone)]
struct Stored {
    durable: Vec<u8>,
    written: Vec<u8>,
}

#[derive(Debug, Default)]
struct State {
    names: BTreeMap<String, usize>,
    files: Vec<Stored>,
    syncs: u64,
    fail_at: Option<u64>,
    held: bool,
}

impl State {
    fn number(&self, name: &str) -> io::Result<usize> {
        let missing = || io::Error::new(io::ErrorKind::NotFound, name.to_owned());
        self.names.get(name).copied().ok_or_else(missing)
    }
}

/// The disk; clones are the same one.
#[derive(Debug, Default, Clone)]
pub struct Sim {
    state: Arc<Mutex<State>>,
    released: Arc<Condvar>,
}

#[derive(Debug)]
struct SimFile {
    number: usize,
    sim: Sim,
}

impl Sim {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// The sync of that number, counted from now and from 1, and all later ones fail.
    pub fn fail_sync(&self, number: u64) {
        let mut state = self.state();
        state.fail_at = Some(state.syncs + number);
    }

    /// Lets syncs wait, or go on.
    pub fn hold_syncs(&self, held: bool) {
        self.state().held = held;
        self.released.notify_all();
    }

    /// Whether something was written that is not synced.
    pub fn has_writes(&self) -> bool {
        let differs = |stored: &Stored| stored.durable != stored.written;
        self.state().files.iter().any(differs)
    }

    pub fn syncs(&self) -> u64 {
        self.state().syncs
    }

    /// What is on the disk after the power went: synced bytes, and a drawn part of the sectors written since.
    pub fn crash(&self, seed: u64) -> Self {
        let mut draws = Draws::new(seed);
        let copy = self.copy();
        for stored in &mut copy.state().files {
            let mut after = stored.durable.clone();
            after.resize(stored.written.len(), 0);
            let sectors = stored.written.chunks(SECTOR).zip(after.chunks_mut(SECTOR));
            for (written, kept) in sectors {
                if written != kept && draws.draw().is_multiple_of(2) {
                    kept.copy_from_slice(written);
                }
            }
            stored.written.clone_from(&after);
            stored.durable = after;
        }
        copy
    }

    /// Changes the bytes of a file behind everybody's back.
    pub fn tamper(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.state();
        let number = state.number(name).unwrap();
        let stored = &mut state.files[number];
        change(&mut stored.written);
        stored.durable.clone_from(&stored.written);
    }

    /// A copy whose fate is its own.
    pub fn copy(&self) -> Self {
        let state = self.state();
        let state = State {
            names: state.names.clone(),
            files: state.files.clone(),
            ..State::default()
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            released: Arc::default(),
        }
    }
}

impl Storage for Sim {
    fn segment_bytes(&self) -> usize {
        SEGMENT
    }

    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.state().names.keys().cloned().collect())
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let state = self.state();
        Ok(state.files[state.number(name)?].written.clone())
    }

    fn create(&self, name: &str, reserve: u64) -> io::Result<Box<dyn StoredFile>> {
        let zeros = vec![0; reserve as usize];
        let mut state = self.state();
        let number = state.files.len();
        state.files.push(Stored {
            durable: zeros.clone(),
            written: zeros,
        });
        state.names.insert(name.to_owned(), number);
        drop(state);
        self.open(name)
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        Ok(Box::new(SimFile {
            number: self.state().number(name)?,
            sim: self.clone(),
        }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = self.state();
        let number = state.number(from)?;
        state.names.remove(from);
        state.names.insert(to.to_owned(), number);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = self.state();
        state.number(name)?;
        state.names.remove(name);
        Ok(())
    }
}

impl SimFile {
    fn with(&self, change: impl FnOnce(&mut Stored)) {
        change(&mut self.sim.state().files[self.number]);
    }
}

impl StoredFile for SimFile {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.with(|stored| {
            let end = offset as usize + bytes.len();
            if stored.written.len() < end {
                stored.written.resize(end, 0);
            }
            stored.written[offset as usize..end].copy_from_slice(bytes);
        });
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        {
            let mut state = self.sim.state();
            while state.held {
                state = self.sim.released.wait(state).unwrap();
            }
            state.syncs += 1;
            if state.fail_at.is_some_and(|at| state.syncs >= at) {
                return Err(io::Error::other("the disk is gone"));
            }
        }
        self.with(|stored| stored.durable.clone_from(&stored.written));
        Ok(())
    }

    fn cut(&mut self, offset: u64, length: u64) -> io::Result<()> {
        self.with(|stored| {
            stored.written.truncate(offset as usize);
            stored.written.resize(length as usize, 0);
            stored.durable.clone_from(&stored.written);
        });
        Ok(())
    }
}
