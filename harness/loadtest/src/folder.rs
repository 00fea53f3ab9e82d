//! Run folders: where they are, and how files get into them.

use crate::exit::Failure;
use anyhow::Context as _;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use record::files;
use record::profile::Profile;
use record::run::RunRecord;
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where runs go unless a flag says otherwise.
const ROOT: &str = "target/loadtest";
/// Records and profiles larger than this are not read.
const MAX_FILE: u64 = 512 << 20;
/// And of an archive of metrics, unpacked, so much is read.
const MAX_ARCHIVE: u64 = 2 << 30;

/// A folder that holds one run.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Creates the folder and proves that it can be written, before anything is measured.
    pub(crate) fn create(path: PathBuf) -> Result<Self, Failure> {
        let folder = Self { path };
        let unusable = |error: &std::io::Error| {
            Failure::usage(format!(
                "output folder {} cannot be written: {error}",
                folder.path.display()
            ))
            .hint("choose another one with --out DIR")
        };
        fs::create_dir_all(&folder.path).map_err(|e| unusable(&e))?;
        let probe = folder.path.join(".writable");
        File::create(&probe)
            .and_then(|_| fs::remove_file(&probe))
            .map_err(|e| unusable(&e))?;
        Ok(folder)
    }

    /// The folder of a run that is named by folder, record file, run id, or `latest`.
    pub(crate) fn find(run: &str) -> Result<Self, Failure> {
        let given = Path::new(run);
        let candidates = match run {
            "latest" => vec![latest().ok_or_else(|| {
                Failure::usage(format!("no run in {ROOT}")).hint("make one with `loadtest run`")
            })?],
            _ => vec![given.to_owned(), Path::new(ROOT).join(run)],
        };
        for candidate in candidates {
            if candidate.join(files::RECORD).is_file() {
                return Ok(Self { path: candidate });
            }
            if candidate.is_file() {
                let path = candidate
                    .parent()
                    .map_or_else(PathBuf::new, Path::to_path_buf);
                return Ok(Self { path });
            }
        }
        Err(
            Failure::usage(format!("run \"{run}\" has no {}", files::RECORD)).hint(format!(
                "give a run folder, its {}, a run id under {ROOT}, or `latest`",
                files::RECORD
            )),
        )
    }

    /// The folder as people and scripts see it.
    pub(crate) fn display(&self) -> String {
        self.path.display().to_string()
    }

    /// Writes a file whole or not at all: to a temporary name, synced, renamed.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        write_whole(&self.path.join(name), bytes)
    }

    /// Makes a folder inside, unless it is there.
    pub(crate) fn make(&self, name: &str) -> anyhow::Result<()> {
        let path = self.path.join(name);
        fs::create_dir_all(&path).with_context(|| format!("{} cannot be made", path.display()))
    }

    /// Copies a file of the run to a place outside, whole or not at all.
    pub(crate) fn copy(&self, name: &str, target: &Path) -> anyhow::Result<()> {
        let source = self.path.join(name);
        let mut original =
            File::open(&source).with_context(|| format!("{} cannot be read", source.display()))?;
        replace(target, |file| {
            std::io::copy(&mut original, file).map(|_| ())
        })
    }

    /// Writes a profile as gzipped protobuf, as every pprof tool reads it.
    pub(crate) fn write_profile(&self, name: &str, profile: &Profile) -> anyhow::Result<()> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&profile.encode())?;
        self.write(name, &encoder.finish()?)
    }

    /// A file that grows while the run is on.
    pub(crate) fn append(&self, name: &str) -> anyhow::Result<File> {
        let path = self.path.join(name);
        File::create(&path).with_context(|| format!("{} cannot be written", path.display()))
    }

    /// The run's record.
    pub(crate) fn record(&self) -> Result<RunRecord, Failure> {
        let path = self.path.join(files::RECORD);
        let bad = |why: String| Failure::usage(format!("{}: {why}", path.display()));
        let size = fs::metadata(&path).map_err(|e| bad(e.to_string()))?.len();
        if size > MAX_FILE {
            return Err(bad(format!("{size} bytes are too many for a record")));
        }
        let text = fs::read_to_string(&path).map_err(|e| bad(e.to_string()))?;
        record::wire::from_json(&text).map_err(|e| {
            bad(e.to_string()).hint("was the file cut, edited, or written by a later version?")
        })
    }

    /// The text of the run's archive of metrics. One that was cut off, by a killed run, is read as far as it goes.
    pub(crate) fn archive(&self) -> Result<String, Failure> {
        let path = self.path.join(files::ARCHIVE);
        let packed = fs::read(&path).map_err(|error| {
            Failure::usage(format!("{}: {error}", path.display()))
                .hint("runs of earlier versions kept no metrics")
        })?;
        let mut raw = Vec::new();
        let read = GzDecoder::new(packed.as_slice())
            .take(MAX_ARCHIVE)
            .read_to_end(&mut raw);
        match read {
            Err(error) if raw.is_empty() => {
                Err(Failure::usage(format!("{}: {error}", path.display())))
            }
            // The last line may be half a line.
            Err(_) => {
                let whole = raw.iter().rposition(|&byte| byte == b'\n');
                raw.truncate(whole.map_or(0, |at| at + 1));
                Ok(String::from_utf8_lossy(&raw).into_owned())
            }
            Ok(_) => Ok(String::from_utf8_lossy(&raw).into_owned()),
        }
    }

    /// A text of the run, if the folder has it.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        let path = self.path.join(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::usage(format!("{}: {error}", path.display()))),
        }
    }

    /// A profile of the run, if the folder has it.
    pub(crate) fn profile(&self, name: &str) -> Result<Option<Profile>, Failure> {
        let path = self.path.join(name);
        let bad = |why: String| {
            Failure::usage(format!("{}: {why}", path.display()))
                .hint("remove the file to go on without this profile")
        };
        let packed = match fs::read(&path) {
            Ok(packed) => packed,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(bad(error.to_string())),
        };
        let mut raw = Vec::new();
        let read = GzDecoder::new(packed.as_slice())
            .take(MAX_FILE)
            .read_to_end(&mut raw);
        read.map_err(|e| bad(e.to_string()))?;
        Profile::decode(&raw)
            .map(Some)
            .map_err(|e| bad(e.to_string()))
    }
}

