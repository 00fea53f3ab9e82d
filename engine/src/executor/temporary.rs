//! The folder of a journal that nobody asked to keep: gone at the end, and after a `kill -9` with the next engine's start.

use super::setup::random;
use crate::journal::JournalError;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// What the names of these folders begin with; sixteen hexadecimal digits follow.
const PREFIX: &str = "token-engine-";

/// A folder that is removed at an orderly end. Its lock says that its engine lives: what nobody has locked was left by one that was killed,
/// and a journal reserves 128 MiB.
#[derive(Debug)]
pub(super) struct Temporary {
    path: PathBuf,
    _lock: File,
}

impl Temporary {
    /// Makes one in `parent`, after removing those of engines that are no more.
    ///
    /// # Errors
    /// A folder that cannot be made or locked.
    pub(super) fn create(parent: &Path) -> Result<Self, JournalError> {
        sweep(parent);
        let name = format!("{PREFIX}{:016x}", random(0));
        // Locked before it has the name that is looked for, or a sweep could come between.
        let (fresh, path) = (parent.join(format!(".{name}")), parent.join(&name));
        let shown = path.display().to_string();
        fs::create_dir(&fresh).map_err(JournalError::io("make", &shown))?;
        let lock = File::open(&fresh).map_err(JournalError::io("open", &shown))?;
        lock.try_lock()
            .map_err(|error| JournalError::io("lock", &shown)(error.into()))?;
        fs::rename(&fresh, &path).map_err(JournalError::io("make", &shown))?;
        Ok(Self { path, _lock: lock })
    }

    /// Where the journal lies; a folder below, because a journal locks its own.
    pub(super) fn journal(&self) -> PathBuf {
        self.path.join("journal")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // A folder that cannot be removed is only in the way.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes what engines left that were killed. What cannot be read, locked or removed is somebody else's, or the next one's.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(digits) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else {
            continue;
        };
        let ours = digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if ours && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_if_left(&entry.path());
        }
    }
}

fn remove_if_left(path: &Path) {
    if let Ok(folder) = File::open(path)
        && folder.try_lock().is_ok()
    {
        let _ = fs::remove_dir_all(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parent(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("temporary-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        path
    }

    #[test]
    fn a_folder_lives_as_long_as_its_engine() {
        let parent = parent("lives");
        let first = Temporary::create(&parent).expect("a folder");
        fs::create_dir(first.journal()).expect("a journal");
        let second = Temporary::create(&parent).expect("another");
        assert!(first.journal().is_dir(), "swept by the second's start");
        drop((first, second));
        assert_eq!(fs::read_dir(&parent).expect("a folder").count(), 0);
        fs::remove_dir_all(&parent).expect("removed");
    }

    #[test]
    fn what_a_killed_engine_left_goes_with_the_next_start_and_nothing_else() {
        let parent = parent("left");
        let left = parent.join("token-engine-0123456789abcdef");
        fs::create_dir_all(left.join("journal")).expect("a folder");
        for kept in [
            "token-engine-lab-1",
            "token-engine-0123456789abcdeg",
            "data",
        ] {
            fs::create_dir(parent.join(kept)).expect("a folder");
        }
        fs::write(parent.join("token-engine-0123456789abcde0"), "a file").expect("a file");
        let made = Temporary::create(&parent).expect("a folder");
        assert!(!left.exists());
        drop(made);
        assert_eq!(fs::read_dir(&parent).expect("a folder").count(), 4);
        fs::remove_dir_all(&parent).expect("removed");
    }
}
