//! CPU profiles of this process, sampled by pprof-rs on its process-wide CPU timer.
//!
//! Known limits of this back end: one profile at a time; a sample that arrives while another thread is being sampled is lost
//! silently; stacks that differ only in the line are merged; a function without frame pointers (much of libc) hides its
//! direct caller. The interrupted frame, which pprof-rs leaves out, is put back by [`leaf`]; callers that libc hides
//! are found again by [`repair`].

mod leaf;
mod repair;
mod sampling;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use record::profile::Profile;

use sampling::Sampling;

/// Samples per second of CPU time, if nothing else is asked for: off the beat of timers with round periods.
pub const DEFAULT_HZ: u32 = 99;
/// The highest rate. Above the tick rate of the kernel (100 to 1000 Hz) CPU timers cannot keep up.
pub const MAX_HZ: u32 = 199;

/// Samples taken since the process started.
static SAMPLES: AtomicU64 = AtomicU64::new(0);

/// Why there is no CPU profile.
#[derive(Debug, thiserror::Error)]
pub enum CpuError {
    /// Another profile is being taken.
    #[error("cpu profiling already in use")]
    Busy,
    /// A rate that cannot be honoured.
    #[error("cpu profile rate {0} Hz is not in 1..={MAX_HZ}")]
    Rate(u32),
    /// The sampler did not start or did not hand out its samples.
    #[error("cpu sampler: {0}")]
    Sampler(#[from] pprof::Error),
    /// The signal handler could not be put in place.
    #[error("cpu sampler: signal handler: {0}")]
    Handler(#[from] std::io::Error),
    /// The runtime stopped while the profile was being taken.
    #[error("cpu profile was cut off: {0}")]
    CutOff(#[from] tokio::task::JoinError),
}

/// Samples all threads for `duration` and answers the profile: `samples/count` and `cpu/nanoseconds`, with symbols.
///
/// Must run in a tokio runtime with timers. Start, stop and symbols run on its blocking pool. Dropping the future ends the
/// profile.
///
/// # Errors
/// [`CpuError`]; [`CpuError::Busy`] while another profile is taken.
pub async fn collect(duration: Duration, hz: u32) -> Result<Profile, CpuError> {
    let sampling = tokio::task::spawn_blocking(move || Sampling::start(hz)).await??;
    tokio::time::sleep(duration).await;
    let profile = tokio::task::spawn_blocking(move || sampling.finish()).await??;
    let samples = profile.total(0);
    SAMPLES.fetch_add(samples.unsigned_abs(), Ordering::Relaxed);
    Ok(profile)
}

/// Samples taken since the process started.
pub(crate) fn sample_count() -> u64 {
    SAMPLES.load(Ordering::Relaxed)
}
