//! The file, and the thread that writes it.

use super::entry::{Audited, Profiles};
use crate::evidence::text_of;
use crate::executor::Executor;
use crate::journal::{Group, JournalError, Tail, Until};
use crate::json::wire::audit::{AuditLine, GroupText, LastLine};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use thiserror::Error;

/// Between two looks at what has become durable.
const PERIOD: Duration = Duration::from_millis(50);
/// Between two tries while the file takes nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// Bytes of lines that are written at once.
const BLOCK: usize = 1024 * 1024;

/// Why there is no audit log.
#[derive(Debug, Error)]
pub enum AuditError {
    /// Nothing to write from.
    #[error("the audit log is written from the journal, and this engine has none")]
    NoJournal,
    /// The system refuses.
    #[error("cannot {action} the audit log {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// The log tells of something that the journal does not have.
    #[error(
        "the audit log {path} does not belong to this journal: at sequence {sequence} it tells another history"
    )]
    Foreign {
        /// The file.
        path: String,
        /// Its last line's place.
        sequence: u64,
    },
    /// The journal.
    #[error("cannot read the journal for the audit log: {0}")]
    Journal(#[from] JournalError),
}

/// How far a log is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The file.
    pub path: PathBuf,
    /// The place of the last line.
    pub sequence: u64,
    /// Why the last try to write failed; `None` when all is well. Nothing is lost meanwhile: the journal has it.
    pub problem: Option<String>,
}

#[derive(Debug, Default)]
struct Shared {
    sequence: AtomicU64,
    problem: Mutex<Option<String>>,
}

impl Shared {
    fn set_problem(&self, problem: Option<String>) {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
    }
}

/// A log that is being written.
#[derive(Debug)]
pub struct AuditLog {
    path: PathBuf,
    shared: Arc<Shared>,
    thread: Mutex<Option<(Sender<()>, JoinHandle<()>)>>,
}

impl AuditLog {
    /// Opens or makes the file, finds where it is in the executor's journal, and goes on from there. Blocks until it knows that
    /// what is there belongs to this journal.
    ///
    /// # Errors
    /// A file that cannot be had, or belongs to another journal.
    pub fn start(path: &Path, executor: Arc<Executor>) -> Result<Self, AuditError> {
        let folder = executor.folder().ok_or(AuditError::NoJournal)?;
        let shared = Arc::new(Shared::default());
        let (file, last) = LogFile::open(path)?;
        let mut work = Work {
            file,
            tail: Tail::new(folder),
            profiles: Profiles::default(),
            lines: Vec::new(),
            executor,
            shared: Arc::clone(&shared),
        };
        if let Some(last) = last {
            work.find(&last)?;
        }
        let (ended, end) = channel();
        let thread = thread::Builder::new()
            .name("engine-audit".to_owned())
            .spawn(move || work.run(&end))
            .map_err(error("start the thread of", path))?;
        Ok(Self {
            path: path.to_owned(),
            shared,
            thread: Mutex::new(Some((ended, thread))),
        })
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let problem = self.shared.problem.lock();
        Progress {
            path: self.path.clone(),
            sequence: self.shared.sequence.load(Ordering::Relaxed),
            problem: problem.unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    /// Writes what is durable by now, if the file takes it, and ends. What it does not take is written at the next start.
    pub fn stop(&self) {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((ended, thread)) = thread.take() {
            drop(ended);
            // A panic of the thread leaves the journal as it is, and so the lines that are missing.
            let _ = thread.join();
        }
    }
}

impl Drop for AuditLog {
    fn drop(&mut self) {
        self.stop();
    }
}

fn error<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> AuditError + 'a {
    move |source| AuditError::Io {
        action,
        path: path.display().to_string(),
        source,
    }
}

/// The file up to its last whole line.
#[derive(Debug)]
struct LogFile {
    path: PathBuf,
    file: File,
    length: u64,
}

impl LogFile {
    /// Opens or makes the file, and cuts what follows its last line that can be read: a write that was cut short.
    fn open(path: &Path) -> Result<(Self, Option<LastLine>), AuditError> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(error("open", path))?;
        let length = file.metadata().map_err(error("read", path))?.len();
        let mut log = Self {
            path: path.to_owned(),
            file,
            length,
        };
        let last = log.find_last().map_err(error("read", path))?;
        log.file.set_len(log.length).map_err(error("cut", path))?;
        Ok((log, last))
    }

