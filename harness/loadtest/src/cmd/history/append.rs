//! The file that a history grows in: proved before any load, one line added after it.

use super::read;
use crate::cli::HistoryArgs;
use crate::exit::{Exit, Failure};
use record::comparison::history::HistoryPoint;
use record::comparison::history::json::history_line;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A history that a point is to be added to.
pub(in crate::cmd) struct Appended {
    path: PathBuf,
    file: File,
    /// What the point is called.
    pub(in crate::cmd) commit: String,
}

impl Appended {
    /// The history asked for, if one is.
    ///
    /// # Errors
    /// A file that cannot be written or is no history, and a point without a name.
    pub(in crate::cmd) fn prove(arguments: &HistoryArgs) -> Result<Option<Self>, Failure> {
        let Some(path) = arguments.history.clone() else {
            return Ok(None);
        };
        let named = arguments.commit.clone().or_else(head);
        let commit = named.filter(|name| !name.is_empty()).ok_or_else(|| {
            Failure::usage("the point of the history has no name: here is no git repository")
                .hint("name it with --commit")
        })?;
        if path.exists() {
            read(&path)?;
        }
        let opened = OpenOptions::new().create(true).append(true).open(&path);
        let file = opened.map_err(|error| {
            Failure::usage(format!(
                "history {} cannot be written: {error}",
                path.display()
            ))
        })?;
        Ok(Some(Self { path, file, commit }))
    }

    /// Adds the point.
    pub(in crate::cmd) fn add(mut self, point: &HistoryPoint) -> Result<(), Failure> {
        let line = history_line(point);
        let written = self
            .file
            .write_all(line.as_bytes())
            .and_then(|()| self.file.sync_data());
        written.map_err(|error| {
            let path = self.path.display();
            Failure::new(
                Exit::Internal,
                format!("history {path} cannot be written: {error}"),
            )
        })
    }
}

// The commit that is checked out here.
fn head() -> Option<String> {
    let mut git = Command::new("git");
    let asked = git.args(["rev-parse", "--short=12", "HEAD"]);
    let said = asked
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let name = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    said.status.success().then_some(name)
}
