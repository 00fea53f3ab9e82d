//! The export as a whole: its files, its boards under lint, and promtool's opinion where promtool is installed.

mod boards;
mod files;
mod lint;
mod promtool;
mod roundtrip;

use dashboards::{File, Settings, export};
use serde_json::Value;

/// The text of one exported file.
fn text_of(path: &str) -> String {
    let files = export(&Settings::default());
    let file: File = files
        .into_iter()
        .find(|file| file.path == path)
        .unwrap_or_else(|| panic!("no file {path}"));
    String::from_utf8(file.bytes).expect("exports are UTF-8")
}

/// Every exported board with its path.
fn boards() -> Vec<(String, Value)> {
    let files = export(&Settings::default());
    let json = files
        .into_iter()
        .filter(|file| file.path.starts_with("grafana/dashboards/"));
    json.map(|file| {
        let board = serde_json::from_slice(&file.bytes).expect("boards are JSON");
        (file.path, board)
    })
    .collect()
}
