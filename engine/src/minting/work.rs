//! What preparing one mint costs.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// The most that one mint may take.
const MOST: Duration = Duration::from_secs(1);

/// What preparing one mint costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MintWork {
    /// Nothing.
    #[default]
    None,
    /// So much time of a processor, as a digest or a signature of our own does.
    Cpu(Duration),
    /// So much waiting, as a signer elsewhere does.
    Wait(Duration),
}

impl MintWork {
    /// Does it; blocks the calling thread.
    pub fn block(self) {
        match self {
            Self::None => {}
            Self::Cpu(time) => burn(time),
            Self::Wait(time) => std::thread::sleep(time),
        }
    }

    /// Does it inside a task; only processor time blocks the worker.
    pub async fn run(self) {
        match self {
            Self::None => {}
            Self::Cpu(time) => burn(time),
            Self::Wait(time) => tokio::time::sleep(time).await,
        }
    }
}

/// Not inlined, so that a profile has a name for it.
#[inline(never)]
fn burn(time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        std::hint::spin_loop();
    }
}

impl FromStr for MintWork {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (kind, time) = match text {
            "none" => return Ok(Self::None),
            _ => text.split_once(':').ok_or(())?,
        };
        let (number, unit) = time.split_at(time.find(|c: char| !c.is_ascii_digit()).ok_or(())?);
        let number: u64 = number.parse().map_err(drop)?;
        let time = match unit {
            "us" => Duration::from_micros(number),
            "ms" => Duration::from_millis(number),
            _ => return Err(()),
        };
        match kind {
            _ if time > MOST => Err(()),
            "cpu" => Ok(Self::Cpu(time)),
            "wait" => Ok(Self::Wait(time)),
            _ => Err(()),
        }
    }
}

impl fmt::Display for MintWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, time) = match self {
            Self::None => return f.write_str("none"),
            Self::Cpu(time) => ("cpu", time),
            Self::Wait(time) => ("wait", time),
        };
        let micros = time.as_micros();
        if micros.is_multiple_of(1000) {
            write!(f, "{kind}:{}ms", micros / 1000)
        } else {
            write!(f, "{kind}:{micros}us")
        }
    }
}
