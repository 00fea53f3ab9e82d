//! `windows.csv` while the run is on: a row is in the file when its window has closed, so that a run that is killed is readable to its last
//! second.

use driver::{Observer, WindowView};
use std::fs::File;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The growing file; at the end of the run the whole one takes its place. Without a file until one is begun, and after one could not be
/// written: the run goes on, and the record has the windows too.
#[derive(Debug, Default)]
pub(crate) struct Windows(Mutex<Option<Growing>>);

#[derive(Debug)]
struct Growing {
    file: File,
    run_id: String,
    started_unix: Duration,
}

impl Windows {
    /// Begins `file`, which is empty.
    pub(crate) fn begin(
        &self,
        mut file: File,
        run_id: &str,
        started_unix: Duration,
    ) -> std::io::Result<()> {
        file.write_all(reports::csv::windows_head().as_bytes())?;
        let growing = Growing {
            file,
            run_id: run_id.to_owned(),
            started_unix,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(growing);
        Ok(())
    }
}

impl Observer for Windows {
    fn window(&self, view: &WindowView<'_>) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(growing) = open.as_mut() {
            let row = reports::csv::window(&growing.run_id, growing.started_unix, view.window);
            if growing.file.write_all(row.as_bytes()).is_err() {
                *open = None;
            }
        }
    }
}
