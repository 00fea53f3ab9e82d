//! Who may use the signal SIGPROF: one back end at a time.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::CpuError;

/// The back end that samples now, and for how many profiles at what rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Nobody,
    /// pprof-rs takes one profile at a time.
    Pprof,
    /// Our own sampler takes several, all at one rate.
    Own {
        sessions: u32,
        hz: u32,
    },
}

static USE: Mutex<Use> = Mutex::new(Use::Nobody);

fn state() -> MutexGuard<'static, Use> {
    USE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Most profiles of our own sampler at a time.
pub(super) const MAX_SESSIONS: u32 = 8;

/// The right to sample with pprof-rs; given back on drop.
#[derive(Debug)]
pub(super) struct Pprof(());

impl Pprof {
    pub fn claim() -> Result<Self, CpuError> {
        let mut state = state();
        if *state != Use::Nobody {
            return Err(CpuError::Busy);
        }
        *state = Use::Pprof;
        Ok(Self(()))
    }
}

impl Drop for Pprof {
    fn drop(&mut self) {
        *state() = Use::Nobody;
    }
}

/// One of the profiles of our own sampler; given back on drop.
#[derive(Debug)]
pub(super) struct Own {
    stop: fn(),
}

impl Own {
    /// Joins the running sampler, or calls `start` for the first profile; `stop` is called after the last one. Both run
    /// while nobody else can claim.
    pub fn claim(
        hz: u32,
        start: impl FnOnce() -> Result<(), CpuError>,
        stop: fn(),
    ) -> Result<Self, CpuError> {
        let mut state = state();
        let sessions = match *state {
            Use::Nobody => {
                start()?;
                0
            }
            Use::Own {
                sessions,
                hz: running,
            } if running == hz && sessions < MAX_SESSIONS => sessions,
            _ => return Err(CpuError::Busy),
        };
        *state = Use::Own {
            sessions: sessions + 1,
            hz,
        };
        Ok(Self { stop })
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let mut state = state();
        *state = match *state {
            Use::Own { sessions, hz } if sessions > 1 => Use::Own {
                sessions: sessions - 1,
                hz,
            },
            _ => {
                (self.stop)();
                Use::Nobody
            }
        };
    }
}
