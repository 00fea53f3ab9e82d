//! The parent's side: starts the target, stops it for a while, asks it what it did.

use super::facts::{Facts, Said};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};
use thiserror::Error;

/// How long the target may take to start, and to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// A target that did not do what it must.
#[derive(Debug, Error)]
pub enum YardstickError {
    /// The process cannot be started.
    #[error("the target of known behaviour cannot be started: {0}")]
    Start(std::io::Error),
    /// It did not say what was waited for.
    #[error(
        "the target of known behaviour did not say {what} within {waited:?}; it ended, or the machine stands still"
    )]
    Silent {
        /// What was waited for.
        what: &'static str,
        /// For how long.
        waited: Duration,
    },
    /// A signal cannot be sent.
    #[error("the process {pid} cannot be stopped and continued: {why}")]
    Signal {
        /// Whom it was for.
        pid: u32,
        /// The kernel's answer.
        why: String,
    },
}

/// A running target of known behaviour. It ends when this is dropped, and when the parent dies.
#[derive(Debug)]
pub struct Yardstick {
    child: Child,
    said: Receiver<Said>,
    address: SocketAddr,
}

impl Yardstick {
    /// Runs `command`, which must call [`super::serve_as_child`], and waits until it listens.
    pub fn start(mut command: Command) -> Result<Self, YardstickError> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(YardstickError::Start)?;
        let said = listen(child.stdout.take());
        let mut started = Self {
            child,
            said,
            address: SocketAddr::from(([0, 0, 0, 0], 0)),
        };
        started.address = started.wait("where it listens", PATIENCE, |said| match said {
            Said::Listens(address) => Some(address),
            _ => None,
        })?;
        Ok(started)
    }

    /// The URL to load.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Waits until the first request has come.
    pub fn wait_for_first_request(&self, patience: Duration) -> Result<(), YardstickError> {
        self.wait("that it was asked", patience, |said| {
            (said == Said::Asked).then_some(())
        })
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it and returns its own account.
    pub fn finish(mut self) -> Result<Facts, YardstickError> {
        drop(self.child.stdin.take());
        self.wait("what it did", PATIENCE, |said| match said {
            Said::Did(facts) => Some(facts),
            _ => None,
        })
    }

    fn wait<T>(
        &self,
        what: &'static str,
        waited: Duration,
        wanted: impl Fn(Said) -> Option<T>,
    ) -> Result<T, YardstickError> {
        let until = Instant::now() + waited;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let said = self.said.recv_timeout(left);
            let said = said.map_err(|_| YardstickError::Silent { what, waited })?;
            if let Some(found) = wanted(said) {
                return Ok(found);
            }
        }
    }
}

impl Drop for Yardstick {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // A stopped process would never read the end of its input.
        let _ = signal(self.child.id(), Signal::CONT);
        let _ = self.child.wait();
    }
}

// Read on a thread of its own, because a pipe has no timeout.
fn listen(stdout: Option<ChildStdout>) -> Receiver<Said> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = stdout {
        std::thread::spawn(move || {
            let lines = BufReader::new(stdout).lines().map_while(Result::ok);
            for said in lines.filter_map(|line| Said::parse(&line)) {
                if sender.send(said).is_err() {
                    return;
                }
            }
        });
    }
    receiver
}

/// Stops the process with SIGSTOP, and lets it go on after `length`.
pub fn stand_still(pid: u32, length: Duration) -> Result<(), YardstickError> {
    signal(pid, Signal::STOP)?;
    std::thread::sleep(length);
    signal(pid, Signal::CONT)
}

fn signal(pid: u32, signal: Signal) -> Result<(), YardstickError> {
    let failed = |why: String| YardstickError::Signal { pid, why };
    let target = i32::try_from(pid)
        .ok()
        .and_then(Pid::from_raw)
        .ok_or_else(|| failed("no such process".to_owned()))?;
    kill_process(target, signal).map_err(|e| failed(e.to_string()))
}
