//! The end of all acknowledgements: the first error of the journal closes the engine for everybody.

use super::item::Refused;
use super::queue::Queue;
use super::slot::Shared;
use crate::journal::JournalError;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;

/// Who is told of the first error.
pub(super) struct Failure {
    pub(super) queue: Arc<Queue>,
    pub(super) shared: Arc<Shared>,
    pub(super) listener: Mutex<Option<oneshot::Sender<JournalError>>>,
}

impl Failure {
    /// Refuses everything from now on, tells who waits, and hands the error on.
    pub(super) fn stop(&self, error: JournalError) {
        self.queue.close(Refused::JournalFailed);
        self.shared.fail(Refused::JournalFailed);
        let mut listener = self.listener.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listener) = listener.take() {
            // Nobody listens only when the server is gone.
            let _ = listener.send(error);
        }
    }
}
