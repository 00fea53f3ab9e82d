//! Keeps what generator and target expose, once a window, so that `dashboards backfill` can show the run later as it would have been seen live.

use super::told::Told;
use crate::folder::Folder;
use driver::{Address, Client};
use flate2::Compression;
use flate2::write::GzEncoder;
use record::archive::{self, Changes, Source};
use record::files;
use std::fs::File;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// As often as windows close.
const EVERY: Duration = Duration::from_secs(1);
/// A target that takes longer is busy enough.
const PATIENCE: Duration = Duration::from_millis(900);

struct Inner {
    /// `None` once it is finished or could not be written.
    out: Option<GzEncoder<File>>,
    changes: Changes,
    error: Option<String>,
}

/// The archive of one run.
pub(crate) struct Archive {
    generator: Source,
    inner: Mutex<Inner>,
}

impl Archive {
    /// Begins the archive in `folder`. `instance` is where the generator's own metrics are served, or would be.
    pub(crate) fn create(folder: &Folder, instance: &str) -> anyhow::Result<Self> {
        let mut out = GzEncoder::new(folder.append(files::ARCHIVE)?, Compression::fast());
        out.write_all(archive::HEADER.as_bytes())?;
        Ok(Self {
            generator: source("loadtest", instance),
            inner: Mutex::new(Inner {
                out: Some(out),
                changes: Changes::default(),
                error: None,
            }),
        })
    }

    /// Keeps the generator's own exposition.
    pub(crate) fn keep_own(&self, exposition: &str) {
        self.keep(&self.generator, exposition);
    }

    // Flushed each time, so that a killed run is readable to its last window.
    fn keep(&self, source: &Source, exposition: &str) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let inner = &mut *inner;
        let Some(out) = &mut inner.out else { return };
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let text = inner
            .changes
            .of(source, now.unwrap_or_default(), exposition);
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        if let Err(error) = written {
            inner.error = Some(error.to_string());
            inner.out = None;
        }
    }

    /// Ends the archive; a warning if it could not be written whole. Nothing measured depends on it.
    pub(crate) fn finish(&self) -> Option<String> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = inner.out.take().map(GzEncoder::finish);
        let error = match ended {
            Some(Err(error)) => Some(error.to_string()),
            _ => inner.error.take(),
        };
        error.map(|why| format!("{} is not whole: {why}", files::ARCHIVE))
    }
}

fn source(job: &str, instance: &str) -> Source {
    Source {
        job: job.to_owned(),
        instance: instance.to_owned(),
    }
}

/// Reads the target's `/metrics` once a second into the archive, on a thread of its own, until it is ended or dropped.
pub(crate) struct TargetScrapes {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Told>>,
}

impl TargetScrapes {
    /// `None` where there is nothing to read from.
    pub(crate) fn start(archive: Arc<Archive>, admin: Option<&str>) -> Option<Self> {
        let address = Address::parse(admin?).ok()?;
        let source = source("target", &address.authority());
        let client = Client::new(&address, PATIENCE).ok()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .ok()?;
        let stop = Arc::new(AtomicBool::new(false));
        let asked_to_stop = stop.clone();
        let thread = std::thread::Builder::new()
            .name("scrapes".to_owned())
            .spawn(move || {
                driver::step_back();
                let mut told = Told::default();
                while !asked_to_stop.load(Ordering::Relaxed) {
                    if let Ok(body) = runtime.block_on(client.get("/metrics")) {
                        let now = SystemTime::now().duration_since(UNIX_EPOCH);
                        let text = String::from_utf8_lossy(&body).into_owned();
                        archive.keep(&source, &text);
                        told.read(now.unwrap_or_default(), text);
                    }
                    std::thread::park_timeout(EVERY);
                }
                told
            });
        Some(Self {
            stop,
            thread: thread.ok(),
        })
    }
}

impl TargetScrapes {
    /// Reads no more, and answers what the target told of its inside.
    pub(crate) fn end(mut self) -> Told {
        self.stopped()
    }

    fn stopped(&mut self) -> Told {
        self.stop.store(true, Ordering::Relaxed);
        let told = self.thread.take().and_then(|thread| {
            thread.thread().unpark();
            thread.join().ok()
        });
        told.unwrap_or_default()
    }
}

impl Drop for TargetScrapes {
    fn drop(&mut self) {
        self.stopped();
    }
}