    /// Goes back line by line to one that can be read.
    fn find_last(&mut self) -> io::Result<Option<LastLine>> {
        loop {
            let Some(end) = self.newline_before(self.length)? else {
                self.length = 0;
                return Ok(None);
            };
            let begin = self.newline_before(end)?.map_or(0, |at| at + 1);
            let mut line = vec![0; (end - begin) as usize];
            self.file.read_exact_at(&mut line, begin)?;
            if let Ok(last) = serde_json::from_slice(&line) {
                self.length = end + 1;
                return Ok(Some(last));
            }
            self.length = begin;
        }
    }

    /// Where the last line break before `end` stands.
    fn newline_before(&self, end: u64) -> io::Result<Option<u64>> {
        const STEP: u64 = 4096;
        let mut end = end;
        let mut bytes = Vec::new();
        while end > 0 {
            let begin = end.saturating_sub(STEP);
            bytes.resize((end - begin) as usize, 0);
            self.file.read_exact_at(&mut bytes, begin)?;
            if let Some(at) = bytes.iter().rposition(|byte| *byte == b'\n') {
                return Ok(Some(begin + at as u64));
            }
            end = begin;
        }
        Ok(None)
    }

    /// Adds lines as a whole, or leaves the file as it was.
    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        let written = self.file.write_all_at(lines, self.length);
        match written {
            Ok(()) => self.length += lines.len() as u64,
            // Part of a line would be cut at the next start anyway.
            Err(_) => drop(self.file.set_len(self.length)),
        }
        written
    }
}

/// The thread's things.
struct Work {
    file: LogFile,
    tail: Tail,
    profiles: Profiles,
    lines: Vec<u8>,
    executor: Arc<Executor>,
    shared: Arc<Shared>,
}

impl Work {
    /// Reads up to the log's last line and compares.
    fn find(&mut self, last: &LastLine) -> Result<(), AuditError> {
        let foreign = || AuditError::Foreign {
            path: self.file.path.display().to_string(),
            sequence: last.sequence,
        };
        if last.sequence > self.executor.progress().durable {
            return Err(foreign());
        }
        while self.tail.next_sequence() <= last.sequence {
            let Some((_, group)) = self.tail.next(Until::Durable(last.sequence))? else {
                return Err(foreign());
            };
            // A write that was cut short may have left a part of a group's lines.
            render(&mut self.profiles, &group, last.sequence, &mut self.lines)?;
            let hash = format!("0x{}", text_of(&group.hash));
            if group.last_sequence() >= last.sequence && hash != last.group_hash {
                return Err(foreign());
            }
        }
        self.shared.sequence.store(last.sequence, Ordering::Relaxed);
        Ok(())
    }

    fn run(mut self, end: &Receiver<()>) {
        loop {
            let timeout = end.recv_timeout(PERIOD);
            let durable = self.executor.progress().durable;
            if let Err(problem) = self.follow(durable, end) {
                // A journal that cannot be read will not be readable later.
                self.shared.set_problem(Some(problem.to_string()));
                return;
            }
            if timeout == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    /// Writes the lines of all groups up to `durable`.
    fn follow(&mut self, durable: u64, end: &Receiver<()>) -> Result<(), JournalError> {
        loop {
            let next = self.tail.next(Until::Durable(durable))?;
            let more = next.is_some();
            if let Some((_, group)) = next {
                render(&mut self.profiles, &group, 0, &mut self.lines)?;
            }
            let full = self.lines.len() >= BLOCK;
            if !self.lines.is_empty() && (full || !more) && !self.write(end) {
                return Ok(());
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// Tries until the lines are written; `false` if the engine ends before that.
    fn write(&mut self, end: &Receiver<()>) -> bool {
        while let Err(problem) = self.file.append(&self.lines) {
            let problem = format!("cannot write {}: {problem}", self.file.path.display());
            self.shared.set_problem(Some(problem));
            if end.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Disconnected) {
                return false;
            }
        }
        self.lines.clear();
        self.shared.set_problem(None);
        let reached = self.tail.next_sequence() - 1;
        self.shared.sequence.store(reached, Ordering::Relaxed);
        true
    }
}

/// Learns from a group, and adds the lines of its entries behind `from`.
fn render(
    profiles: &mut Profiles,
    group: &Group<'_>,
    from: u64,
    lines: &mut Vec<u8>,
) -> Result<(), JournalError> {
    let text = GroupText::new(group.time_ns, group.hash);
    for entry in group.entries() {
        profiles.learn(&entry)?;
        if entry.stamp.sequence <= from {
            continue;
        }
        let of = |account| profiles.of(account);
        let audited = Audited::new(&entry, of)?;
        let line = AuditLine::new(&audited, &text);
        // A vector takes every write, and the line has text keys only.
        let _ = serde_json::to_writer(&mut *lines, &line);
        lines.push(b'\n');
    }
    Ok(())
}

#[cfg(test)]
mod tests;
