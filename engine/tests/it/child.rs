//! The binary as a child: started, asked, stopped, killed.

use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// The binary with these arguments; its output is kept.
pub fn engine(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_engine"));
    command
        .args(args)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs it to its end.
pub fn output(args: &[&str]) -> Output {
    engine(args).output().unwrap()
}

/// A folder that does not exist yet, and is removed with all it holds when this is dropped.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("engine-test-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn text(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A serving child; killed if its test fails.
pub struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    pub url: String,
}

impl Running {
    /// Starts it on a free port, and waits until it serves.
    pub fn start(args: &[&str]) -> Self {
        let mut running = Self::spawn(args);
        running.url = running.line("serving ");
        running
    }

    /// Starts it on a free port; what it says at the start is to be read.
    pub fn spawn(args: &[&str]) -> Self {
        let mut child = engine(&[&["serve", "--listen", "127.0.0.1:0"], args].concat())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            lines,
            url: String::new(),
        }
    }

    /// The rest of the next line that starts so.
    pub fn line(&mut self, prefix: &str) -> String {
        loop {
            let line = self
                .lines
                .next()
                .expect("it says so before it ends")
                .unwrap();
            if let Some(rest) = line.strip_prefix(prefix) {
                return rest.to_owned();
            }
        }
    }

    /// Sends a signal by name, as `-TERM`, and waits for the end.
    pub fn end(mut self, signal: &str) -> ExitStatus {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap()
    }

    /// Waits for an end that comes by itself.
    pub fn wait(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
