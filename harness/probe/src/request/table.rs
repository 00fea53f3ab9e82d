//! The last requests of this process: bounded, the oldest overwritten and counted.
//!
//! An id is a number (see [`super::ids`]) that says where its record lies, so that a sample's request is found without a search.
//! Requests that still run are in it too, or their samples would have no name.

#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "tells the processor what will be written")
)]

use std::ops::Range;

use parking_lot::Mutex;

use super::ids::BLOCK;
use super::ledger::Ledger;

/// Parts with a lock of their own; a power of two.
const PARTS: usize = 64;
/// Ids of one block have their records side by side: a thread writes one after the other, where a place far away would be a wait for
/// memory at each request, and has the part's lock mostly for itself.
const SIDE_BY_SIDE: usize = BLOCK as usize;
/// Bytes that are fetched together.
#[cfg(target_arch = "x86_64")]
const CACHE_LINE: usize = 64;
/// Longest `x-request-id` that is kept.
pub(super) const MAX_HEADER: usize = 64;

/// What the client called a request: at most [`MAX_HEADER`] visible ASCII characters, in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name {
    bytes: [u8; MAX_HEADER],
    length: u8,
}

impl Name {
    /// The header's value, if it is fit to be kept.
    pub fn of(header: &[u8]) -> Option<Self> {
        let fit = !header.is_empty()
            && header.len() <= MAX_HEADER
            && header.iter().all(u8::is_ascii_graphic);
        fit.then(|| {
            let mut bytes = [0; MAX_HEADER];
            bytes[..header.len()].copy_from_slice(header);
            Self {
                bytes,
                length: header.len() as u8,
            }
        })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.length));
        std::str::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
    }
}

/// What is known of one request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    /// Its number; never 0.
    pub id: u64,
    /// What the client called it; `None` if it gave no name that could be kept.
    pub name: Option<Name>,
    /// Route template.
    pub route: &'static str,
    /// Method.
    pub method: &'static str,
    /// Status of the answer; 0 while it runs, or if its client went away.
    pub status: u16,
    /// Where its time went. Only the start is set while it runs.
    pub ledger: Ledger,
}

/// What is known of a request that begins: see [`Entry`].
#[derive(Debug)]
pub(crate) struct Begun {
    pub id: u64,
    pub name: Option<Name>,
    pub route: &'static str,
    pub method: &'static str,
    /// When, in monotonic nanoseconds.
    pub started: u64,
}

impl Entry {
    /// The client's name for it, or one of ours.
    pub fn called(&self) -> String {
        match &self.name {
            Some(name) => name.as_str().to_owned(),
            None => format!("probe-{}", self.id),
        }
    }
}

/// One part of the table, with room for all of its entries from the start: a request must not allocate for its record. Pages
/// that were never written take no memory. No two parts share a cache line: they are other threads'.
#[derive(Debug)]
#[repr(align(128))]
struct Part {
    /// The numbers of the entries, 0 for none. Apart from them, because an entry is cold when its place is taken again: it can be written
    /// without waiting for it, but not read.
    ids: Vec<u64>,
    entries: Vec<Entry>,
    /// How many records were lost to newer ones.
    overwritten: u64,
}

impl Part {
    fn get(&self, place: usize, id: u64) -> Option<&Entry> {
        (*self.ids.get(place)? == id).then(|| self.entries.get(place))?
    }
}

/// The table.
#[derive(Debug)]
pub(crate) struct Table {
    parts: Box<[Mutex<Part>]>,
    most_in_part: usize,
}

impl Table {
    /// A table for that many requests, whose memory is taken as it fills.
    pub fn with_room(most: usize) -> Self {
        let most_in_part = (most / PARTS).max(1).next_multiple_of(SIDE_BY_SIDE);
        let part = |_| {
            Mutex::new(Part {
                ids: Vec::with_capacity(most_in_part),
                entries: Vec::with_capacity(most_in_part),
                overwritten: 0,
            })
        };
        Self {
            parts: (0..PARTS).map(part).collect(),
            most_in_part,
        }
    }

