//! The threads that serve traffic.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use tokio::runtime::{Builder, Handle, Runtime};

/// Their name.
const NAME: &str = "engine-worker";

/// A runtime with so many of them.
///
/// A single worker has a runtime of its own kind, which hands nothing between threads, and whose list of tasks has no bound: in the other, each
/// worker keeps 256, and takes those beyond, one in thirty-odd, from a list that all share. Of a thousand connections on one processor those that
/// are quick to answer then hold up the others by a tenth of a second.
#[derive(Debug)]
pub(super) struct Workers {
    runtime: Arc<Runtime>,
    is_single: bool,
}

impl Workers {
    /// The runtime; a single worker starts with [`Workers::run`].
    ///
    /// # Errors
    /// What the operating system says.
    pub(super) fn new(count: NonZeroUsize) -> io::Result<Self> {
        let is_single = count == NonZeroUsize::MIN;
        let mut builder = if is_single {
            Builder::new_current_thread()
        } else {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(count.get());
            builder
        };
        builder
            .thread_name(NAME)
            .on_thread_start(probe::thread::enter)
            .on_thread_stop(probe::thread::exit);
        Ok(Self {
            runtime: Arc::new(builder.enable_all().build()?),
            is_single,
        })
    }

    /// To spawn tasks from elsewhere.
    pub(super) fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    /// Blocks until `serving` is over, which runs on a worker, not on the caller's thread: the probe knows the workers.
    ///
    /// # Errors
    /// A thread that cannot be made, or a panic of `serving`.
    pub(super) fn run<T: Send + 'static>(
        &self,
        serving: impl Future<Output = T> + Send + 'static,
    ) -> io::Result<T> {
        if !self.is_single {
            let serving = self.runtime.spawn(serving);
            return self.runtime.block_on(serving).map_err(io::Error::other);
        }
        let runtime = Arc::clone(&self.runtime);
        let worker = probe::thread::spawn(NAME, move || runtime.block_on(serving))?;
        worker
            .join()
            .map_err(|_| io::Error::other("the worker panicked"))
    }
}
