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

use crate::{alloc, stack};

/// Call first on a new thread: notes where its stack lies and gives it counters of its own.
pub fn enter() {
    stack::remember_bounds();
    alloc::claim_counters();
}

/// Call last on a thread that ends: what it counted stays counted, its counters become free for another thread.
pub fn exit() {
    alloc::release_counters();
}
