//! Names of files: modern module style, and no drawers for odds and ends.

use crate::finding::{Finding, judge};
use crate::tree::{Text, texts};

/// A name that says nothing gathers everything.
const VAGUE: [&str; 8] = [
    "util", "utils", "helper", "helpers", "common", "misc", "manager", "managers",
];

fn file_name(path: &str) -> Option<Finding> {
    let parts: Vec<_> = path
        .split('/')
        .map(|part| part.trim_end_matches(".rs"))
        .collect();
    if parts.last() == Some(&"mod") {
        return Some(Finding::new(path, 0, "no mod.rs: write foo.rs beside foo/"));
    }
    let vague = parts.iter().find(|part| VAGUE.contains(part))?;
    let reason = format!("a file named {vague} gathers everything; name it after what it holds");
    Some(Finding::new(path, 0, reason))
}

#[test]
fn files_are_named_after_what_they_hold() {
    let files = texts(&["rs"]);
    let paths = files.iter().map(|file: &Text| file.path.as_str());
    judge(paths.filter_map(file_name));
}

#[test]
fn a_vague_name_is_found() {
    for bad in [
        "a/src/mod.rs",
        "a/src/b/mod.rs",
        "a/src/utils.rs",
        "a/src/common/x.rs",
        "a/tests/it/helpers.rs",
    ] {
        assert!(file_name(bad).is_some(), "{bad}");
    }
    for good in ["a/src/model.rs", "a/src/commonness.rs"] {
        assert_eq!(file_name(good), None, "{good}");
    }
}
