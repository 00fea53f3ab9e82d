//! What Prometheus itself makes of the OpenMetrics text: blocks of its database, with the run's figures in them.

use crate::realistic;
use reports::openmetrics;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of its own, removed when dropped.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What `promtool` says, or `None` where it is not installed.
#[expect(clippy::print_stderr, reason = "a skipped check must be seen")]
fn promtool(arguments: &[&str], paths: &[&Path]) -> Option<Output> {
    let output = Command::new("promtool")
        .args(arguments)
        .args(paths)
        .output();
    if output.is_err() {
        eprintln!("SKIPPED: promtool is not installed");
    }
    output.ok()
}

#[test]
fn prometheus_makes_blocks_of_it() {
    let name = format!("reports-backfill-{}", std::process::id());
    let scratch = Scratch(std::env::temp_dir().join(name));
    std::fs::create_dir_all(&scratch.0).unwrap();
    let (text, blocks) = (scratch.0.join("run.om"), scratch.0.join("blocks"));
    // A database has a write-ahead log, be it empty: without one it cannot be dumped.
    std::fs::create_dir_all(blocks.join("wal")).unwrap();
    let record = realistic::record();
    let exposition = openmetrics::text(&record);
    std::fs::write(&text, &exposition).unwrap();
    let made = promtool(
        &["tsdb", "create-blocks-from", "openmetrics"],
        &[&text, &blocks],
    );
    let Some(made) = made else { return };
    let told = String::from_utf8_lossy(&[made.stdout, made.stderr].concat()).into_owned();
    assert!(made.status.success(), "{told}");
    let dump = promtool(&["tsdb", "dump"], &[&blocks]).unwrap();
    let dumped = String::from_utf8_lossy(&dump.stdout).into_owned();
    let samples = exposition.lines().filter(|line| !line.starts_with('#'));
    assert_eq!(dumped.lines().count(), samples.count(), "{told}{dumped}");
    let due = dumped
        .lines()
        .find(|line| line.contains("\"loadtest_arrivals_due_total\""));
    let figure = format!(" {} ", record.arrivals.scheduled);
    assert!(due.unwrap().contains(&figure), "{due:?}");
}
