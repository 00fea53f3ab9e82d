//! The examples for CI systems: YAML that reads, with flags that exist.

use crate::tool::{loadtest, skipped};
use std::path::{Path, PathBuf};
use std::process::Command;

fn examples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.github");
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "yml") {
                found.push(path);
            }
        }
    }
    assert!(found.len() >= 4, "{found:?}");
    found
}

#[test]
fn every_flag_of_a_gate_in_an_example_exists() {
    let help = loadtest(&["gate", "--help"]).stdout;
    let mut flags = 0;
    for path in examples() {
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines().filter(|line| {
            line.contains("loadtest gate -")
                || line.trim_start().starts_with("if [ -n \"$GATE_PLAN")
        });
        for word in lines.flat_map(|line| line.split([' ', '(', ')'])) {
            if let Some(flag) = word.strip_prefix("--") {
                flags += 1;
                let known = help
                    .split_whitespace()
                    .any(|one| one.trim_end_matches(',') == word);
                assert!(known, "{}: --{flag} is no flag", path.display());
            }
        }
    }
    assert!(flags >= 8, "{flags} flags looked at");
}

#[test]
fn every_example_is_yaml() {
    let code = "import sys, yaml\nfor name in sys.argv[1:]:\n    assert isinstance(yaml.safe_load(open(name)), dict), name";
    let has = Command::new("python3").args(["-c", "import yaml"]).output();
    if !has.is_ok_and(|ran| ran.status.success()) {
        return skipped("python3 with yaml");
    }
    let mut reader = Command::new("python3");
    let ran = reader.args(["-c", code]).args(examples()).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.success(), "{said}");
}
