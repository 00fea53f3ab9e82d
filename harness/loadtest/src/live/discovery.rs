//! Tells a Prometheus that watches a folder where generator and target of this run are, and waits for it at both ends of the run.

use crate::exit::Failure;
use crate::folder::write_whole;
use crate::output;
use probe::metrics::Registry;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a run waits for the first scrape, so that every counter is seen at 0.
const FIRST_SCRAPE: Duration = Duration::from_secs(10);
/// How long the last figures stay to be scraped.
const LINGER: Duration = Duration::from_secs(3);
/// How often it is looked whether a scrape came.
const LOOK: Duration = Duration::from_millis(50);

/// An entry for Prometheus' file discovery; gone when dropped.
pub(crate) struct Discovery {
    path: PathBuf,
    registry: Registry,
}

impl Discovery {
    /// Writes `<dir>/<run-id>.json` with the addresses of the generator and, where it serves metrics, of the target.
    ///
    /// # Errors
    /// A folder that cannot be written, with a hint.
    pub(crate) fn announce(
        dir: &Path,
        run_id: &str,
        registry: &Registry,
        generator: &str,
        target: Option<&str>,
    ) -> Result<Self, Failure> {
        let entry = |job: &str, address: &str| json!({"targets": [address], "labels": {"job": job, "run_id": run_id}});
        let mut entries = vec![entry("loadtest", generator)];
        entries.extend(target.map(|address| entry("target", address)));
        let path = dir.join(format!("{run_id}.json"));
        let text = serde_json::Value::from(entries).to_string();
        write_whole(&path, text.as_bytes()).map_err(|error| {
            Failure::usage(format!("discovery folder {}: {error:#}", dir.display())).hint(
                "give one that `loadtest dashboards up` or your Prometheus watches with --sd-dir",
            )
        })?;
        Ok(Self {
            path,
            registry: registry.clone(),
        })
    }

    /// Waits until the generator has been scraped once; not for ever.
    pub(crate) async fn first_scrape(&self) {
        self.another_scrape(FIRST_SCRAPE).await;
        if self.registry.served() == 0 {
            output::note(&format!(
                "note: nobody scraped within {FIRST_SCRAPE:?}; is a Prometheus watching {}?",
                self.path.parent().unwrap_or(&self.path).display()
            ));
        }
    }

    /// Waits until what has just been set was scraped: two scrapes from now, for the first may be under way. Without a scrape so far nobody
    /// comes, and nobody is waited for.
    pub(crate) async fn last_scrape(self) {
        if self.registry.served() > 0 {
            self.another_scrape(LINGER).await;
            self.another_scrape(LINGER).await;
        }
    }

    async fn another_scrape(&self, at_most: Duration) {
        let (before, since) = (self.registry.served(), Instant::now());
        while self.registry.served() == before && since.elapsed() < at_most {
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl Drop for Discovery {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
