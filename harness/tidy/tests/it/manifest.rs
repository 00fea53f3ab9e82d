//! Reads `Cargo.toml` files; versions and paths stand in the workspace's table alone.

use toml::{Table, Value};

use crate::finding::{Finding, judge, lines};
use crate::tree::{Text, texts};

/// For what a dependency is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Part of the crate, its build script included.
    Normal,
    /// Tests only.
    Dev,
}

/// One line of a dependency table.
#[derive(Debug, Clone)]
pub struct Dependency {
    pub name: String,
    pub used: Use,
    pub line: usize,
    value: Value,
}

/// One crate's `Cargo.toml`.
#[derive(Debug, Clone)]
pub struct Manifest {
    pub path: String,
    pub name: String,
    pub dependencies: Vec<Dependency>,
}

const TABLES: [(&str, Use); 3] = [
    ("dependencies", Use::Normal),
    ("build-dependencies", Use::Normal),
    ("dev-dependencies", Use::Dev),
];

impl Manifest {
    pub fn new(file: &Text) -> Self {
        let root: Table = file
            .text
            .parse()
            .unwrap_or_else(|error| panic!("{}: {error}", file.path));
        let name = root.get("package").and_then(|package| package.get("name"));
        let name = name
            .and_then(Value::as_str)
            .expect("a crate has a name")
            .to_owned();
        let targets = root.get("target").and_then(Value::as_table).into_iter();
        let targets = targets.flat_map(Table::values).filter_map(Value::as_table);
        let dependencies = targets
            .chain([&root])
            .flat_map(|table| dependencies(&file.text, table))
            .collect();
        let path = file.path.clone();
        Self {
            path,
            name,
            dependencies,
        }
    }
}

fn dependencies(text: &str, table: &Table) -> Vec<Dependency> {
    let of = |(key, used): (&str, Use)| {
        let entries = table
            .get(key)
            .and_then(Value::as_table)
            .into_iter()
            .flatten();
        let read = |(name, value): (&String, &Value)| Dependency {
            name: name.clone(),
            used,
            line: line_of(text, key, name),
            value: value.clone(),
        };
        entries.map(read).collect::<Vec<_>>()
    };
    TABLES.into_iter().flat_map(of).collect()
}

/// The line of a key below its table's header; 0 if it is written in another way.
fn line_of(text: &str, table: &str, name: &str) -> usize {
    let header = format!("{table}]");
    let numbered = (1..).zip(text.lines());
    let below = numbered.skip_while(|(_, line)| !line.trim_end().ends_with(&header));
    let is_key = |line: &str| {
        let rest = line.strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
    };
    below
        .skip(1)
        .find(|(_, line)| is_key(line))
        .map_or(0, |(number, _)| number)
}

/// The manifest of every crate.
pub fn manifests() -> Vec<Manifest> {
    let files = texts(&["toml"]).into_iter();
    let crates = files.filter(|file| file.path.ends_with("/Cargo.toml"));
    crates.map(|file| Manifest::new(&file)).collect()
}

/// Dependencies that say more than `workspace = true` and features.
fn own_versions(manifest: &Manifest) -> Vec<Finding> {
    let sound = |value: &Value| {
        let table = value.as_table();
        table.is_some_and(|table| {
            let allowed = ["workspace", "features", "optional"];
            table.get("workspace") == Some(&Value::Boolean(true))
                && table.keys().all(|key| allowed.contains(&key.as_str()))
        })
    };
    let wrong = manifest
        .dependencies
        .iter()
        .filter(|dependency| !sound(&dependency.value));
    wrong
        .map(|Dependency { name, line, .. }| {
            let reason = format!("write {name}.workspace = true: versions stand in the workspace's table alone, or two crates get two versions");
            Finding::new(&manifest.path, *line, reason)
        })
        .collect()
}

/// Renamed dependencies would slip through the table of floors.
fn renamed(file: &Text) -> Vec<Finding> {
    let numbered = (1..).zip(file.text.lines());
    let naming = numbered.filter(|(_, line)| line.contains("package = \""));
    let reason = "no renamed dependencies: the floors are checked by name";
    naming
        .map(|(number, _)| Finding::new(&file.path, number, reason))
        .collect()
}

#[test]
fn versions_stand_in_the_workspace_table() {
    judge(manifests().iter().flat_map(own_versions));
}

#[test]
fn nothing_is_renamed() {
    let files = texts(&["toml"]).into_iter();
    let manifests = files.filter(|file| file.path.ends_with("Cargo.toml"));
    judge(manifests.flat_map(|file| renamed(&file)));
}

/// A crate `name` with this text below its package table.
pub fn snippet(name: &str, text: &str) -> Manifest {
    Manifest::new(&Text {
        path: format!("{name}/Cargo.toml"),
        text: format!("[package]\nname = \"{name}\"\n{text}"),
    })
}

#[test]
fn a_version_of_its_own_is_found() {
    let manifest = snippet(
        "x",
        "[dependencies]\na = \"1\"\nb.workspace = true\nc = { workspace = true, features = [\"f\"] }\nd = { path = \"../d\" }\n\
         [target.'cfg(unix)'.dev-dependencies]\ne = { git = \"g\" }\n[build-dependencies]\nf.version = \"1\"\n",
    );
    let mut found = lines(own_versions(&manifest));
    found.sort_unstable();
    assert_eq!(found, [4, 7, 9, 11]);
}

#[test]
fn a_renamed_dependency_is_found() {
    let text = "[dependencies]\nweb = { workspace = true, package = \"axum\" }\n".to_owned();
    let path = "x/Cargo.toml".to_owned();
    assert_eq!(lines(renamed(&Text { path, text })), [2]);
}
