//! The samples of the last while, by time: bounded, read by range, so that any number of profiles share one sampler.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

/// Most samples kept; the oldest go first. At 32 bytes each this is 32 MiB.
const MAX_RECORDS: usize = 1 << 20;
/// Most different stacks; what comes later has no stack but keeps its weight.
const MAX_STACKS: usize = 1 << 16;

/// Most different names of threads; what comes later counts as the first one.
const MAX_THREADS: usize = 1 << 12;

/// Flag of a sample whose walk ended before the outermost frame.
pub(super) const TRUNCATED: u16 = 1;
/// Flag of a sample whose stack pointer was outside the thread's stack.
pub(super) const FOREIGN: u16 = 2;

/// One sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    /// Monotonic nanoseconds.
    pub time: u64,
    /// The request being served; 0 for none.
    pub request: u64,
    /// Ticks of the timer.
    pub weight: u32,
    /// Number of the stack in [`Store::stack`].
    pub stack: u32,
    /// Number of the thread's name in [`Store::thread`].
    pub thread: u16,
    /// [`TRUNCATED`], [`FOREIGN`].
    pub flags: u16,
    /// The thread.
    pub tid: i32,
}

/// Gives equal things one number.
#[derive(Debug)]
struct Interned<T: ?Sized> {
    ids: HashMap<Arc<T>, u32>,
    items: Vec<Arc<T>>,
}

impl<T: ?Sized + std::hash::Hash + Eq> Interned<T> {
    /// The number of the thing; 0, which stands for the first one, once there are `most`.
    fn id(&mut self, item: &T, most: usize) -> u32
    where
        Arc<T>: for<'a> From<&'a T>,
    {
        if let Some(&id) = self.ids.get(item) {
            return id;
        }
        if self.items.len() >= most {
            return 0;
        }
        let id = self.items.len() as u32;
        let item: Arc<T> = item.into();
        self.items.push(Arc::clone(&item));
        self.ids.insert(item, id);
        id
    }

    fn starting_with(item: &T) -> Self
    where
        Arc<T>: for<'a> From<&'a T>,
    {
        let mut interned = Self {
            ids: HashMap::new(),
            items: Vec::new(),
        };
        interned.id(item, usize::MAX);
        interned
    }
}

/// All samples that are kept.
#[derive(Debug)]
pub(super) struct Store {
    stacks: Interned<[u64]>,
    threads: Interned<str>,
    records: VecDeque<Record>,
    most_records: usize,
    overwritten: u64,
}

impl Store {
    /// An empty store that keeps a million samples.
    pub fn new() -> Self {
        Self::with_room(MAX_RECORDS)
    }

    fn with_room(most_records: usize) -> Self {
        Self {
            stacks: Interned::starting_with(&[]),
            threads: Interned::starting_with("exited"),
            records: VecDeque::new(),
            most_records,
            overwritten: 0,
        }
    }

    /// The number of a stack.
    pub fn stack_id(&mut self, frames: &[u64]) -> u32 {
        self.stacks.id(frames, MAX_STACKS)
    }

    /// The number of a thread's name.
    pub fn thread_id(&mut self, name: &str) -> u16 {
        self.threads.id(name, MAX_THREADS) as u16
    }

    /// Adds a sample; over the bound, the oldest one goes.
    pub fn add(&mut self, record: Record) {
        if self.records.len() >= self.most_records
            && let Some(oldest) = self.records.pop_front()
        {
            self.overwritten += u64::from(oldest.weight);
        }
        self.records.push_back(record);
    }

    /// The samples taken in a span of monotonic time.
    pub fn range(&self, span: Range<u64>) -> impl Iterator<Item = &Record> {
        let records = self.records.iter();
        records.filter(move |record| span.contains(&record.time))
    }

    /// The addresses of a stack, innermost first.
    pub fn stack(&self, id: u32) -> &Arc<[u64]> {
        &self.stacks.items[id as usize]
    }

    /// The name of a thread.
    pub fn thread(&self, id: u16) -> &Arc<str> {
        &self.threads.items[id as usize]
    }

    /// Weight of the samples that had to go.
    pub fn overwritten(&self) -> u64 {
        self.overwritten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(time: u64, stack: u32) -> Record {
        Record {
            time,
            request: 0,
            weight: 2,
            stack,
            thread: 0,
            flags: 0,
            tid: 1,
        }
    }

    #[test]
    fn a_sample_is_32_bytes_as_the_bound_assumes() {
        assert_eq!(std::mem::size_of::<Record>(), 32);
    }

    #[test]
    fn equal_stacks_are_one_and_ranges_are_half_open() {
        let mut store = Store::with_room(10);
        let first = store.stack_id(&[1, 2]);
        assert_eq!(store.stack_id(&[1, 2]), first);
        assert_ne!(store.stack_id(&[2, 1]), first);
        for time in [1, 2, 3] {
            store.add(record(time, first));
        }
        let times: Vec<_> = store.range(1..3).map(|record| record.time).collect();
        assert_eq!(times, [1, 2]);
        assert_eq!(store.stack(first)[..], [1, 2]);
    }

    #[test]
    fn the_oldest_samples_go_and_their_weight_is_counted() {
        let mut store = Store::with_room(2);
        (0..5).for_each(|time| store.add(record(time, 0)));
        let times: Vec<_> = store.range(0..9).map(|record| record.time).collect();
        assert_eq!(times, [3, 4]);
        assert_eq!(store.overwritten(), 6);
    }
}
