//! CPU profiles of this process, from one of two back ends behind one interface.
//!
//! | | our own (default on Linux) | pprof-rs 0.15 |
//! |---|---|---|
//! | timer | one CPU timer a thread | one for the process |
//! | weight of a sample | 1 + the timer's overruns | 1 |
//! | request labels, several profiles at once | yes | no |
//! | losses | counted, stated in the profile | silent |
//! | rates | 1 to 1000 Hz | 1 to 199 Hz |
//!
//! With pprof-rs a sample that arrives while another thread is being sampled is lost silently, and stacks that differ only
//! in the line are merged. The interrupted frame, which it leaves out, is put back; callers that libc hides are
//! found again, for both back ends. Both walk frame pointers.

mod account;
mod leaf;
#[cfg(target_os = "linux")]
pub(crate) mod own;
mod owner;
mod registers;
mod repair;
mod sampling;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use record::profile::Profile;

use crate::Degraded;
use sampling::Sampling;

/// Samples per second of CPU time, if nothing else is asked for: off the beat of timers with round periods.
pub const DEFAULT_HZ: u32 = 99;
/// The highest rate of pprof-rs. Above the tick rate of the kernel (100 to 1000 Hz) its one timer cannot keep up.
pub const MAX_HZ: u32 = 199;
/// The highest rate of our own sampler.
pub const OWN_MAX_HZ: u32 = 1000;

/// Samples taken since the process started.
static SAMPLES: AtomicU64 = AtomicU64::new(0);

/// Which sampler takes a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CpuBackend {
    /// Our own on Linux, pprof-rs elsewhere.
    #[default]
    Auto,
    /// Our own; Linux only.
    Own,
    /// pprof-rs.
    Pprof,
}

/// Which labels the samples of a profile carry, beside `thread`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Labels {
    /// No others.
    #[default]
    Thread,
    /// Also `request`, the `x-request-id` of the request being served. Not with pprof-rs.
    Request,
}

/// What profile is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Length of the profile.
    pub duration: Duration,
    /// Samples per second of CPU time.
    pub hz: u32,
    /// The sampler.
    pub backend: CpuBackend,
    /// The labels of samples.
    pub labels: Labels,
}

impl Default for Options {
    /// 30 s at [`DEFAULT_HZ`], as Go's `profile` without parameters.
    fn default() -> Self {
        Self {
            duration: Duration::from_secs(30),
            hz: DEFAULT_HZ,
            backend: CpuBackend::Auto,
            labels: Labels::Thread,
        }
    }
}

/// Why there is no CPU profile.
#[derive(Debug, thiserror::Error)]
pub enum CpuError {
    /// Another profile is being taken by the other back end or at another rate, or too many are.
    #[error("cpu profiling already in use")]
    Busy,
    /// A rate that cannot be honoured, and the highest that can.
    #[error("cpu profile rate {0} Hz is not in 1..={1}")]
    Rate(u32, u32),
    /// The back end does not exist on this system, or cannot do what was asked.
    #[error("cpu profile: {0}")]
    Unsupported(&'static str),
    /// The sampler did not start or did not hand out its samples.
    #[error("cpu sampler: {0}")]
    Sampler(#[from] pprof::Error),
    /// The signal handler or the drain thread could not be put in place.
    #[error("cpu sampler: {0}")]
    System(#[from] std::io::Error),
    /// The runtime stopped while the profile was being taken.
    #[error("cpu profile was cut off: {0}")]
    CutOff(#[from] tokio::task::JoinError),
}

enum Running {
    #[cfg(target_os = "linux")]
    Own(own::Session, Labels),
    Pprof(Sampling),
}

/// A profile that is being taken. Dropping it ends it without an answer.
pub struct Profiling(Running);

impl Profiling {
    /// Starts sampling all threads; [`Options::duration`] is not looked at. Blocks for the CPU time of a self-test, 50 ms,
    /// before the first profile of a process.
    ///
    /// # Errors
    /// [`CpuError`].
    pub fn start(options: Options) -> Result<Self, CpuError> {
        Running::start(options).map(Self)
    }

    /// Stops, then looks up symbols; slow, for a thread where nothing waits.
    ///
    /// # Errors
    /// [`CpuError::Sampler`] if the back end does not hand out its samples.
    pub fn finish(self) -> Result<Profile, CpuError> {
        let profile = self.0.finish()?;
        let samples = profile.total(0);
        SAMPLES.fetch_add(samples.unsigned_abs(), Ordering::Relaxed);
        Ok(profile)
    }
}

impl std::fmt::Debug for Profiling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Profiling")
    }
}

impl Running {
    fn start(options: Options) -> Result<Self, CpuError> {
        match options.backend {
            #[cfg(target_os = "linux")]
            CpuBackend::Auto | CpuBackend::Own => {
                check_timers_once();
                let session = own::Session::start(options.hz)?;
                Ok(Self::Own(session, options.labels))
            }
            #[cfg(not(target_os = "linux"))]
            CpuBackend::Own => Err(CpuError::Unsupported("our own sampler needs Linux")),
            _ if options.labels == Labels::Request => Err(CpuError::Unsupported(
                "pprof-rs cannot label samples with requests",
            )),
            _ => Ok(Self::Pprof(Sampling::start(options.hz)?)),
        }
    }

    fn finish(self) -> Result<Profile, CpuError> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Own(session, labels) => Ok(session.finish(labels)),
            Self::Pprof(sampling) => sampling.finish(),
        }
    }
}

