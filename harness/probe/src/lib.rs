//! What a system under test embeds: CPU and allocation profiles, request metrics, the admin listener.
//!
//! All `unsafe` code of the project lives in this crate. Everything it serves follows published contracts (`profile.proto`
//! behind Go's `net/http/pprof` paths, the Prometheus text format), so that what consumes it also works on other targets.

pub mod admin;
pub mod alloc;
mod clock;
pub mod cpu;
mod degraded;
pub mod http;
pub mod live;
pub mod lock;
pub mod metrics;
pub mod process;
pub mod request;
mod ring;
pub mod runtime;
mod stack;
pub mod stall;
mod symbol;
pub mod task;
pub mod thread;
pub mod time;

pub use admin::Router;
pub use alloc::ProfAlloc;
pub use degraded::{Degraded, self_test};
pub use lock::{Mutex, RwLock};
pub use task::{spawn, spawn_blocking};

/// The version that profiles and the index page state.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");
