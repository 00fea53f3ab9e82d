//! A git revision as a build: checked out into a worktree of its own, built there once, and kept.

use crate::cmd::STACK;
use crate::exit::{Exit, Failure};
use crate::output;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Says inside a worktree with which command it was built.
const BUILT: &str = ".loadtest-built";

/// A revision that is built.
pub(super) struct Built {
    /// Where.
    pub(super) folder: PathBuf,
    /// Its short hash, or what else it is called.
    pub(super) name: String,
}

/// Builds `rev`; `None` is the working tree as it is.
///
/// # Errors
/// No such revision, or a build that fails, with its last line.
pub(super) fn build(rev: Option<&str>, command: &str, quiet: bool) -> Result<Built, Failure> {
    let root = PathBuf::from(git(&["rev-parse", "--show-toplevel"])?);
    let built = match rev {
        None => Built {
            folder: root,
            name: "working tree".to_owned(),
        },
        Some(rev) => worktree(&root, rev)?,
    };
    let marker = built.folder.join(BUILT);
    if rev.is_some() && fs::read_to_string(&marker).is_ok_and(|by| by == command) {
        return Ok(built);
    }
    if !quiet {
        output::note(&format!("building {}: {command}", built.name));
    }
    compile(&built, command)?;
    if rev.is_some() {
        // What cannot be noted is built again next time.
        let _ = fs::write(&marker, command);
    }
    Ok(built)
}

fn worktree(root: &Path, rev: &str) -> Result<Built, Failure> {
    let commit = format!("{rev}^{{commit}}");
    let hash = git(&["rev-parse", "--verify", "--quiet", &commit])
        .map_err(|_| Failure::usage(format!("\"{rev}\" is no revision of this repository")))?;
    // Folders of equal length, so that paths in the binaries are too.
    let short: String = hash.chars().take(12).collect();
    let beside = Path::new(STACK).with_file_name("builds");
    let folder = root.join(beside).join(&short);
    if !folder.join(".git").exists() {
        let path = folder.to_string_lossy().into_owned();
        git(&["worktree", "prune"])?;
        git(&["worktree", "add", "--detach", "--force", &path, &hash])?;
    }
    Ok(Built {
        folder,
        name: short,
    })
}

fn compile(built: &Built, command: &str) -> Result<(), Failure> {
    let failed = |why: String| {
        Failure::usage(format!("{} cannot be built: {why}", built.name))
            .hint(format!("try `{command}` in {}", built.folder.display()))
    };
    let ended = Command::new("/bin/sh")
        .args(["-c", command])
        .current_dir(&built.folder)
        .env_remove("CARGO_TARGET_DIR")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()
        .map_err(|e| failed(e.to_string()))?;
    if ended.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    let last = said.trim().lines().last().unwrap_or("it said nothing");
    Err(failed(format!("{}, {last}", ended.status)))
}

fn git(arguments: &[&str]) -> Result<String, Failure> {
    let ran = Command::new("git")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| Failure::usage(format!("git cannot be started: {e}")))?;
    if !ran.status.success() {
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        let last = said.trim().lines().last().unwrap_or_default().to_owned();
        return Err(
            Failure::new(Exit::Usage, format!("git {}: {last}", arguments.join(" ")))
                .hint("revisions need the git repository of the service, here"),
        );
    }
    Ok(String::from_utf8_lossy(&ran.stdout).trim().to_owned())
}
