//! Reads the workspace: which files there are, and what may stand at the top.

use std::fs;
use std::path::{Path, PathBuf};

use crate::finding::{Finding, judge};
use crate::source::Source;

/// Names allowed at the top, besides dot-files, licences and lint configurations.
const TOP: [&str; 11] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "README.md",
    "dashboards",
    "engine",
    "harness",
    "reports",
    "scenarios",
];
const LINT_CONFIGS: [&str; 4] = ["clippy.toml", "deny.toml", "rustfmt.toml", "typos.toml"];

/// A file somebody wrote, as text.
#[derive(Debug, Clone)]
pub struct Text {
    /// Relative to the workspace, parts separated by `/`.
    pub path: String,
    pub text: String,
}

pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here
        .ancestors()
        .nth(2)
        .expect("tidy stands two folders below the top");
    root.to_path_buf()
}

/// Every file of the house with one of these extensions, sorted by path.
pub fn texts(extensions: &[&str]) -> Vec<Text> {
    let root = root();
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths.sort();
    let wanted = |path: &PathBuf| {
        let extension = path.extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| extensions.contains(&extension))
    };
    let read = |path: PathBuf| Text {
        path: path
            .strip_prefix(&root)
            .expect("below the root")
            .display()
            .to_string(),
        text: fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display())),
    };
    paths.into_iter().filter(wanted).map(read).collect()
}

/// Every Rust file of the house.
pub fn sources() -> Vec<Source> {
    let read = |file: Text| Source::new(&file.path, &file.text);
    let sources: Vec<_> = texts(&["rs"]).into_iter().map(read).collect();
    assert!(
        sources.len() > 20,
        "only {} Rust files: wrong root?",
        sources.len()
    );
    sources
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let foreign = name.starts_with('.') || ["target", "node_modules"].contains(&name);
        match path.is_dir() {
            true if !foreign => walk(&path, found),
            true => {}
            false => found.push(path),
        }
    }
}

fn strangers<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<Finding> {
    let stranger = |name: &&str| {
        let known = TOP.contains(name) || LINT_CONFIGS.contains(name) || *name == "target";
        !known && !name.starts_with('.') && !name.starts_with("LICENSE")
    };
    let reason = "the top holds only the names of ARCHITECTURE.md; put this into a crate or change the list there and here";
    names
        .into_iter()
        .filter(stranger)
        .map(|name| Finding::new(name, 0, reason))
        .collect()
}

#[test]
fn the_top_holds_only_what_the_architecture_names() {
    let entries = fs::read_dir(root()).expect("a readable root");
    let names: Vec<_> = entries
        .map(|entry| {
            entry
                .expect("a readable entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    judge(strangers(names.iter().map(String::as_str)));
}

#[test]
fn a_stranger_at_the_top_is_found() {
    let names = [
        "engine",
        "scripts",
        ".ci",
        "LICENSE-MIT",
        "target",
        "notes.txt",
    ];
    let found: Vec<_> = strangers(names)
        .into_iter()
        .map(|found| found.path)
        .collect();
    assert_eq!(found, ["scripts", "notes.txt"]);
}