/// Samples all threads for `duration` and answers the profile: `samples/count` and `cpu/nanoseconds`, with symbols.
///
/// Must run in a tokio runtime with timers. Start, stop and symbols run on its blocking pool. Dropping the future ends the
/// profile.
///
/// # Errors
/// [`CpuError`]; [`CpuError::Busy`] while profiles are taken by the other back end or at another rate.
pub async fn collect(duration: Duration, hz: u32) -> Result<Profile, CpuError> {
    collect_with(Options {
        duration,
        hz,
        ..Options::default()
    })
    .await
}

/// As [`collect`], with a choice of back end and labels.
///
/// # Errors
/// [`CpuError`].
pub async fn collect_with(options: Options) -> Result<Profile, CpuError> {
    let profiling = tokio::task::spawn_blocking(move || Profiling::start(options)).await??;
    tokio::time::sleep(options.duration).await;
    tokio::task::spawn_blocking(move || profiling.finish()).await?
}

/// Samples taken since the process started.
pub(crate) fn sample_count() -> u64 {
    SAMPLES.load(Ordering::Relaxed)
}

/// Samples since the process started that found the ring full.
pub(crate) fn dropped_count() -> u64 {
    #[cfg(target_os = "linux")]
    {
        own::dropped_count()
    }
    #[cfg(not(target_os = "linux"))]
    {
        0
    }
}

/// What the one check of the timers found.
static TIMERS: OnceLock<Option<Degraded>> = OnceLock::new();

/// The result of the check before the first profile; `None` also if there was none yet.
pub(crate) fn known_degraded() -> Option<Degraded> {
    TIMERS.get().cloned().flatten()
}

/// Before the first profile of the process: 50 ms of work must give the samples that they should.
#[cfg(target_os = "linux")]
fn check_timers_once() {
    TIMERS.get_or_init(|| own::self_test().err());
}

/// One sample by itself, for a trace.
#[derive(Debug, Clone)]
pub(crate) struct Instant {
    /// Monotonic nanoseconds.
    pub time: u64,
    /// The thread.
    pub tid: i32,
    /// The name of the interrupted function.
    pub leaf: String,
}

/// Samples one by one; only our own sampler knows their times.
pub(crate) struct Instants {
    #[cfg(target_os = "linux")]
    session: own::Session,
}

impl Instants {
    /// Starts sampling at the default rate.
    pub fn start() -> Result<Self, CpuError> {
        #[cfg(target_os = "linux")]
        {
            check_timers_once();
            let session = own::Session::start(DEFAULT_HZ)?;
            Ok(Self { session })
        }
        #[cfg(not(target_os = "linux"))]
        Err(CpuError::Unsupported("our own sampler needs Linux"))
    }

    /// Stops; at most so many samples.
    pub fn finish(self, most: usize) -> Vec<Instant> {
        #[cfg(target_os = "linux")]
        {
            self.session.instants(most)
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = most;
            Vec::new()
        }
    }
}
