//! Who watches a run while it is on: progress lines, the generator's own `/metrics`.

use crate::recorder::PhaseSet;
use record::run::Window;
use std::time::Duration;

/// A window that has just closed.
pub struct WindowView<'a> {
    /// Its figures.
    pub window: &'a Window,
    /// What was recorded in it, of warm-up and of steady arrivals.
    pub sets: [&'a PhaseSet; 2],
    /// Time until the end of the steady phase.
    pub remaining: Duration,
    /// Arrivals given up since T0 because the backlog was full.
    pub dropped: u64,
    /// Those of them that were given up before the window began.
    pub dropped_before: u64,
    /// Users that are running.
    pub users: u64,
}

/// Called from the collector's thread, once per window; it must not block for long.
pub trait Observer: Send + Sync {
    /// A window has closed.
    fn window(&self, view: &WindowView<'_>);
}
