//! Places in the order of movements.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What gives out places; the model checker has one of its own.
pub trait Draw {
    /// The next place.
    fn draw(&self) -> u64;
}

/// Places from 0, without gaps, for any number of threads.
#[derive(Debug, Clone, Default)]
pub struct Tickets(Arc<AtomicU64>);

impl Tickets {
    /// How many were drawn.
    pub fn drawn(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// Starts from 0 again; nobody may be drawing.
    pub fn restart(&mut self) {
        self.0.store(0, Ordering::Release);
    }
}

impl Draw for Tickets {
    fn draw(&self) -> u64 {
        // Orders itself: places grow along everything that happens before.
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}
