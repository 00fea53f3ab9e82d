//! Where the journal's files live: a seam, so that tests can lose, tear and reorder what was not synced.

use super::JournalError;
use super::frame::SEGMENT_BYTES;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// A directory of files.
pub trait Storage: Send + Sync {
    /// Bytes of a segment file.
    fn segment_bytes(&self) -> usize {
        SEGMENT_BYTES
    }

    /// The names of all files.
    ///
    /// # Errors
    /// What the system says.
    fn names(&self) -> io::Result<Vec<String>>;

    /// All bytes of a file.
    ///
    /// # Errors
    /// What the system says.
    fn read(&self, name: &str) -> io::Result<Vec<u8>>;

    /// A new, empty file of `reserve` zero bytes whose room on the disk is taken.
    ///
    /// # Errors
    /// What the system says, a full disk among it.
    fn create(&self, name: &str, reserve: u64) -> io::Result<Box<dyn StoredFile>>;

    /// A file that exists.
    ///
    /// # Errors
    /// What the system says.
    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>>;

    /// Gives a file another name, for good: the directory is synced.
    ///
    /// # Errors
    /// What the system says.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// What the system says.
    fn remove(&self, name: &str) -> io::Result<()>;
}

/// An open file.
pub trait StoredFile: Send {
    /// Writes all bytes at a place.
    ///
    /// # Errors
    /// What the system says.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Makes what was written durable.
    ///
    /// # Errors
    /// What the system says; nothing may be written after an error.
    fn sync(&mut self) -> io::Result<()>;

    /// Drops all bytes from `offset` on and fills up with zeros to `length`.
    ///
    /// # Errors
    /// What the system says.
    fn cut(&mut self, offset: u64, length: u64) -> io::Result<()>;
}

/// A directory of the file system, locked for this process.
#[derive(Debug)]
pub struct Disk {
    path: PathBuf,
    directory: File,
}

impl Disk {
    /// Opens a directory, makes it if it does not exist, and locks it until it is dropped.
    ///
    /// # Errors
    /// A path that cannot be had, or that another process has.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let shown = path.display().to_string();
        fs::create_dir_all(path).map_err(JournalError::io("make", &shown))?;
        Self::existing(path)
    }

    /// Opens and locks a directory that exists.
    ///
    /// # Errors
    /// A path that cannot be had, or that another process has.
    pub fn existing(path: &Path) -> Result<Self, JournalError> {
        let shown = path.display().to_string();
        let directory = File::open(path).map_err(JournalError::io("open", &shown))?;
        match directory.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(JournalError::InUse(shown)),
            Err(fs::TryLockError::Error(source)) => {
                return Err(JournalError::io("lock", &shown)(source));
            }
        }
        Ok(Self {
            path: path.to_owned(),
            directory,
        })
    }

    fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

impl Storage for Disk {
    fn names(&self) -> io::Result<Vec<String>> {
        fs::read_dir(&self.path)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect()
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.at(name))
    }

    fn create(&self, name: &str, reserve: u64) -> io::Result<Box<dyn StoredFile>> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(self.at(name))?;
        preallocate(&file, 0, reserve)?;
        // The length belongs to the metadata, which a sync of the data alone may leave out.
        file.sync_all()?;
        self.directory.sync_all()?;
        Ok(Box::new(file))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        let file = OpenOptions::new().write(true).open(self.at(name))?;
        Ok(Box::new(file))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.at(from), self.at(to))?;
        self.directory.sync_all()
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.at(name))
    }
}

/// Takes room on the disk, so that a full disk shows here and not at a write. Where the file system cannot, the length is set.
fn preallocate(file: &File, offset: u64, length: u64) -> io::Result<()> {
    if length == 0 {
        return Ok(());
    }
    match rustix::fs::fallocate(file, rustix::fs::FallocateFlags::empty(), offset, length) {
        Ok(()) => Ok(()),
        Err(rustix::io::Errno::OPNOTSUPP) => file.set_len(offset + length),
        Err(errno) => Err(errno.into()),
    }
}

impl StoredFile for File {
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn cut(&mut self, offset: u64, length: u64) -> io::Result<()> {
        self.set_len(offset)?;
        preallocate(self, offset, length.saturating_sub(offset))?;
        self.sync_all()
    }
}

#[cfg(test)]
pub(crate) mod sim;
