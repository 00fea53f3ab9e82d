//! One breach of a rule, and the verdict over many.

use std::fmt;

/// Where a rule is broken, and why it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file, relative to the workspace.
    pub path: String,
    /// The line, from 1; 0 speaks of the whole file.
    pub line: usize,
    /// What is wrong and why that matters.
    pub reason: String,
}

impl Finding {
    pub fn new(path: &str, line: usize, reason: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.reason)
    }
}

/// Fails with every finding on a line of its own.
pub fn judge(findings: impl IntoIterator<Item = Finding>) {
    let lines: Vec<_> = findings
        .into_iter()
        .map(|found| found.to_string())
        .collect();
    assert!(
        lines.is_empty(),
        "{} findings\n{}",
        lines.len(),
        lines.join("\n")
    );
}

/// The lines of the findings on a bad snippet.
pub fn lines(findings: impl IntoIterator<Item = Finding>) -> Vec<usize> {
    findings.into_iter().map(|found| found.line).collect()
}

#[test]
fn a_finding_says_file_line_and_reason() {
    let found = Finding::new("engine/src/lib.rs", 7, "why");
    assert_eq!(found.to_string(), "engine/src/lib.rs:7: why");
}

#[test]
#[should_panic(expected = "1 findings\na:1: why")]
fn one_finding_fails_the_house() {
    judge([Finding::new("a", 1, "why")]);
}