    fn part(&self, id: u64) -> (&Mutex<Part>, usize) {
        let (block, in_block) = (id as usize / SIDE_BY_SIDE, id as usize % SIDE_BY_SIDE);
        let place = block / PARTS * SIDE_BY_SIDE + in_block;
        (&self.parts[block % PARTS], place % self.most_in_part)
    }

    /// Writes the record of a request that begins. An older request in its place is lost; if that has a higher number, this one
    /// is.
    pub fn begin(&self, begun: &Begun) {
        let (part, place) = self.part(begun.id);
        let mut part = part.lock();
        let part = &mut *part;
        if part.ids.len() <= place {
            part.ids.resize(place + 1, 0);
            part.entries.resize_with(place + 1, Entry::default);
        }
        let old = &mut part.ids[place];
        if *old > begun.id {
            return;
        }
        part.overwritten += u64::from(*old > 0);
        *old = begun.id;
        let entry = &mut part.entries[place];
        entry.id = begun.id;
        entry.name = begun.name;
        entry.route = begun.route;
        entry.method = begun.method;
        entry.status = 0;
        // The rest is the older request's until the end: readers leave it out.
        entry.ledger.started = begun.started;
        entry.ledger.ended = 0;
        if let Some(next) = part.entries.get(place + 1) {
            fetch(next);
        }
    }

    /// Completes the record of a request, if it is still there.
    pub fn end(&self, id: u64, status: u16, ledger: &Ledger) {
        let (part, place) = self.part(id);
        let mut part = part.lock();
        if part.ids.get(place) == Some(&id)
            && let Some(entry) = part.entries.get_mut(place)
        {
            entry.status = status;
            entry.ledger = *ledger;
        }
    }

    /// A request by its number, if it is still there.
    pub fn get(&self, id: u64) -> Option<Entry> {
        let (part, place) = self.part(id);
        let mut entry = part.lock().get(place, id)?.clone();
        if entry.ledger.ended == 0 {
            entry.ledger = Ledger::new(entry.ledger.started);
        }
        Some(entry)
    }

    /// The first requests behind number `after` that ended in a span of monotonic time, at most `most`, in order; and the
    /// number of the last of them if there are more.
    pub fn ended_in(
        &self,
        span: &Range<u64>,
        after: u64,
        most: usize,
    ) -> (Vec<Entry>, Option<u64>) {
        let mut ids = Vec::new();
        for part in &self.parts {
            let part = part.lock();
            let entries = part.ids.iter().zip(&part.entries);
            let ended = entries.filter(|(id, entry)| {
                let ended = entry.ledger.ended;
                **id > after && ended > 0 && span.contains(&ended)
            });
            ids.extend(ended.map(|(id, _)| *id));
        }
        ids.sort_unstable();
        let more = ids.len() > most;
        ids.truncate(most);
        let next = ids.last().copied().filter(|_| more);
        // What was overwritten since is gone; that is counted.
        (
            ids.into_iter().filter_map(|id| self.get(id)).collect(),
            next,
        )
    }

    /// How many records were lost to newer ones.
    pub fn overwritten(&self) -> u64 {
        self.parts.iter().map(|part| part.lock().overwritten).sum()
    }
}

