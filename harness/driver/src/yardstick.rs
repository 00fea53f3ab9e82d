//! A target whose behaviour is known: what the instrument is held against.
//!
//! The tests of this crate and `loadtest selftest` use the same one. It runs in a process of its own, keeps its own account of what it
//! did ([`Facts`]), and ends when its standard input closes. It uses plain threads and absolute deadlines and nothing of the generator,
//! so that a mistake of ours cannot be in the measure and in the measured.

mod facts;
mod process;
mod serve;
mod truth;

pub use facts::Facts;
pub use process::{Yardstick, YardstickError, stand_still};
pub use serve::serve_as_child;
pub use truth::{after_a_stall, md1_mean_wait, single_server};

use std::time::Duration;

/// What the target does with every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Answers each request this long after it was read, all at the same time if need be.
    Constant(Duration),
    /// One server that takes this long for each request, in the order in which they come; the others wait.
    Queue(Duration),
    /// Sends the head at once and the body this long after the request was read.
    SlowBody(Duration),
}

impl Behaviour {
    /// As on a command line: `constant:5000000`, the time in nanoseconds.
    pub fn text(self) -> String {
        let (name, time) = match self {
            Self::Constant(time) => ("constant", time),
            Self::Queue(time) => ("queue", time),
            Self::SlowBody(time) => ("slow-body", time),
        };
        format!("{name}:{}", time.as_nanos())
    }

    /// Reads [`Behaviour::text`] back.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "\"{text}\" is no behaviour; write constant, queue or slow-body, a colon and nanoseconds"
            )
        };
        let (name, time) = text.split_once(':').ok_or_else(wrong)?;
        let time = Duration::from_nanos(time.parse().map_err(|_| wrong())?);
        match name {
            "constant" => Ok(Self::Constant(time)),
            "queue" => Ok(Self::Queue(time)),
            "slow-body" => Ok(Self::SlowBody(time)),
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests;
