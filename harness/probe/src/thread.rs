//! What a thread tells the probe when it starts and ends. For a tokio runtime these are its thread hooks:
//!
//! ```
//! let runtime = tokio::runtime::Builder::new_multi_thread()
//!     .on_thread_start(probe::thread::enter)
//!     .on_thread_stop(probe::thread::exit)
//!     .build();
//! # assert!(runtime.is_ok());
//! ```
//!
//! A thread that never says anything is profiled and counted all the same; it only pays the lookups later, and keeps its
//! place in the table of exact counters after its end.

#[cfg(target_os = "linux")]
use crate::cpu::own;
use crate::metrics::parts;
use crate::{alloc, stack};

mod snapshot;

pub use snapshot::Snapshot;

/// Call first on a new thread: notes where its stack lies and gives it counters of its own.
pub fn enter() {
    stack::remember_bounds();
    alloc::claim_counters();
    #[cfg(target_os = "linux")]
    {
        own::handler::touch();
        own::timers::enter(own::handler::own_tid());
    }
}

/// Call last on a thread that ends: what it counted stays counted, its counters become free for another thread.
pub fn exit() {
    #[cfg(target_os = "linux")]
    own::timers::exit(own::handler::own_tid());
    alloc::release_counters();
    parts::release();
}

/// Lets this thread, when it wakes, wait for its turn instead of interrupting the thread that runs (`SCHED_BATCH`, sched(7)): right for
/// one that works through what others leave, which is more the longer they go on. Its share of the processor stays the same. Does
/// nothing where there is no such policy.
#[cfg_attr(
    target_os = "linux",
    expect(unsafe_code, reason = "the standard library has no policies")
)]
pub fn work_in_batches() {
    #[cfg(target_os = "linux")]
    {
        let parameters = libc::sched_param { sched_priority: 0 };
        // SAFETY: the call reads the struct and nothing else. Where it is refused, the thread goes on as before.
        let _ = unsafe { libc::sched_setscheduler(0, libc::SCHED_BATCH, &raw const parameters) };
    }
}

/// Starts a named thread that is known to the probe from its first to its last call, also if it panics.
///
/// # Errors
/// What the operating system says when the thread cannot be made.
pub fn spawn<R: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> R + Send + 'static,
) -> std::io::Result<std::thread::JoinHandle<R>> {
    let thread = std::thread::Builder::new().name(name.to_owned());
    thread.spawn(|| {
        let _known = Known::enter();
        work()
    })
}

/// Between [`enter`] and [`exit`].
struct Known;

impl Known {
    fn enter() -> Self {
        enter();
        Self
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        exit();
    }
}

/// The calling thread as the kernel numbers it; 0 where there are no such numbers.
pub(crate) fn own_tid() -> i32 {
    #[cfg(target_os = "linux")]
    {
        own::handler::own_tid()
    }
    #[cfg(not(target_os = "linux"))]
    {
        0
    }
}
