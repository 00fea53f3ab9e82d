//! Programs of others that are started, watched and stopped.

use crate::exit::Failure;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a program may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of a program's log that an error shows.
const LAST_WORDS: usize = 400;

/// The first of `names` that is on the path.
pub(super) fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let mut candidates = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    candidates.find(|candidate| candidate.is_file())
}

/// `usual` if nobody listens there, otherwise a port that is free now.
pub(super) fn free_port(usual: u16) -> u16 {
    let listen = |port| TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let free = listen(usual).or_else(|_| listen(0));
    free.and_then(|listener| listener.local_addr())
        .map_or(usual, |address| address.port())
}

/// A program of somebody else, with its output in a file; it ends when this is dropped.
pub(super) struct Program {
    pub(super) name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Program {
    /// Starts `command` with its output in `<logs>/<name>.log`.
    ///
    /// # Errors
    /// A program that cannot be started.
    pub(super) fn start(
        name: &'static str,
        command: &mut Command,
        logs: &Path,
    ) -> Result<Self, Failure> {
        let log = logs.join(format!("{name}.log"));
        let failed = |why: std::io::Error| Failure::target(format!("{name} did not start: {why}"));
        let out = File::create(&log).map_err(failed)?;
        let errors = out.try_clone().map_err(failed)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(errors)
            .spawn()
            .map_err(failed)?;
        Ok(Self { name, child, log })
    }

    /// An error with its last words once it has ended.
    pub(super) fn ended(&mut self) -> Option<Failure> {
        let status = self.child.try_wait().ok().flatten()?;
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        let said = said.trim();
        let mut from = said.len().saturating_sub(LAST_WORDS);
        while !said.is_char_boundary(from) {
            from += 1;
        }
        let last = said[from..].lines().last().unwrap_or_default();
        Some(
            Failure::target(format!("{} ended, {status}: {last}", self.name))
                .hint(format!("all it said is in {}", self.log.display())),
        )
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_program_that_ends_is_quoted() {
        let logs = std::env::temp_dir().join(format!("loadtest-programs-{}", std::process::id()));
        std::fs::create_dir_all(&logs).unwrap();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "echo one; echo last words >&2; exit 3"]);
        let mut program = Program::start("sh", &mut command, &logs).unwrap();
        let failure = loop {
            if let Some(failure) = program.ended() {
                break failure;
            }
            std::thread::yield_now();
        };
        drop(program);
        std::fs::remove_dir_all(&logs).unwrap();
        let said = format!("{failure:?}");
        assert!(said.contains("exit status: 3: last words"), "{said}");
    }

    #[test]
    fn a_port_that_is_taken_is_not_free() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_ne!(free_port(port), port);
        assert!(find(&["sh"]).is_some() && find(&["no such program"]).is_none());
    }
}
