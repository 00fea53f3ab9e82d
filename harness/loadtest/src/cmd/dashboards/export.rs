//! `loadtest dashboards export DIR`: the files.

use crate::cli::ExportArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::output;
use dashboards::Settings;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

pub(in crate::cmd) fn export(arguments: &ExportArgs) -> Outcome {
    let settings = settings(arguments).map_err(Failure::usage)?;
    let dir = &arguments.dir;
    if !arguments.force && !is_empty(dir) {
        return Err(
            Failure::usage(format!("folder {} is not empty", dir.display()))
                .hint("choose another one, or overwrite with --force"),
        );
    }
    let files = dashboards::export(&settings);
    for file in &files {
        write(&dir.join(&file.path), &file.bytes)?;
    }
    let mut list = format!("{} files in {}:\n", files.len(), dir.display());
    for file in &files {
        let _ = writeln!(list, "  {}", file.path);
    }
    output::result(&list);
    Ok(Exit::Pass)
}

fn settings(arguments: &ExportArgs) -> Result<Settings, dashboards::SettingsError> {
    Settings::default()
        .with_scrape_interval(arguments.scrape_interval)?
        .with_prometheus_url(&arguments.prometheus_url)?
        .with_loadtest_address(&arguments.loadtest_address)?
        .with_target_address(&arguments.target_address)?
        .with_alert_webhook(&arguments.alert_webhook)?
        .with_artifacts_url(&arguments.artifacts_url)
        .map(|settings| settings.with_native(arguments.native))
}

fn is_empty(dir: &Path) -> bool {
    match fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_none(),
        // One that is not there yet is empty; anything else is found out when writing.
        Err(_) => true,
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let bad = |error: std::io::Error| {
        Failure::usage(format!("{} cannot be written: {error}", path.display()))
            .hint("choose another folder")
    };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(bad)?;
    }
    fs::write(path, bytes).map_err(bad)
}
