//! What happened inside of the target in the steady phase, as it told it itself.

use std::time::Duration;

/// Read from the target's `/metrics` once a second; all empty where it exposes none of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Insides {
    /// Kinds and places of living objects that were looked at.
    pub places: u32,
    /// Those that ended the phase with more than they began with, the largest growth first; at most [`Insides::MOST`].
    pub live: Vec<LiveObjects>,
    /// Waits for locks, the longest first; at most [`Insides::MOST`].
    pub lock_waits: Vec<LockWait>,
}

impl Insides {
    /// Entries of a list that are kept.
    pub const MOST: usize = 16;
}

/// Objects of one kind that were made at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveObjects {
    /// `task`, `timer` or `blocking` ([`crate::catalog::LIVE_KINDS`]).
    pub kind: String,
    /// File and line that made them.
    pub site: String,
    /// How many were alive at the ends of equal parts of the steady phase.
    pub counts: Vec<u64>,
}

/// Waiting of one function for locks of the probe's kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockWait {
    /// The function that waited.
    pub site: String,
    /// How long in all, over the steady phase.
    pub waited: Duration,
}
