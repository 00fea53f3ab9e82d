//! The keeper thread: what the journal needs now and then, away from its own thread. It writes the watermark every second and
//! takes room for the next segment ahead.

use super::failure::Failure;
use super::queue::Queue;
use super::slot::Shared;
use crate::journal::{Reserve, Watermark};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// Time between two looks.
const PERIOD: Duration = Duration::from_secs(1);

/// The keeper's things on their thread.
pub(super) struct Keep {
    pub(super) watermark: Watermark,
    pub(super) reserve: Arc<Reserve>,
    pub(super) shared: Arc<Shared>,
    pub(super) queue: Arc<Queue>,
    pub(super) failure: Arc<Failure>,
}

impl Keep {
    /// Works until the sender is dropped; the journal must be at its end by then. The last thing is the watermark.
    pub(super) fn run(mut self, ended: &Receiver<()>) {
        loop {
            // A full disk shows here, while the current segment still has room for what is in the queue.
            self.queue.set_disk_full(self.reserve.fill().is_err());
            let timeout = ended.recv_timeout(PERIOD);
            if let Err(error) = self.watermark.store(self.shared.durable()) {
                // What the system says about later syncs cannot be believed either.
                self.failure.stop(error);
                return;
            }
            if timeout == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }
}
