//! The request that a thread is serving: samples, lock waits and allocations carry its id, and its time is accounted for.
//!
//! [`crate::http::layer`] does all of it. A request is called by its `x-request-id` header (at most 64 visible ASCII characters),
//! so that whoever sent it can find it again: its record at `/debug/probe/requests`, its samples in
//! `/debug/pprof/profile?labels=request`. A request without one is called `probe-` and a number.

mod current;
mod ids;
pub(crate) mod json;
pub(crate) mod ledger;
mod sampling;
pub(crate) mod stalls;
pub(crate) mod table;
pub(crate) mod tracking;
mod waker;

use std::sync::OnceLock;

use crate::alloc::unsampled;
pub(crate) use current::{Serving, current};
use table::Table;

/// The label whose value is a request's `x-request-id`.
pub const LABEL: &str = "request";
/// What samples of a request are labelled with whose record was overwritten.
pub const OVERWRITTEN: &str = "(overwritten)";
/// Most requests remembered, unless [`keep`] said otherwise. At about 400 bytes each they take 50 MiB, as they come.
pub const DEFAULT_KEPT: usize = 1 << 17;

/// How much is kept of each request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Nothing: no ids, no records, no ledger.
    Off,
    /// A record of each; CPU time and page faults of 200 a second or, if that is more, of one in 64.
    Usual,
    /// CPU time and page faults of all, for about 4 µs a poll.
    Full,
}

impl Level {
    /// What a switch calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Usual => "usual",
            Self::Full => "full",
        }
    }
}

impl std::str::FromStr for Level {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Off, Self::Usual, Self::Full]
            .into_iter()
            .find(|level| level.name() == text)
            .ok_or(())
    }
}

/// How much is kept of each request from now on; [`Level::Usual`] at first.
pub fn set_level(level: Level) {
    tracking::set_level(level);
}

/// What [`set_level`] said last.
pub fn level() -> Level {
    tracking::level()
}

static TABLE: OnceLock<Table> = OnceLock::new();

/// Remembers the last `most` requests; call before the first one. Answers whether it was in time.
pub fn keep(most: usize) -> bool {
    TABLE.set(room_for(most)).is_ok()
}

/// The requests of this process.
pub(crate) fn table() -> &'static Table {
    TABLE.get_or_init(|| room_for(DEFAULT_KEPT))
}

/// Not in the allocation profile, where it would hide what the program itself keeps; the exact counters have it.
fn room_for(most: usize) -> Table {
    unsampled(|| Table::with_room(most))
}

/// What the client called the request.
pub(crate) fn header(id: u64) -> String {
    let entry = table().get(id);
    entry.map_or_else(|| OVERWRITTEN.to_owned(), |entry| entry.called())
}