/// Has the memory of an entry fetched, which the thread's next request will write: to wait for it then, at the first instruction that
/// waits for writes, took about a tenth of the time of a record.
fn fetch(entry: &Entry) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_ET0, _mm_prefetch};
        let lines = std::ptr::from_ref(entry).cast::<[i8; CACHE_LINE]>();
        for line in 0..size_of::<Entry>().div_ceil(CACHE_LINE) {
            // SAFETY: the processor is told an address, nothing is read.
            unsafe { _mm_prefetch::<_MM_HINT_ET0>(lines.wrapping_add(line).cast()) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = entry;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun(id: u64) -> Begun {
        Begun {
            id,
            name: Name::of(format!("run-{id}").as_bytes()),
            route: "/x",
            method: "GET",
            started: 1,
        }
    }

    fn ended(time: u64) -> Ledger {
        let mut ledger = Ledger::new(1);
        ledger.end(time);
        ledger
    }

    fn all(table: &Table, span: Range<u64>) -> Vec<Entry> {
        table.ended_in(&span, 0, usize::MAX).0
    }

    #[test]
    fn long_lists_come_in_pages_and_the_last_one_says_so() {
        let table = Table::with_room(1 << 10);
        for id in 1..=5 {
            table.begin(&begun(id));
            table.end(id, 200, &ended(id));
        }
        let page = |after| {
            let (entries, next) = table.ended_in(&(0..u64::MAX), after, 2);
            (entries.iter().map(|e| e.id).collect::<Vec<_>>(), next)
        };
        assert_eq!(page(0), (vec![1, 2], Some(2)));
        assert_eq!(page(2), (vec![3, 4], Some(4)));
        assert_eq!(page(4), (vec![5], None));
    }

    #[test]
    fn names_are_short_and_visible() {
        assert_eq!(Name::of(b"run-1-2").unwrap().as_str(), "run-1-2");
        assert_eq!(Name::of(&[b'a'; 64]).unwrap().as_str().len(), 64);
        for bad in [&b""[..], b"a b", b"\xff", &[b'a'; 65]] {
            assert_eq!(Name::of(bad), None);
        }
    }

    #[test]
    fn a_request_is_found_while_it_runs_and_after() {
        let table = Table::with_room(1 << 10);
        table.begin(&begun(5));
        assert_eq!(table.get(5).unwrap().called(), "run-5");
        assert!(all(&table, 0..u64::MAX).is_empty());
        table.end(5, 200, &ended(9));
        assert_eq!(all(&table, 9..10).len(), 1);
        assert_eq!(table.get(5).unwrap().status, 200);
        assert_eq!(all(&table, 10..11).len(), 0);
        assert!(table.get(6).is_none());
        assert_eq!(table.overwritten(), 0);
    }

    #[test]
    #[cfg_attr(
        miri,
        ignore = "fills a table more than twice, which takes minutes there"
    )]
    fn the_oldest_requests_give_way_and_are_counted() {
        let room = 2 * PARTS * SIDE_BY_SIDE;
        let table = Table::with_room(room);
        let last = 5 * room as u64 / 2;
        for id in 1..=last {
            table.begin(&begun(id));
            table.end(id, 200, &ended(id));
        }
        assert!(table.get(1).is_none());
        let kept = all(&table, 0..u64::MAX);
        assert_eq!(kept.len(), room);
        assert_eq!(kept.first().unwrap().id, last - room as u64 + 1);
        assert_eq!(table.overwritten(), last - room as u64);
        // A late end does not come back over a newer request.
        table.end(1, 200, &ended(1));
        assert!(table.get(1).is_none());
    }

    #[test]
    fn every_id_of_a_round_has_a_place_of_its_own() {
        let room = 2 * PARTS * SIDE_BY_SIDE;
        let table = Table::with_room(room);
        let place = |id| {
            let (part, place) = table.part(id);
            (std::ptr::from_ref(part) as usize, place)
        };
        let places: std::collections::HashSet<_> = (0..room as u64).map(place).collect();
        assert_eq!(places.len(), room);
        assert_eq!(place(7), place(7 + room as u64));
    }

    #[test]
    fn a_request_that_runs_has_nothing_of_the_one_before_it() {
        let table = Table::with_room(PARTS * SIDE_BY_SIDE);
        table.begin(&begun(1));
        let mut ledger = Ledger::new(1);
        ledger.begin_poll(2, None);
        ledger.end_poll(5, 9);
        ledger.waits.count = 3;
        ledger.end(5);
        table.end(1, 200, &ledger);
        let next = 1 + (PARTS * SIDE_BY_SIDE) as u64;
        table.begin(&begun(next));
        let entry = table.get(next).unwrap();
        assert_eq!((entry.status, entry.ledger), (0, Ledger::new(1)));
    }
}
