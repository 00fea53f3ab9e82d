//! Faults as they are typed: `KIND=SPEC`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;
use thiserror::Error;

/// One fault.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// `cpu=5%`: each request costs this much more processor time.
    Cpu {
        /// 0.05 for 5 %.
        share: f64,
    },
    /// `lock=100ms@1/s`: a lock that every request takes is held so long, so often.
    Lock {
        /// How long it is held.
        held: Duration,
        /// From one holding to the next.
        every: Duration,
    },
    /// `alloc=+1` or `alloc=4KiB`: more allocations a request, freed at once.
    Alloc {
        /// How many.
        count: u32,
        /// Bytes of each.
        bytes: usize,
    },
    /// `tail=1%:+5ms`: some requests take longer.
    Tail {
        /// 0.01 for 1 %.
        share: f64,
        /// How much longer.
        extra: Duration,
    },
    /// `timer-leak=10/s`, or `timer-leak` for so many: timers that nobody stops.
    TimerLeak {
        /// From one to the next.
        every: Duration,
    },
    /// `task-leak=10/s`, or `task-leak` for so many: tasks that never end.
    TaskLeak {
        /// From one to the next.
        every: Duration,
    },
    /// `fsync=20ms`: every sync of the journal takes longer.
    Fsync {
        /// How much longer.
        extra: Duration,
    },
    /// `fsync=fail@1000`: the sync of that number fails, which ends the engine.
    FsyncFail {
        /// Its number since the start, from 1.
        at: u64,
    },
    /// `stall=1s@10s`: the executor does nothing for so long, once in so much time.
    Stall {
        /// How long.
        length: Duration,
        /// From one to the next.
        every: Duration,
    },
}

/// How fast something leaks where nothing else is said.
const USUAL_LEAK: &str = "10/s";

/// What is wrong with a spec.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "\"{0}\" is no fault; known are cpu=5%, lock=100ms@1/s, alloc=+1, alloc=4KiB, tail=1%:+5ms, timer-leak=10/s, task-leak=10/s, \
     fsync=20ms, fsync=fail@1000, stall=1s@10s"
)]
pub struct SpecError(String);

impl FromStr for Fault {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let (kind, spec) = text.split_once('=').unwrap_or(match text {
            "timer-leak" | "task-leak" => (text, USUAL_LEAK),
            _ => (text, ""),
        });
        read(kind, spec).ok_or_else(|| SpecError(text.to_owned()))
    }
}

fn read(kind: &str, spec: &str) -> Option<Fault> {
    match kind {
        "cpu" => Some(Fault::Cpu {
            share: share(spec)?,
        }),
        "lock" => {
            let (held, every) = spec.split_once('@').unwrap_or((spec, "1/s"));
            Some(Fault::Lock {
                held: duration(held)?,
                every: rate(every)?,
            })
        }
        "alloc" => alloc(spec),
        "tail" => {
            let (part, extra) = spec.split_once(':')?;
            Some(Fault::Tail {
                share: share(part)?,
                extra: extra_time(extra)?,
            })
        }
        "timer-leak" => Some(Fault::TimerLeak { every: rate(spec)? }),
        "task-leak" => Some(Fault::TaskLeak { every: rate(spec)? }),
        "fsync" => match spec.strip_prefix("fail@") {
            Some(at) => {
                let at = at.parse().ok().filter(|at| *at > 0)?;
                Some(Fault::FsyncFail { at })
            }
            None => Some(Fault::Fsync {
                extra: extra_time(spec)?,
            }),
        },
        "stall" => {
            let (length, every) = spec.split_once('@')?;
            Some(Fault::Stall {
                length: duration(length)?,
                every: duration(every)?,
            })
        }
        _ => None,
    }
}

impl fmt::Display for Fault {
    /// As it would be typed, all times in one unit.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = |every: &Duration| 1.0 / every.as_secs_f64();
        match self {
            Self::Cpu { share } => write!(f, "cpu={}%", share * 100.0),
            Self::Lock { held, every } => {
                write!(f, "lock={}us@{}/s", held.as_micros(), rate(every))
            }
            Self::Alloc { count, bytes: 1 } => write!(f, "alloc=+{count}"),
            Self::Alloc { bytes, .. } => write!(f, "alloc={bytes}B"),
            Self::Tail { share, extra } => {
                write!(f, "tail={}%:+{}us", share * 100.0, extra.as_micros())
            }
            Self::TimerLeak { every } => write!(f, "timer-leak={}/s", rate(every)),
            Self::TaskLeak { every } => write!(f, "task-leak={}/s", rate(every)),
            Self::Fsync { extra } => write!(f, "fsync={}us", extra.as_micros()),
            Self::FsyncFail { at } => write!(f, "fsync=fail@{at}"),
            Self::Stall { length, every } => {
                write!(f, "stall={}us@{}us", length.as_micros(), every.as_micros())
            }
        }
    }
}

/// `5%`: more than 0, at most 100 %.
fn share(text: &str) -> Option<f64> {
    let percent: f64 = text.strip_suffix('%')?.parse().ok()?;
    (percent > 0.0 && percent <= 100.0).then_some(percent / 100.0)
}

/// Digits and what stands behind them.
fn number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (digits, unit) = text.split_at(end);
    Some((digits.parse().ok()?, unit))
}

/// `100ms`, `2s`, `200us`: more than 0, at most a minute.
fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = number(text)?;
    let length = match unit {
        "us" => Duration::from_micros(number),
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        _ => return None,
    };
    (!length.is_zero() && length <= Duration::from_mins(1)).then_some(length)
}

/// A time that is added, with or without its sign.
fn extra_time(text: &str) -> Option<Duration> {
    duration(text.strip_prefix('+').unwrap_or(text))
}

/// `10/s`: from one to the next; 0.01 to 10,000 a second.
fn rate(text: &str) -> Option<Duration> {
    let per_second: f64 = text.strip_suffix("/s")?.parse().ok()?;
    (0.01..=10_000.0)
        .contains(&per_second)
        .then(|| Duration::from_secs_f64(1.0 / per_second))
}

/// `+3`, or one of so many bytes: `64B`, `4KiB`, `1MiB`.
fn alloc(text: &str) -> Option<Fault> {
    const COUNT_MAX: u32 = 1000;
    const BYTES_MAX: usize = 16 * 1024 * 1024;
    if let Some(count) = text.strip_prefix('+') {
        let count = count.parse().ok()?;
        return (1..=COUNT_MAX)
            .contains(&count)
            .then_some(Fault::Alloc { count, bytes: 1 });
    }
    let (number, unit) = number(text)?;
    let unit = match unit {
        "B" => 1,
        "KiB" => 1024,
        "MiB" => 1024 * 1024,
        _ => return None,
    };
    let bytes = usize::try_from(number).ok()?.checked_mul(unit)?;
    (2..=BYTES_MAX)
        .contains(&bytes)
        .then_some(Fault::Alloc { count: 1, bytes })
}