/// Writes a file whole or not at all.
pub(crate) fn write_whole(target: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    replace(target, |file| file.write_all(bytes))
}

// To a temporary name beside it, synced, renamed.
fn replace(
    target: &Path,
    fill: impl FnOnce(&mut File) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(".new");
    let temporary = target.with_file_name(name);
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&temporary)?;
        fill(&mut file)?;
        file.sync_all()?;
        fs::rename(&temporary, target)
    };
    write().with_context(|| format!("{} cannot be written", target.display()))
}

/// The folder of a new run, unless one is given.
pub(crate) fn default_path(run_id: &str) -> PathBuf {
    Path::new(ROOT).join(run_id)
}

// Run ids sort by time.
fn latest() -> Option<PathBuf> {
    let entries = fs::read_dir(ROOT).ok()?;
    let runs = entries.filter_map(|entry| Some(entry.ok()?.path()));
    runs.filter(|path| path.join(files::RECORD).is_file()).max()
}

/// `<UTC start>-<4 hex>`: sorts by time, and two runs of one second do not meet.
pub(crate) fn new_run_id() -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let (date, time) = civil(now.as_secs());
    format!(
        "{date}T{time}Z-{:04x}",
        (now.subsec_nanos() >> 8) as u16 ^ std::process::id() as u16
    )
}

// Days to a civil date: Howard Hinnant's algorithm for the proleptic Gregorian calendar.
fn civil(seconds: u64) -> (String, String) {
    let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    (
        format!("{year:04}{month:02}{day:02}"),
        format!("{hour:02}{minute:02}{second:02}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_civil() {
        let at = |seconds| {
            let (date, time) = civil(seconds);
            format!("{date} {time}")
        };
        assert_eq!(at(0), "19700101 000000");
        assert_eq!(at(951_782_400), "20000229 000000");
        assert_eq!(at(1_795_518_001), "20261124 110001");
    }

    #[test]
    fn run_ids_have_their_form() {
        let id = new_run_id();
        assert_eq!(id.len(), "20261124T110000Z-ab12".len(), "{id}");
        assert!(id.as_bytes()[8] == b'T' && id.as_bytes()[15] == b'Z');
    }
}
