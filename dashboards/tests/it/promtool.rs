//! Prometheus' own tool reads what we wrote. Where it is not installed the test says so on standard error and proves nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use dashboards::{Settings, export};

/// A folder that goes away with its value.
struct Folder(PathBuf);

impl Folder {
    fn with_export(name: &str) -> Self {
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        for file in export(&Settings::default()) {
            let path = folder.join(&file.path);
            fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
            fs::write(path, file.bytes).expect("a file");
        }
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[expect(clippy::print_stderr, reason = "a skipped test must be visible")]
fn promtool(folder: &Folder, arguments: &[&str]) {
    let mut command = Command::new("promtool");
    command
        .current_dir(folder.0.join("prometheus"))
        .args(arguments);
    match command.output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("SKIPPED: promtool is not installed (apt-get install prometheus)");
        }
        other => {
            let output = other.expect("promtool starts");
            let said = String::from_utf8_lossy(&output.stdout).into_owned()
                + &String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "promtool {arguments:?}: {said}");
        }
    }
}

#[test]
fn the_scrape_configuration_and_the_rules_are_valid() {
    let folder = Folder::with_export("config");
    promtool(&folder, &["check", "config", "prometheus.yml"]);
    promtool(&folder, &["check", "rules", "loadtest.rules.yml"]);
}

#[test]
fn every_alert_is_silent_then_pending_then_firing() {
    let folder = Folder::with_export("rules");
    promtool(&folder, &["test", "rules", "loadtest.rules.test.yml"]);
}
